// The picture in a room: begins by itself and muted, as browsers want it, says when it is
// lost, and never stands in the way of a claim.

import { watch } from "./player.js";
import { forThisBrowser } from "./sound.js";

const stage = document.getElementById("stage");
const video = document.getElementById("video");
const says = document.getElementById("stage-says");
const sound = document.getElementById("sound");

let unwatch = null;

export async function show(url) {
  if (!url || unwatch) return;
  video.hidden = false;
  unwatch = () => {};
  unwatch = watch(video, await forThisBrowser(url, stage.dataset.aac), { tell });
}

function tell(state) {
  says.textContent = says.dataset[state] ?? "";
  says.hidden = state === "playing";
  sound.hidden = state !== "playing" || !video.muted;
  stage.dataset.picture = state;
}

sound.addEventListener("click", () => {
  video.muted = false;
  sound.hidden = true;
});

if (stage.dataset.live === "ON_AIR") show(stage.dataset.video);

// The picture in a room: begins by itself and muted, as browsers want it, says when it is
// lost, and never stands in the way of a claim.

import { watchBest } from "./watching.js";

const stage = document.getElementById("stage");
const video = document.getElementById("video");
const says = document.getElementById("stage-says");
const sound = document.getElementById("sound");

let unwatch = null;

// A media server beside us tells of each picture that comes, and of the last that went.
export function show({ url, whep, lost }) {
  if (lost) return tell("lost");
  if (!url || (unwatch && (!whep || stage.dataset.picture === "playing"))) return;
  unwatch?.();
  video.hidden = false;
  unwatch = watchBest(video, { url, whep, aac: stage.dataset.aac }, { tell });
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

if (stage.dataset.live === "ON_AIR") show({ url: stage.dataset.video, whep: stage.dataset.whep });

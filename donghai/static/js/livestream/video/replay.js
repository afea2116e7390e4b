// A session to watch again, still selling: the card beside it follows what is shown, a
// chapter jumps there, and a link leads to the second a piece was sold.

import { lookedAt, showPins } from "../../orders/session/pins.js";
import { watch } from "./player.js";

const stage = document.getElementById("stage");
const video = document.getElementById("video");
const chapters = document.getElementById("chapters");
const marks = [...chapters.querySelectorAll("[data-second]")];
const begins = (mark) => Number(mark.dataset.second);

function follow() {
  const now = marks.filter((mark) => begins(mark) <= video.currentTime + 0.2).at(-1);
  for (const mark of marks) {
    if (mark === now) mark.setAttribute("aria-current", "true");
    else mark.removeAttribute("aria-current");
  }
  const piece = Number(now?.dataset.piece);
  if (!piece || piece === lookedAt()) return;
  showPins([piece], piece);
  now.scrollIntoView({ block: "nearest", inline: "center", behavior: "smooth" });
}

function goTo(second) {
  video.currentTime = second;
  video.play().catch(() => {});
}

chapters.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-second]");
  if (!mark) return;
  event.preventDefault();
  goTo(begins(mark));
});

video.controls = true;
video.addEventListener("timeupdate", follow);
video.addEventListener("loadedmetadata", () => {
  const start = Number(chapters.dataset.start);
  if (start) goTo(start);
}, { once: true });

// Apple's players want one file, with the sound they know
const wantsFile = navigator.vendor.startsWith("Apple") && stage.dataset.file;
if (wantsFile) video.src = stage.dataset.file;
else watch(video, stage.dataset.replay, { tell: () => {}, isLive: false });

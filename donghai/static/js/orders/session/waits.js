// Before a session: it may move to another time, or be called off.
import { showTimes } from "../../donghai.js";

const place = document.getElementById("room-wait");

export function moved({ starts_at: startsAt }) {
  if (!place) return;
  for (const time of place.querySelectorAll("time[data-show]")) time.dateTime = startsAt;
  showTimes(place, true);
  const words = document.getElementById("moved");
  words.textContent = place.dataset.moved;
  words.hidden = false;
}

/** Whether it was that: else it has come to its end. */
export function calledOff({ cancelled }) {
  if (!place || !cancelled) return false;
  place.replaceWith(document.getElementById("called-off").content);
  return true;
}

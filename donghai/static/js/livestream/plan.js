// Planning a session: what the market's wall time is in Donghai and here, and how it repeats.
import { inWords } from "../donghai.js";

const form = document.getElementById("plan");
const clocks = document.getElementById("clocks");
const zones = JSON.parse(document.getElementById("zones").textContent);

const DAY = 86_400_000; // milliseconds

// What a wall clock in `timeZone` is ahead of UTC at a moment, in milliseconds.
function offsetAt(moment, timeZone) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", {
      timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit",
    }).formatToParts(moment).map(({ type, value }) => [type, value]),
  );
  return Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}Z`) - moment;
}

// The moment a wall clock in `timeZone` shows `wall` ("2026-11-22T20:00"): the first where
// it shows that twice; an hour later by the clock where it never does, as it is put down.
function momentOf(wall, timeZone) {
  const shown = Date.parse(`${wall}Z`);
  const [first, second] = [-DAY, DAY].map((away) => shown - offsetAt(shown + away, timeZone));
  const shows = (moment) => moment + offsetAt(moment, timeZone) === shown;
  return new Date(!shows(first) && shows(second) ? second : first);
}

function show() {
  const { market, starts_on: day, starts_time: time } = form.elements;
  const zone = zones[market.value];
  clocks.hidden = !(zone && day.value && time.value);
  if (clocks.hidden) return;
  const moment = momentOf(`${day.value}T${time.value.slice(0, 5)}`, zone);
  for (const clock of clocks.querySelectorAll("[data-clock]")) {
    const where = { market: zone, here: undefined }[clock.dataset.clock];
    clock.textContent = inWords(moment, "full", clock.dataset.clock in { market: 1, here: 1 } ? where : clock.dataset.clock);
  }
}

// Only what the chosen repetition needs.
function showParts() {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(form.elements.repeat.value);
  }
}

form.addEventListener("input", show);
form.addEventListener("input", showParts);
show();
showParts();

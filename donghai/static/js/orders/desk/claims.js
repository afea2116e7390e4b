// Claims as they come, and what becomes of each: held, paying, paid, run out, given back.
import { countDown, showTimes } from "../../donghai.js";
import { $, desk } from "./parts.js";

const LOOK = 3000; // milliseconds; a payment that begins moves no stock
const keyOf = ({ dataset }) => `${dataset.listing}-${dataset.place}`;

export function addClaim({ listing, quantity, name, place }, at) {
  const line = $("claim-template").content.firstElementChild.cloneNode(true);
  line.dataset.listing = listing;
  line.dataset.place = place;
  line.querySelector("b").textContent = place;
  line.querySelector(".name").textContent = (name || `C${listing}-${place}`) + (quantity > 1 ? ` ×${quantity}` : "");
  line.querySelector(".piece").textContent =
    $("queue-sheet").querySelector(`[data-listing="${listing}"] h3`)?.textContent ?? "";
  line.querySelector("[data-until]").dataset.until =
    new Date(Date.parse(at) + Number(desk.dataset.holdMinutes) * 60000).toISOString();
  line.querySelector("time").dateTime = at;
  $("claims").prepend(line);
  $("no-claims").hidden = true;
  while ($("claims").children.length > 60) $("claims").lastElementChild.remove();
  showTimes(line);
}

export function markPaid({ listing, place }) {
  const state = $("claims").querySelector(`[data-listing="${listing}"][data-place="${place}"] .state`);
  if (!state) return;
  state.className = "state good";
  state.textContent = $("claims").dataset.paid;
}

let isLooking = false;

/** Take over what became of claims since. Lines stay where they are. */
export async function lookAtClaims() {
  if (isLooking || document.hidden || !$("claims").children.length) return;
  isLooking = true;
  const answer = await fetch(desk.dataset.claims).catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const fresh of page.querySelectorAll("#claims > li")) {
      const line = [...$("claims").children].find((one) => keyOf(one) === keyOf(fresh));
      if (!line || line.dataset.state === fresh.dataset.state) continue;
      line.dataset.state = fresh.dataset.state;
      line.querySelector(".state").replaceWith(document.adoptNode(fresh.querySelector(".state")));
    }
    countDown();
  }
  isLooking = false;
}
setInterval(lookAtClaims, LOOK);

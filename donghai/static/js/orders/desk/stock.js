// What is left, held, waited for, and when the next one may come back.
import { heardTime } from "../../donghai.js";
import { lookAtClaims } from "./claims.js";
import { $, refresh } from "./parts.js";

let soon = 0;

export function hearStock({ now, pieces }) {
  heardTime(now);
  const pinned = $("pinned");
  for (const piece of pieces) {
    if (pinned && Number(pinned.dataset.listing) === piece.listing) showPinned(piece);
  }
  lookAtClaims();
  clearTimeout(soon); // words of rows are the server's, and wait for a calm moment
  soon = setTimeout(refresh, 1500);
}

function showPinned({ left, held, waiting, back_at: backAt }) {
  $("left").textContent = left;
  $("held").textContent = held;
  $("waiting").textContent = waiting;
  $("next-back").hidden = !backAt;
  $("next-back-clock").dataset.until = backAt ?? "";
}

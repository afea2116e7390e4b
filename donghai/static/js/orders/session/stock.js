// What is left, held and waited for, as the room's stream tells it.
import { heardTime } from "../../donghai.js";
import { rowOf } from "./pieces.js";
import { changed } from "./pins.js";
import { moved } from "./waiting.js";

export function hearStock({ now, pieces }) {
  heardTime(now);
  for (const { listing, left, held, waiting, back_at: backAt } of pieces) {
    const row = rowOf(listing);
    if (!row) continue;
    Object.assign(row.dataset, { left, held, line: waiting, back: backAt ?? "" });
    changed(listing);
  }
  moved(pieces.map(({ listing }) => listing));
}

/** A claim is heard of a moment before the stock is. */
export function hearClaim({ listing, quantity, offered }) {
  const row = rowOf(listing);
  if (!row || offered) return;
  row.dataset.left = Math.max(0, Number(row.dataset.left) - quantity);
  row.dataset.held = Number(row.dataset.held) + quantity;
  changed(listing);
}

// The host's desk: claims as they come, one tap to the next piece, the truth about the line.
import { crewChat } from "../livestream/chat_crew.js";
import { listen } from "../livestream/events.js";
import { addClaim, lookAtClaims, markPaid } from "./desk/claims.js";
import "./desk/order.js";
import { $, desk, refresh } from "./desk/parts.js";
import "./desk/selling.js";
import { stateChanged } from "./desk/state.js";
import { hearStock } from "./desk/stock.js";

const hear = {
  ...crewChat().hear,
  claim(said, at) {
    addClaim(said, at);
    refresh();
  },
  paid(said) {
    markPaid(said);
    refresh();
  },
  pin: refresh,
  unpin: refresh,
  listing: refresh,
  unlist: refresh,
  order: refresh,
  deal: refresh,
  deal_over: refresh,
  offer: lookAtClaims,
  live: stateChanged,
  end: stateChanged,
};

const line = $("line");
listen({
  url: desk.dataset.events,
  last: Number(desk.dataset.last),
  hear,
  moments: { stock: hearStock },
  crew: true,
  viewers: $("viewers"),
  good: () => { line.textContent = line.dataset.good; },
  lost: () => { line.textContent = line.dataset.lost; },
});

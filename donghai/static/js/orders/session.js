// The live room: events in, claims and chat out. Everything here also works by plain forms,
// except that the room then stands still until it's reloaded.
import { chatField } from "../livestream/chat_field.js";
import { chatLog } from "../livestream/chat_log.js";
import { listen } from "../livestream/events.js";
import { handOver, unlessSheGoes } from "../livestream/handover.js";
import { reactions } from "../livestream/reactions.js";
import * as stage from "../livestream/video/stage.js";
import "./session/claims.js";
import "./session/door.js";
import { $, bringRow, forgetDeal, putInOrder, refreshPrices, room, rowOf, soon } from "./session/pieces.js";
import { changed, draw, lookedAt, showPins } from "./session/pins.js";
import { hearClaim, hearStock } from "./session/stock.js";
import { offered } from "./session/waiting.js";
import { calledOff, moved } from "./session/waits.js";

// A new price is shown within a second, and sooner where it's looked at.
function anew({ listing }, _at, number) {
  soon(async () => {
    if (rowOf(listing)) await refreshPrices(listing, number);
    else await bringRow(listing, number);
    changed(listing);
  }, listing === lookedAt() ? 300 : 1000);
}

const titleOf = (listing) => rowOf(listing)?.querySelector("h3").textContent ?? "";

const log = chatLog($("chat"));

const hear = {
  ...log.hear,
  ...chatField($("chat-form"), log).hear,
  ...reactions($("reactions")).hear,
  pin({ listing, pinned }, _at, number) {
    if (!$("pinned")) return location.reload();
    showPins(pinned ?? [listing], listing);
    if (!rowOf(listing)) soon(() => bringRow(listing, number).then(draw), 300);
  },
  unpin: ({ pinned }) => showPins(pinned ?? []),
  listing: anew,
  deal: anew,
  deal_over({ listing }) {
    forgetDeal(listing);
    draw();
  },
  order: ({ listings }) => putInOrder(listings),
  unlist: ({ listing }) => rowOf(listing)?.remove(),
  claim(said) {
    log.news(said.name || `#${said.place}`, `${room.dataset.claimed} ${titleOf(said.listing)}`);
    hearClaim(said);
  },
  offer(said) {
    log.news(said.name || "–", `${room.dataset.next} ${titleOf(said.listing)}`);
    offered(said);
  },
  handover: handOver,
  video: stage.show,
  replay: () => soon(() => location.reload()),
  live: () => soon(() => location.reload()),
  moved,
  end: (said) => calledOff(said) || unlessSheGoes(() => soon(() => location.reload(), 500)),
};

listen({
  url: room.dataset.events,
  last: Number(room.dataset.last),
  hear,
  moments: { stock: hearStock },
  viewers: $("viewers"),
});

// The clock of the market.
const clock = document.querySelector("[data-clock]");
function tick() {
  clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(new Date());
}
tick();
setInterval(tick, 15000);

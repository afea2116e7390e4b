// The line for a piece that others hold: where this viewer stands, and her turn.
import { countDown, now, say } from "../../donghai.js";
import { myName } from "../../livestream/chat_field.js";
import { post, send } from "./asking.js";
import { $, pieceOf, room, soon } from "./pieces.js";
import { draw } from "./pins.js";
import { allTickets, setTickets } from "./tickets.js";

export async function join(listing) {
  const answer = await post(room.dataset.waiting, { listing, name: myName() }).catch(() => null);
  if (!answer) return say(room.dataset.lost);
  const body = await answer.json();
  say(answer.ok ? $("pinned").dataset.place.replace("{n}", body.place) : body.title);
  await look();
}

async function leave(listing) {
  const answer = await send("DELETE", room.dataset.waiting, { listing }).catch(() => null);
  if (!answer) return say(room.dataset.lost);
  await look();
}

/** Ask where we stand; who is next is shown what is hers. */
export async function look() {
  const answer = await fetch(room.dataset.waiting, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  setTickets(await answer.json());
  draw();
  const mine = allTickets().find((ticket) => ticket.offered_until);
  if (mine) showOffer(mine);
  else if ($("offered").open) $("offered").close();
}

function showOffer({ listing, offered_until: until }) {
  const piece = pieceOf(listing);
  $("offered").dataset.listing = listing;
  $("offered-heading").textContent = piece?.title ?? "";
  $("offered-price").textContent = piece?.price ?? "";
  $("offered-clock").dataset.until = until;
  $("offered").querySelector("[data-over]").classList.remove("over");
  countDown();
  if (!$("offered").open) $("offered").showModal();
}

/** What was offered is claimed. */
export function taken(listing) {
  setTickets(allTickets().filter((ticket) => ticket.listing !== listing));
  draw();
}

/** Something is offered to somebody: to us, or we have come one place nearer. */
export function offered({ listing, ticket }) {
  const mine = allTickets().find((one) => one.listing === listing || one.ticket === ticket);
  if (mine) soon(look, mine.ticket === ticket ? 100 : 2000);
}

/** The stock of a piece we wait for has moved, so perhaps the line did. */
export function moved(listings) {
  if (allTickets().some(({ listing }) => listings.includes(listing))) soon(look, 1500);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "wait" && form.id !== "wait-for-a-piece") return;
  event.preventDefault();
  const listing = Number(event.submitter?.value || form.elements.listing.value);
  $("pieces").close();
  if (form.elements.act.value === "leave") leave(listing);
  else join(listing);
});

$("offered-pass").addEventListener("click", () => {
  $("offered").close();
  leave(Number($("offered").dataset.listing));
});

// When a hold or an offer runs out, who waits asks: with that the line moves on.
setInterval(() => {
  const over = allTickets().some(({ listing, offered_until: until }) => {
    const end = until ?? pieceOf(listing)?.backAt;
    return end && Date.parse(end) < now() - 500;
  });
  if (over && !document.hidden) look();
}, 2000);
if (allTickets().some((ticket) => ticket.offered_until)) look();

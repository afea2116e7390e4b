// The cards of what is shown: the piece that is looked at, and up to two beside it.
import { countDown, now } from "../../donghai.js";
import { $, drawRow, forgetDeal, pieceOf, room } from "./pieces.js";
import { isMine } from "./mine.js";
import { ticketOf } from "./tickets.js";

const card = $("pinned");
const claimForm = $("claim");
const waitForm = $("wait");
const claimButton = claimForm.querySelector("button");

let pins = card
  ? [Number(card.dataset.main), Number(card.dataset.listing), ...[...$("minis").children].map((mini) => Number(mini.dataset.piece))]
    .filter((listing, place, all) => listing && all.indexOf(listing) === place)
  : [];
let looked = Number(card?.dataset.listing) || 0;

export const lookedAt = () => looked;

/** What the host shows has changed; the newest is looked at, and stays so until the next. */
export function showPins(listings, newest = 0) {
  pins = listings;
  if (newest || !pins.includes(looked)) looked = newest || pins[0] || 0;
  draw();
}

export function draw() {
  if (!card) return;
  const piece = pieceOf(looked);
  drawMinis();
  claimForm.elements.listing.value = waitForm.elements.listing.value = looked || "";
  if (!piece) return drawNothing();
  $("left").hidden = false;
  $("left").textContent = leftWords(piece);
  $("pinned-title").textContent = piece.title;
  $("pinned-facts").textContent = piece.facts;
  $("pinned-price").textContent = piece.price;
  $("pinned-was").textContent = piece.was;
  $("pinned-was").hidden = !piece.was;
  $("pinned-own").textContent = piece.own;
  $("pinned-promise").textContent = piece.promise;
  $("pinned-door").hidden = false;
  $("pinned-door").classList.toggle("good", !piece.caution);
  $("pinned-door").classList.toggle("unsure", Boolean(piece.caution));
  $("pinned-picture").hidden = !piece.picture;
  if (piece.picture) $("pinned-picture").src = piece.picture;
  drawClock($("deal"), $("deal-clock"), piece.dealUntil);
  drawActs(piece);
  drawHeld(piece);
  countDown();
}

function leftWords({ left, held }) {
  const { many, held: heldWords } = $("left").dataset;
  if (left > 0) return many.replace("{n}", left);
  return held > 0 ? heldWords : claimButton.dataset.sold;
}

function drawNothing() {
  claimForm.hidden = waitForm.hidden = $("held-line").hidden = true;
  $("left").hidden = $("pinned-picture").hidden = $("deal").hidden = $("pinned-was").hidden = true;
  $("pinned-door").hidden = true;
  $("pinned-title").textContent = card.dataset.none;
  $("pinned-facts").textContent = card.dataset.hint;
  $("pinned-price").textContent = $("pinned-own").textContent = "";
}

function drawClock(box, clock, until) {
  box.hidden = !until;
  box.classList.remove("over");
  clock.dataset.until = until;
}

function drawActs({ left, held, sells }) {
  const ticket = ticketOf(looked);
  const mayClaim = left > 0 || Boolean(ticket?.offered_until);
  const isHers = !mayClaim && isMine(looked);
  const mayWait = !mayClaim && !isHers && (held > 0 || Boolean(ticket));
  claimForm.hidden = mayWait || isHers;
  waitForm.hidden = !mayWait || !room.dataset.sells;
  claimButton.disabled = !mayClaim || !sells;
  claimButton.textContent = mayClaim ? claimButton.dataset.verb : claimButton.dataset.sold;
  const waitButton = waitForm.querySelector("button");
  waitForm.elements.act.value = ticket ? "leave" : "join";
  waitButton.textContent = ticket ? waitButton.dataset.leave : waitButton.dataset.join;
  waitButton.classList.toggle("quiet", Boolean(ticket));
}

function drawHeld({ left, held, line, backAt }) {
  const ticket = ticketOf(looked);
  const words = [];
  let until = "";
  if (ticket?.offered_until) {
    words.push(card.dataset.yours);
    until = ticket.offered_until;
  } else if (left <= 0 && isMine(looked)) {
    words.push(card.dataset.mine);
  } else if (left <= 0 && (held > 0 || ticket)) {
    if (ticket) words.push(card.dataset.place.replace("{n}", ticket.place));
    until = backAt && Date.parse(backAt) > now() ? backAt : "";
    if (held > 0) words.push(until || backAt ? card.dataset.held : card.dataset.paying);
  }
  const clock = document.createElement("b");
  clock.className = "num";
  clock.dataset.until = until;
  $("held-line").hidden = words.length === 0;
  $("held-line").replaceChildren(words.join(" "), until ? " " : "", until ? clock : "");
  if (words.length && line > 0) $("held-line").append(` · ${card.dataset.line.replace("{n}", line)}`);
}

function drawMinis() {
  const others = pins.filter((listing) => listing !== looked && pieceOf(listing));
  $("minis").hidden = others.length === 0;
  $("minis").replaceChildren(...others.map(mini));
}

function mini(listing) {
  const piece = pieceOf(listing);
  const link = document.createElement("a");
  link.className = "mini";
  link.href = `?piece=${listing}`;
  link.dataset.piece = listing;
  const picture = document.createElement(piece.picture ? "img" : "span");
  picture.className = "thumb";
  if (piece.picture) Object.assign(picture, { src: piece.picture, alt: "" });
  const words = document.createElement("span");
  words.className = "grow";
  const title = document.createElement("span");
  title.className = "mini-title";
  title.lang = $("pinned-title").lang;
  title.textContent = piece.title;
  const price = document.createElement("span");
  price.className = "money";
  price.textContent = piece.left > 0 ? piece.price : leftWords(piece);
  words.append(title, price);
  link.append(picture, words);
  return link;
}

$("minis")?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-piece]");
  if (!link) return;
  event.preventDefault();
  looked = Number(link.dataset.piece);
  draw();
});

// A deal runs out by our clock, in the same second for everybody.
setInterval(() => {
  for (const row of $("pieces").querySelectorAll("[data-deal-until]")) {
    if (Date.parse(row.dataset.dealUntil) > now()) continue;
    forgetDeal(Number(row.dataset.listing));
    draw();
  }
}, 250);

room.addEventListener("mine", draw);

/** Facts of a row have changed. */
export function changed(listing) {
  drawRow(listing);
  if (pins.includes(listing) && room.dataset.sells) draw();
}

// The live room: events in, claims and chat out. Everything here also works by plain forms,
// except that the room then stands still until it's reloaded.
import { countDown, say, showTimes } from "../donghai.js";
import { chatField, myName } from "../livestream/chat_field.js";
import { chatLog } from "../livestream/chat_log.js";
import { listen } from "../livestream/events.js";
import { handOver } from "../livestream/handover.js";
import * as stage from "../livestream/video/stage.js";
import { reactions } from "../livestream/reactions.js";

const room = document.getElementById("room");
const claimForm = document.getElementById("claim");
const claimButton = claimForm.querySelector("button");
const pieces = document.getElementById("pieces");
const $ = (id) => document.getElementById(id);

let pinned = Number(claimForm.elements.listing.value) || 0;

// ---- what the room knows of each piece ----
const rowOf = (listing) => pieces.querySelector(`[data-listing="${listing}"]`);
const leftWords = (left) => $("left").dataset.many.replace("{n}", left);

function showLeft(listing, left) {
  const row = rowOf(listing);
  if (row) {
    row.dataset.left = left;
    row.querySelector(".left").textContent = left > 0 ? leftWords(left) : claimButton.dataset.sold;
    const button = row.querySelector("button");
    if (button) button.disabled = left <= 0;
  }
  if (listing === pinned) {
    $("left").textContent = leftWords(Math.max(left, 0));
    claimButton.disabled = left <= 0;
    claimButton.textContent = left > 0 ? claimButton.dataset.verb : claimButton.dataset.sold;
  }
}

function show(piece) {
  const row = rowOf(piece.listing);
  pinned = piece.listing;
  claimForm.elements.listing.value = piece.listing;
  claimForm.hidden = false;
  $("left").hidden = false;
  $("pinned-title").textContent = piece.title;
  $("pinned-facts").textContent = row?.dataset.facts ?? "";
  $("pinned-price").textContent = row?.dataset.price ?? "";
  $("pinned-promise").textContent = row?.querySelector(".promise").textContent.trim() ?? "";
  $("pinned-picture").hidden = !piece.picture;
  if (piece.picture) $("pinned-picture").src = piece.picture;
  showLeft(piece.listing, piece.left);
}

function putDown() {
  pinned = 0;
  claimForm.hidden = true;
  $("left").hidden = $("pinned-picture").hidden = true;
  $("pinned-title").textContent = $("pinned").dataset.none;
  $("pinned-facts").textContent = $("pinned").dataset.hint;
  $("pinned-price").textContent = $("pinned-promise").textContent = "";
}

async function refreshPieces() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  $("pieces-list").replaceWith(document.adoptNode(page.getElementById("pieces-list")));
  showTimes(pieces);
}

async function refreshStock() {
  const answer = await fetch(room.dataset.room, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  for (const { listing, left } of (await answer.json()).listings) showLeft(listing, left);
}

// Many hear of a new piece at once; they ask for it one after the other.
const soon = (work) => setTimeout(work, Math.random() * 3000);

const log = chatLog($("chat"));

const post = (url, body) => fetch(url, {
  method: "POST",
  headers: { "Content-Type": "application/json", Accept: "application/json" },
  body: JSON.stringify(body),
});

// ---- claims ----
async function claim(form, button) {
  button.disabled = true;
  const listing = Number(button.value || form.elements.listing.value);
  const answer = await post(room.dataset.claims, { listing, name: myName() }).catch(() => null);
  button.disabled = false;
  if (!answer) return say(room.dataset.lost);
  const body = await answer.json();
  pieces.close();
  if (answer.ok) showReceipt(listing, body);
  else showRefusal(body);
}

function showReceipt(listing, receipt) {
  const row = rowOf(listing);
  $("receipt-heading").textContent = row?.querySelector("h3").textContent ?? $("pinned-title").textContent;
  $("receipt-clock").dataset.until = receipt.expires_at;
  $("receipt-place").textContent = receipt.place;
  $("receipt-price").textContent = row?.dataset.price ?? $("pinned-price").textContent;
  $("receipt-number").textContent = receipt.receipt;
  $("receipt").querySelector("[data-over]").classList.remove("over");
  countDown();
  $("receipt").showModal();
  for (const count of document.querySelectorAll("[data-bag-count]")) {
    count.hidden = false;
    count.textContent = Number(count.textContent) + 1;
  }
}

function showRefusal(problem) {
  const words = $("refusal-words");
  $("refusal-heading").textContent = problem.title;
  const { back_at: backAt } = problem.details ?? {};
  words.textContent = "";
  if (problem.code === "sold_out") {
    words.textContent = backAt
      ? words.dataset.back.replace("{time}", new Date(backAt).toLocaleTimeString(document.documentElement.lang))
      : words.dataset.gone;
    refreshStock();
  }
  $("refusal").showModal();
}

document.addEventListener("submit", (event) => {
  if (event.target !== claimForm && !event.target.matches("[data-claim]")) return;
  event.preventDefault();
  claim(event.target, event.submitter ?? claimButton);
});

// ---- events ----
const hear = {
  ...log.hear,
  ...chatField($("chat-form"), log).hear,
  ...reactions($("reactions")).hear,
  pin(piece) {
    if (!$("pinned")) return location.reload();
    show(piece);
    if (!rowOf(piece.listing)) soon(refreshPieces);
  },
  unpin: putDown,
  listing: () => soon(refreshPieces),
  unlist: ({ listing }) => rowOf(listing)?.remove(),
  claim({ listing, quantity, name, place }) {
    const row = rowOf(listing);
    const piece = row?.querySelector("h3").textContent ?? "";
    log.news(name || `#${place}`, `${room.dataset.claimed} ${piece}`);
    if (row) showLeft(listing, Number(row.dataset.left) - quantity);
  },
  handover: handOver,
  video: ({ url }) => stage.show(url),
  live: () => soon(() => location.reload()),
  end: () => location.reload(),
};

listen({ url: room.dataset.events, last: Number(room.dataset.last), hear, viewers: $("viewers") });

// Holds run out and other rooms sell the same stock: look now and then, while anybody looks.
setInterval(() => {
  if (!document.hidden && room.dataset.state === "ON_AIR") refreshStock();
}, 20000 + Math.random() * 5000);

// The clock of the market.
const clock = document.querySelector("[data-clock]");
function tick() {
  clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
    timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(new Date());
}
tick();
setInterval(tick, 15000);

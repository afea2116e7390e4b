// "Mine": a receipt, or why not and what to do instead.
import { countDown, inWords, say } from "../../donghai.js";
import { myName } from "../../livestream/chat_field.js";
import { post } from "./asking.js";
import { keep } from "./mine.js";
import { $, pieceOf, refreshPrices, room, rowOf } from "./pieces.js";
import { changed, draw } from "./pins.js";
import { join, taken } from "./waiting.js";

let pending = null; // what was asked for and has no answer yet: asked again with the same key

function keyFor(wanted) {
  const what = JSON.stringify(wanted);
  if (pending?.what !== what) pending = { what, key: crypto.randomUUID?.() };
  return pending.key && { "Idempotency-Key": pending.key };
}

/** Claim one at the price that stands on the page; `minor` where another was agreed to. */
export async function claim(listing, button, minor = pieceOf(listing)?.minor) {
  button.disabled = true;
  const wanted = { listing, name: myName(), price_minor: minor };
  const answer = await post(room.dataset.claims, wanted, keyFor(wanted)).catch(() => null);
  button.disabled = false;
  if (!answer || answer.status >= 500) return say(room.dataset.lost);
  pending = null;
  const body = await answer.json();
  $("pieces").close();
  $("refusal").close();
  if (answer.ok) showReceipt(listing, body);
  else await showRefusal(listing, body);
}

function showReceipt(listing, receipt) {
  taken(listing);
  keep(listing, receipt.expires_at);
  $("receipt-heading").textContent = pieceOf(listing)?.title ?? $("pinned-title").textContent;
  $("receipt-clock").dataset.until = receipt.expires_at;
  $("receipt-place").textContent = receipt.place;
  const row = rowOf(listing)?.dataset;
  const isDeal = row && receipt.price_minor === Number(row.dealMinor);
  $("receipt-price").textContent = (isDeal ? row.dealPrice : row?.price) ?? $("pinned-price").textContent;
  $("receipt-own").textContent = (isDeal ? row.dealOwn : row?.own) ?? "";
  $("receipt-number").textContent = receipt.receipt;
  $("receipt").querySelector("[data-over]").classList.remove("over");
  countDown();
  $("receipt").showModal();
  for (const count of document.querySelectorAll("[data-bag-count]")) {
    count.hidden = false;
    count.textContent = Number(count.textContent) + 1;
  }
}

async function showRefusal(listing, { code, title, details = {} }) {
  const words = $("refusal-words");
  const act = $("refusal-act");
  $("refusal-heading").textContent = title;
  words.textContent = "";
  act.hidden = true;
  if (code === "sold_out") {
    words.textContent = details.back_at
      ? words.dataset.back.replace("{time}", inWords(new Date(details.back_at), "seconds"))
      : details.held ? "" : words.dataset.gone;
    if (details.held > 0) offerTo(act.dataset.join, () => join(listing));
  }
  if (["price_changed", "deal_taken", "deal_limit"].includes(code)) {
    await refreshPrices(listing);
    changed(listing);
    const normal = code !== "price_changed";
    const price = normal ? rowOf(listing).dataset.price : pieceOf(listing).price;
    const minor = details.price_minor;
    words.textContent = pieceOf(listing).promise;
    offerTo(act.dataset.price.replace("{price}", price), () => claim(listing, act, minor));
  }
  draw();
  if (!$("refusal").open) $("refusal").showModal();
}

function offerTo(words, work) {
  const act = $("refusal-act");
  act.textContent = words;
  act.hidden = false;
  act.onclick = () => {
    $("refusal").close();
    work();
  };
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "claim" && !form.matches("[data-claim]")) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  claim(Number(button.value || form.elements.listing.value), button);
});

$("offered-take").addEventListener("click", (event) => {
  const listing = Number($("offered").dataset.listing);
  $("offered").close();
  claim(listing, event.currentTarget);
});

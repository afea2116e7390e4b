// What the room knows of each piece: the rows of its list carry it.
import { countDown, now, showTimes } from "../../donghai.js";
import { isMine } from "./mine.js";

export const room = document.getElementById("room");
export const $ = (id) => document.getElementById(id);
export const rowOf = (listing) => $("pieces").querySelector(`[data-listing="${listing}"]`);

// Many hear of the same thing at once; they ask for it one after the other, some seven
// hundred a second.
export const soon = (work, most = 3000) => {
  const viewers = Number($("viewers").dataset.count) || 0;
  return setTimeout(work, Math.random() * Math.max(most, 1.5 * viewers));
};

/** A piece as it stands, in the deal that runs or at its normal price. */
export function pieceOf(listing) {
  const row = rowOf(listing);
  if (!row) return null;
  const { dataset } = row;
  const inDeal = dataset.dealUntil && Date.parse(dataset.dealUntil) > now();
  const price = (fact) => (inDeal ? dataset[`deal${fact[0].toUpperCase()}${fact.slice(1)}`] : dataset[fact]);
  return {
    listing,
    title: row.querySelector("h3").textContent,
    picture: row.querySelector("img")?.src ?? "",
    facts: dataset.facts,
    left: Number(dataset.left),
    held: Number(dataset.held),
    line: Number(dataset.line),
    backAt: dataset.back,
    sells: dataset.sells === "1",
    price: price("price"),
    minor: Number(price("minor")),
    own: price("own"),
    promise: price("promise"),
    caution: price("caution"),
    was: inDeal ? dataset.price : "",
    dealUntil: inDeal ? dataset.dealUntil : "",
  };
}

/** Words and buttons of a row, as its facts have become. */
export function drawRow(listing) {
  const row = rowOf(listing);
  if (!row) return;
  const piece = pieceOf(listing);
  const left = row.querySelector(".left");
  const { many, held } = $("left")?.dataset ?? {};
  const sold = document.querySelector("#claim button").dataset.sold;
  if (piece.sells && many) {
    left.textContent = piece.left > 0 ? many.replace("{n}", piece.left) : piece.held > 0 ? held : sold;
  }
  drawPrice(row, piece);
  const [claim, wait] = row.querySelectorAll("button");
  if (claim) {
    claim.disabled = piece.left <= 0;
    claim.hidden = piece.left <= 0 && piece.held > 0;
    wait.hidden = !claim.hidden || isMine(listing);
  }
  const cameFor = $("came-for");
  if (Number(cameFor?.elements.listing.value) === listing) drawPrice(cameFor, piece);
}

function drawPrice(place, { listing, price, own, was, caution, minor, dealUntil }) {
  place.querySelector(".now").textContent = price;
  place.querySelector(".own").textContent = own;
  const agreed = place.querySelector(`[name="price-${listing}"]`);
  if (agreed) agreed.value = minor;
  const [normal, deal, words] = [".was", ".deal", ".caution"].map((part) => place.querySelector(part));
  if (!words) return;
  normal.hidden = deal.hidden = !dealUntil;
  normal.textContent = was;
  deal.classList.remove("over");
  deal.querySelector("[data-until]").dataset.until = dealUntil;
  words.textContent = caution;
}

const DEAL = ["dealPrice", "dealMinor", "dealOwn", "dealPromise", "dealCaution", "dealUntil"];

export function forgetDeal(listing) {
  const row = rowOf(listing);
  if (!row) return;
  for (const fact of DEAL) delete row.dataset[fact];
  drawRow(listing);
}

/**
 * Bring the price of a piece anew, or all of them, at the door they are told for. The
 * answer is no older than event `after` of the room; without that, than the question.
 */
export async function refreshPrices(listing, after) {
  const { page, country, money } = room.dataset;
  const asked = new URLSearchParams({ ...(listing && { piece: listing }), ...(after && { after }) });
  const door = `${page}prices/${country}/${money}/${document.documentElement.lang}/`;
  const answer = await fetch(`${door}?${asked}`).catch(() => null);
  if (!answer?.ok || country !== room.dataset.country || money !== room.dataset.money) return;
  const { door: words, pieces } = await answer.json();
  $("door-words").textContent = words;
  for (const piece of pieces) takePrices(piece);
  countDown();
}

function takePrices({ listing, normal, deal }) {
  const row = rowOf(listing);
  if (!row) return;
  for (const fact of DEAL) delete row.dataset[fact];
  for (const [kind, price] of [["", normal], ["deal-", deal]]) {
    for (const [fact, value] of Object.entries(price ?? {})) {
      row.setAttribute(`data-${kind}${fact}`, value);
    }
  }
  drawRow(listing);
}

/** Bring a row that we don't have yet: it comes last. */
export async function bringRow(listing, after) {
  const answer = await fetch(`${room.dataset.page}pieces/${listing}/?after=${after}`).catch(() => null);
  if (!answer?.ok || rowOf(listing)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = document.adoptNode(page.querySelector("[data-listing]"));
  $("pieces-list").querySelector("li:not([data-listing])")?.remove(); // nothing was chosen yet
  $("pieces-list").append(fresh);
  showTimes(fresh);
}

/** The rows in the order of the run sheet. */
export function putInOrder(listings) {
  for (const listing of listings) {
    const row = rowOf(listing);
    if (row) $("pieces-list").append(row);
  }
}

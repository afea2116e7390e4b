// What the room knows of each piece: the rows of its list carry it.
import { now, showTimes } from "../../donghai.js";

export const room = document.getElementById("room");
export const $ = (id) => document.getElementById(id);
export const rowOf = (listing) => $("pieces").querySelector(`[data-listing="${listing}"]`);

// Many hear of the same thing at once; they ask for it one after the other.
export const soon = (work, most = 3000) => setTimeout(work, Math.random() * most);

/** A piece as it stands, in the deal that runs or at its normal price. */
export function pieceOf(listing) {
  const row = rowOf(listing);
  if (!row) return null;
  const { dataset } = row;
  const inDeal = dataset.dealUntil && Date.parse(dataset.dealUntil) > now();
  return {
    listing,
    title: row.querySelector("h3").textContent,
    picture: row.querySelector("img")?.src ?? "",
    facts: dataset.facts,
    promise: row.querySelector(".promise").textContent.trim(),
    left: Number(dataset.left),
    held: Number(dataset.held),
    line: Number(dataset.line),
    backAt: dataset.back,
    sells: dataset.sells === "1",
    price: inDeal ? dataset.dealPrice : dataset.price,
    minor: Number(inDeal ? dataset.dealMinor : dataset.minor),
    was: inDeal ? dataset.price : "",
    normalMinor: Number(dataset.minor),
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
  row.querySelector(".now").textContent = piece.price;
  if (!piece.was) for (const part of row.querySelectorAll(".was, .deal")) part.remove();
  const [claim, wait] = row.querySelectorAll("button");
  if (claim) {
    claim.disabled = piece.left <= 0;
    claim.hidden = piece.left <= 0 && piece.held > 0;
    wait.hidden = !claim.hidden;
  }
  const agreed = row.querySelector(`[name="price-${listing}"]`);
  if (agreed) agreed.value = piece.minor;
}

export function forgetDeal(listing) {
  const row = rowOf(listing);
  if (!row) return;
  for (const fact of ["dealPrice", "dealMinor", "dealUntil"]) delete row.dataset[fact];
  drawRow(listing);
}

const part = async (address, id) => {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return id ? page.getElementById(id) : page.querySelector("[data-listing]");
};

/** Bring one row anew: its price or its deal has changed. */
export async function refreshPiece(listing) {
  const fresh = await part(`${room.dataset.page}pieces/${listing}/`);
  if (!fresh) return;
  rowOf(listing)?.replaceWith(document.adoptNode(fresh));
  showTimes(fresh);
}

/** Bring all rows anew: there is a piece that we don't know. */
export async function refreshAll() {
  const fresh = await part(location.href, "pieces-list");
  if (!fresh) return;
  $("pieces-list").replaceWith(document.adoptNode(fresh));
  showTimes(fresh);
}

/** The rows in the order of the run sheet. */
export function putInOrder(listings) {
  for (const listing of listings) {
    const row = rowOf(listing);
    if (row) $("pieces-list").append(row);
  }
}

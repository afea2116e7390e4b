// What this viewer has claimed here and not paid yet: hers until its time runs out.
import { countDown, now } from "../../donghai.js";

const bar = document.getElementById("mine");
const room = document.getElementById("room");
let held = JSON.parse(document.getElementById("held-for-me")?.textContent ?? "[]");

export const isMine = (listing) => held.some((one) => one.listing === listing);

export function keep(listing, until) {
  held = [...held.filter((one) => one.listing !== listing), { listing, until }];
  draw();
}

function draw() {
  if (!bar) return;
  bar.hidden = held.length === 0;
  const ends = held.map(({ until }) => Date.parse(until));
  if (ends.length) document.getElementById("mine-clock").dataset.until = new Date(Math.min(...ends)).toISOString();
  countDown();
  room.dispatchEvent(new Event("mine"));
}

setInterval(() => {
  const still = held.filter(({ until }) => Date.parse(until) > now());
  if (still.length === held.length) return;
  held = still;
  draw();
}, 1000);

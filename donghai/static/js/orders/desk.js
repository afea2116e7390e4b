// The host's desk: claims as they come, one tap to the next piece, the truth about the line.
import { say, showTimes } from "../donghai.js";
import { crewChat } from "../livestream/chat_crew.js";
import { listen } from "../livestream/events.js";
import * as camera from "../livestream/video/camera.js";

const desk = document.getElementById("desk");
const $ = (id) => document.getElementById(id);
const WHOLE = [".desk-bar", ".desk-body", ".desk-queue", ".desk-acts", "#queue"];
const PARTS = ["pinned", "prompter", "earned", "numbers", "unpin", "next", "queue-list", "queue-sheet"];

// ---- the parts that the server draws ----
let isRefreshing = false;
let wantsRefresh = false;

async function refresh() {
  if (isRefreshing) {
    wantsRefresh = true;
    return;
  }
  isRefreshing = true;
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of PARTS) {
      const fresh = page.getElementById(id);
      if (fresh) $(id)?.replaceWith(document.adoptNode(fresh));
    }
    countUp();
  }
  isRefreshing = false;
  if (wantsRefresh) {
    wantsRefresh = false;
    setTimeout(refresh, 1000);
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "unpin" && form.id !== "next" && !form.matches("[data-pin]")) return;
  event.preventDefault();
  event.submitter.disabled = true;
  $("queue").close();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer?.ok) say($("line").dataset.lost);
  event.submitter.disabled = false;
  refresh();
});

document.getElementById("hand-over")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  say(answer?.ok ? $("ending").dataset.handed : $("line").dataset.lost);
});

// ---- claims ----
function addClaim({ listing, quantity, name, place }, at) {
  const line = $("claim-template").content.firstElementChild.cloneNode(true);
  line.dataset.listing = listing;
  line.dataset.place = place;
  line.querySelector("b").textContent = place;
  line.querySelector(".name").textContent = (name || `C${listing}-${place}`) + (quantity > 1 ? ` ×${quantity}` : "");
  line.querySelector(".piece").textContent =
    $("queue-sheet").querySelector(`[data-listing="${listing}"] h3`)?.textContent ?? "";
  line.querySelector("[data-until]").dataset.until =
    new Date(Date.parse(at) + Number(desk.dataset.holdMinutes) * 60000).toISOString();
  line.querySelector("time").dateTime = at;
  $("claims").prepend(line);
  $("no-claims").hidden = true;
  while ($("claims").children.length > 60) $("claims").lastElementChild.remove();
  showTimes(line);
}

function markPaid({ listing, place }) {
  const line = $("claims").querySelector(`[data-listing="${listing}"][data-place="${place}"] .state`);
  if (!line) return;
  line.className = "state good";
  line.textContent = $("claims").dataset.paid;
}

// ---- going live and ending, with a camera that goes on ----
async function stateChanged() {
  if (!camera.runs()) return location.reload();
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const state = page.getElementById("desk").dataset.state;
  if (state !== "ON_AIR") {
    await camera.stop();
    return location.reload();
  }
  if (desk.dataset.state === state) return;
  desk.dataset.state = state;
  for (const part of WHOLE) {
    const fresh = page.querySelector(part);
    const old = document.querySelector(part);
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
    else if (fresh) desk.append(document.adoptNode(fresh));
  }
  countUp();
  showTimes();
  await camera.goLive();
}

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "go-live" && event.target.id !== "end-session") return;
  if (!camera.runs()) return;
  event.preventDefault();
  if (event.target.id === "end-session") {
    event.submitter.disabled = true;
    await camera.stop();
    return event.target.submit();
  }
  event.submitter.disabled = true;
  const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target) }).catch(() => null);
  if (answer?.ok) return stateChanged();
  event.submitter.disabled = false;
  say($("line").dataset.lost);
});

// ---- events ----
const hear = {
  ...crewChat().hear,
  claim(payload, at) {
    addClaim(payload, at);
    refresh();
  },
  paid(payload) {
    markPaid(payload);
    refresh();
  },
  pin: refresh,
  unpin: refresh,
  listing: refresh,
  unlist: refresh,
  live: stateChanged,
  end: stateChanged,
};

const line = $("line");
listen({
  url: desk.dataset.events,
  last: Number(desk.dataset.last),
  hear,
  viewers: $("viewers"),
  good: () => { line.textContent = line.dataset.good; },
  lost: () => { line.textContent = line.dataset.lost; },
});

// <span data-since="ISO"> counts up: how long on air, how long this piece.
function countUp() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(element.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const tail = `${String(minutes).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    element.textContent = hours ? `${hours}:${tail}` : tail;
  }
}
countUp();
setInterval(countUp, 1000);

// The parts of the desk that the server draws, and the forms that change them.
import { countDown, say, showTimes } from "../../donghai.js";

export const desk = document.getElementById("desk");
export const $ = (id) => document.getElementById(id);

const PARTS = ["pinned", "prompter", "earned", "numbers", "unpin", "next", "queue-list", "queue-sheet"];
const drawn = []; // work to do on fresh parts
let isRefreshing = false;
let wantsRefresh = false;
let keptUntilDropped = () => false;

/** Do this now, and again whenever parts of the page have come anew. */
export function onDraw(work) {
  drawn.push(work);
  work();
}

/** Parts of the page have come anew by another way. */
export function redraw() {
  for (const work of drawn) work();
}

/** While this is true the run sheet stays as it is: a finger holds a piece of it. */
export function keepWhile(isBusy) {
  keptUntilDropped = isBusy;
}

export async function refresh() {
  if (isRefreshing || keptUntilDropped()) {
    wantsRefresh = true;
    return;
  }
  isRefreshing = true;
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok && !keptUntilDropped()) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...document.querySelectorAll(".queue details[open]")].map((menu) => menu.id);
    for (const id of PARTS) {
      const fresh = page.getElementById(id);
      if (fresh) $(id)?.replaceWith(document.adoptNode(fresh));
    }
    for (const id of open) $(id)?.setAttribute("open", "");
    redraw();
    if ($("pinned")) window.htmx?.process($("pinned"));
  }
  isRefreshing = false;
  if (wantsRefresh) {
    wantsRefresh = false;
    setTimeout(refresh, 1000);
  }
}

/** Send a form; why it was refused, in words, "" if it was done. */
export async function refusalOf(form, submitter = null, more = {}) {
  const body = new FormData(form, submitter);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
  if (answer?.ok) return "";
  const problem = answer && (await answer.json().catch(() => null));
  return problem?.title ?? $("line").dataset.lost;
}

/** Send a form; a refusal is said. True if it was done. */
export async function send(form, submitter, more) {
  const words = await refusalOf(form, submitter, more);
  if (words) say(words);
  return !words;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "unpin" && form.id !== "next" && !form.matches("[data-pin]")) return;
  event.preventDefault();
  event.submitter.disabled = true;
  $("queue").close();
  await send(form);
  event.submitter.disabled = false;
  refresh();
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
onDraw(() => {
  countUp();
  countDown();
  showTimes($("pinned") ?? document.body);
});
setInterval(() => {
  countUp();
  if (document.querySelector(".deal-line.over")) refresh(); // its time is up
}, 1000);

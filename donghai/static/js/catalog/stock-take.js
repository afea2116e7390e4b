// Counting bags: each label scanned is one more; a number may be typed; all is kept by
// `counts.js` until the server has it. Without this module the plain form below counts.
import { say } from "../donghai.js";
import { openCamera } from "./camera.js";
import { Counts, newKey } from "./counts.js";

const take = document.getElementById("take");
const words = take.dataset;
const typed = document.getElementById("typed");
const $ = (id) => document.getElementById(id);

const pieces = new Map(); // by id: what it is, what the books say, what was counted (or null)
const byCode = new Map();
const done = []; // what this phone counted, to take back
let shown = null;

// ---- pieces ----
function know(piece) {
  const known = pieces.get(piece.id) ?? { ...piece, counted: null };
  pieces.set(piece.id, known);
  byCode.set(piece.code, known).set(piece.sku.toUpperCase(), known);
  return known;
}

const getJson = async (url) => {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.title, { cause: body.code });
  return body;
};

function codeIn(text) {
  const said = text.normalize("NFKC").trim();
  const address = said.match(/^https?:\/\/[^/\s]+\/s\/([0-9a-z]{6,14})\/?$/i);
  return (address ? address[1] : said).toUpperCase();
}

async function find(text) {
  const known = byCode.get(codeIn(text));
  if (known) return known;
  try {
    return know(await getJson(`${words.find}?text=${encodeURIComponent(text)}`));
  } catch (problem) {
    throw new Error(problem instanceof TypeError ? words.noLine : problem.message);
  }
}

// ---- what is shown ----
function show(piece) {
  shown = piece;
  $("tally").hidden = false;
  $("piece-picture").hidden = !piece.picture;
  if (piece.picture) $("piece-picture").src = piece.picture;
  $("piece-title").textContent = piece.title;
  $("piece-facts").textContent = [piece.sku, piece.size].filter(Boolean).join(" · ");
  $("counted").textContent = piece.counted ?? words.nothingCounted;
  $("expected").textContent = piece.expected;
  $("undo").disabled = done.length === 0;
}

function flash(kind, text = "") {
  const eye = document.querySelector(".eye");
  eye.classList.remove("hit", "miss");
  eye.classList.add(kind);
  if (text) $("eye-words").textContent = text;
  setTimeout(() => eye.classList.remove(kind), 500);
}

let sound = null; // browsers are silent until somebody touched the page
document.addEventListener("pointerdown", () => { sound ??= new AudioContext(); });
function beep(isGood) {
  navigator.vibrate?.(isGood ? 60 : [60, 60, 120]);
  if (!sound) return;
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  tone.frequency.value = isGood ? 1320 : 330;
  volume.gain.value = 0.2;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + (isGood ? 0.08 : 0.25));
}

// ---- counting ----
const tell = {
  saved(lines, sent) {
    const told = new Map(lines.map((line) => [line.variant, line]));
    const behind = new Set(counts.waiting.map((one) => one.variant));
    for (const variant of new Set(sent.map((one) => one.variant))) {
      const piece = pieces.get(variant);
      if (!piece || behind.has(variant)) continue;
      piece.counted = told.get(variant)?.counted ?? null;
      piece.expected = told.get(variant)?.expected ?? piece.expected;
    }
    if (shown) show(shown);
  },
  waiting(n, isOnline) {
    $("line").classList.toggle("wait", n > 0 && !isOnline);
    $("line").textContent = (n === 0 ? words.sent : isOnline ? words.waiting : words.offline).replace("{n}", n);
  },
  refused: (why) => say(words.dropped.replace("{why}", why)),
  ended() {
    say(words.ended);
    setTimeout(() => location.assign(words.review), 3000);
  },
  signedOut: () => say(words.signIn),
};

const counts = new Counts({
  url: words.counts,
  name: `stock-take ${words.take} ${words.user}`,
  token: typed.elements.csrfmiddlewaretoken.value,
  tell,
});

function count(piece, quantity, isTyped = false) {
  const key = newKey();
  done.push({ key, piece, before: piece.counted });
  piece.counted = Math.max(0, isTyped ? quantity : (piece.counted ?? 0) + quantity);
  counts.add({ key, variant: piece.id, quantity, typed: isTyped });
  show(piece);
}

function takeBack() {
  const last = done.pop();
  if (!last) return;
  last.piece.counted = last.before;
  counts.takeBack(last.key, last.piece.id);
  show(last.piece);
}

async function scan(text) {
  try {
    const piece = await find(text);
    count(piece, 1);
    flash("hit", `${piece.sku}: ${piece.counted}`);
    beep(true);
  } catch (problem) {
    flash("miss", problem.message || words.notHere);
    beep(false);
  }
}

$("finish").addEventListener("click", (event) => {
  if (!counts.waiting.length) return;
  event.preventDefault();
  say(words.unsent);
  counts.send();
});
$("more").addEventListener("click", () => count(shown, 1));
$("fewer").addEventListener("click", () => { if (shown.counted) count(shown, -1); });
$("undo").addEventListener("click", takeBack);

typed.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = typed.elements.text;
  try {
    show(await find(field.value));
    field.value = "";
    openPad();
  } catch (problem) {
    say(problem.message);
    beep(false);
  }
});

// ---- the number pad ----
let number = "";
function openPad() {
  number = "";
  $("pad-number").textContent = "0";
  $("pad").returnValue = "";
  $("pad").showModal();
}

$("number").addEventListener("click", openPad);
$("pad").addEventListener("click", (event) => {
  const digit = event.target.closest("[data-digit]")?.dataset.digit;
  if (!digit) return;
  number = digit === "clear" ? "" : (number + digit).slice(0, 6);
  $("pad-number").textContent = Number(number);
});
$("pad").addEventListener("close", () => {
  if ($("pad").returnValue === "ok" && number) count(shown, Number(number), true);
});

// ---- begin ----
async function begin() {
  tell.waiting(counts.waiting.length, true);
  try {
    for (const piece of (await getJson(words.pieces)).pieces) know(piece);
    await refresh();
  } catch (problem) {
    if (problem.cause === "stock_take_ended") return tell.ended();
    say(problem instanceof TypeError ? words.noLine : problem.message);
  }
  counts.send();
  try {
    const light = await openCamera($("video"), scan);
    $("torch").hidden = !light;
    $("torch").addEventListener("click", () => {
      const on = $("torch").getAttribute("aria-pressed") !== "true";
      $("torch").setAttribute("aria-pressed", String(on));
      light(on);
    });
  } catch {
    $("eye-words").textContent = words.noCamera;
  }
}

// What others count in the same stock-take shows here, too.
async function refresh() {
  const { lines } = await getJson(words.counts);
  const waiting = new Set(counts.waiting.map((one) => one.variant));
  for (const line of lines) {
    const piece = pieces.get(line.variant);
    if (piece && !waiting.has(line.variant)) piece.counted = line.counted;
  }
  if (shown) show(shown);
}

setInterval(async () => {
  if (document.hidden) return;
  await refresh().catch((problem) => { if (problem.cause === "stock_take_ended") tell.ended(); });
}, 15000);
begin();

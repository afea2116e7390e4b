// The host's prompter: pages of the piece in her hand, and phrase cards to read out.
import { say } from "../donghai.js";

const CHINESE = "zh-hans";
const MOST = 240; // cards drawn at once: all of them
const WAIT = "wait";
const PAUSE = 600; // milliseconds between two lines of chat that are looked up
const sheet = document.getElementById("phrases");
const readOut = document.getElementById("read-out");
const asked = document.getElementById("asked");
const list = document.getElementById("phrase-list");
const search = document.getElementById("phrases-search");
const { language, token } = sheet.dataset;
const hers = document.documentElement.lang === CHINESE ? CHINESE : language;
const kept = JSON.parse(document.getElementById("phrases-kept").textContent);
const favourites = new Set(kept.favourites);
let cards = [];
let piece = {};
let topic = "";
let at = 0; // the page she reads

// ---- what is said ----
const fold = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLocaleLowerCase();
const question = (card, of) => card.texts[of][0];
const byKey = (key) => cards.find((card) => card.key === key);

function answer(card, of) {
  const answers = card.texts[of][2];
  const holds = ["", ...(piece.cases[card.by] ?? [])].find((one) => one in answers);
  const template = holds === undefined ? byKey(WAIT).texts[of][2][""] : answers[holds];
  return template.replace(/{(\w+)}/g, (_all, place) => piece.words[of][place]);
}

function line(tag, kind, text, of) {
  const element = document.createElement(tag);
  element.className = kind;
  element.textContent = text;
  element.lang = of;
  element.dir = of === "ar" ? "rtl" : "ltr";
  return element;
}

// ---- the cards, fetched once ----
async function load() {
  const response = await fetch(sheet.dataset.cards).catch(() => null);
  if (!response?.ok) return;
  ({ cards } = await response.json());
  for (const card of cards) {
    const texts = [...new Set([language, CHINESE])].flatMap((of) => [question(card, of), card.texts[of][1], ...Object.values(card.texts[of][2])]);
    card.found = fold(texts.join(" "));
    card.asked = fold([question(card, language), question(card, CHINESE), card.texts[language][1], card.texts[CHINESE][1]].join(" "));
  }
  drawLikely();
  draw();
}

function draw(from = 0) {
  const words = fold(search.value).split(/\s+/).filter(Boolean);
  const shown = cards.filter((card) =>
    (!topic || (topic === "*" ? favourites.has(card.key) : card.topic === topic)) && words.every((word) => card.found.includes(word)));
  const rank = (card) => (words.length && words.every((word) => card.asked.includes(word)) ? 1e6 : 0)
    + (favourites.has(card.key) ? 1e5 : 0) + (kept.used[card.key] ?? 0);
  shown.sort((one, other) => rank(other) - rank(one));
  list.replaceChildren(...shown.slice(0, MOST).map(row));
  document.getElementById("no-phrase").hidden = shown.length > 0 || !cards.length;
  list.scrollTop = from;
}

function row(card) {
  const item = document.createElement("li");
  const read = document.createElement("button");
  read.type = "button";
  read.dataset.read = card.key;
  read.append(line("b", "", question(card, language), language));
  if (language !== CHINESE) read.append(line("span", "zh", question(card, CHINESE), CHINESE));
  read.append(line("span", "spoken", answer(card, language), language));
  if (language !== CHINESE) read.append(line("span", "chinese", answer(card, CHINESE), CHINESE));
  const star = document.createElement("button");
  star.type = "button";
  star.dataset.star = card.key;
  star.setAttribute("aria-pressed", favourites.has(card.key));
  star.setAttribute("aria-label", `${sheet.dataset.keep}: ${question(card, language)}`);
  star.textContent = favourites.has(card.key) ? "★" : "☆";
  item.append(read, star);
  return item;
}

function post(card, act, facts = {}) {
  const address = `${sheet.dataset.cards.split("?")[0]}${card.key}/${act}/`;
  return fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(facts), keepalive: true }).catch(() => null);
}

// ---- one card, full screen ----
function show(card) {
  const parts = { question: [question(card, language), language], answer: [answer(card, language), language], chinese: [answer(card, CHINESE), CHINESE] };
  for (const [place, [text, of]] of Object.entries(parts)) {
    const element = readOut.querySelector(`[data-${place}]`);
    Object.assign(element, { textContent: text, lang: of, dir: of === "ar" ? "rtl" : "ltr" });
  }
  readOut.querySelector("[data-chinese]").hidden = language === CHINESE;
  readOut.querySelector("[data-send]").hidden = !sheet.dataset.reply;
  if (!readOut.open) readOut.showModal();
  kept.used[card.key] = (kept.used[card.key] ?? 0) + 1;
  post(card, "use");
}

async function send() {
  const text = readOut.querySelector("[data-answer]").textContent;
  const response = await fetch(sheet.dataset.reply, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  }).catch(() => null);
  say(response?.ok ? sheet.dataset.sent : sheet.dataset.failed);
  if (response?.ok) readOut.close();
}

document.addEventListener("click", ({ target }) => {
  const read = target.closest("[data-read]");
  const star = target.closest("[data-star]");
  const chip = target.closest("[data-topic]");
  if (read) show(byKey(read.dataset.read));
  else if (star) {
    const card = byKey(star.dataset.star);
    const isKept = favourites.delete(card.key) ? false : Boolean(favourites.add(card.key));
    star.setAttribute("aria-pressed", isKept);
    star.textContent = isKept ? "★" : "☆";
    post(card, "keep", { favourite: isKept ? "yes" : "no" });
  } else if (chip) {
    topic = chip.dataset.topic;
    for (const one of sheet.querySelectorAll("[data-topic]")) one.setAttribute("aria-pressed", one === chip);
    draw();
  } else if (target.closest("[data-send]")) send();
  else if (target.closest(".prompter-page")) turnTo(target.closest(".prompter-pages"), at + 1, "smooth");
});
search.addEventListener("input", () => draw());

// ---- the pages of the piece in her hand ----
function turnTo(pages, number, behavior) {
  const next = pages.children[number % pages.children.length];
  if (next) pages.scrollTo({ left: next.offsetLeft - pages.offsetLeft, behavior });
}

function drawLikely() {
  const place = document.querySelector("#prompter [data-likely]");
  place?.replaceChildren(...(piece.likely ?? []).map(byKey).filter(Boolean).map((card) => {
    const chip = line("button", "chip", question(card, hers), hers);
    chip.type = "button";
    chip.dataset.read = card.key;
    return chip;
  }));
}

function follow() {
  piece = JSON.parse(document.getElementById("prompter-piece").textContent);
  const pages = drawn.querySelector(".prompter-pages");
  const number = drawn.querySelector("[data-page]");
  pages.addEventListener("scroll", () => {
    at = Math.round(Math.abs(pages.scrollLeft) / pages.clientWidth);
    number.textContent = `${at + 1} / ${pages.children.length}`;
  }, { passive: true });
  turnTo(pages, at, "instant");
  drawLikely();
  if (cards.length) draw(list.scrollTop);
}

// The desk draws the part anew at each claim: then she stays on her page.
let drawn = document.getElementById("prompter");
new MutationObserver(() => {
  const now = document.getElementById("prompter");
  if (now === drawn) return;
  if (now.dataset.listing !== drawn.dataset.listing) at = 0;
  drawn = now;
  follow();
}).observe(drawn.parentElement, { childList: true });

// ---- the card that answers what was asked just now ----
let last = "";
let isLooking = false;

async function look() {
  const heard = document.getElementById("question");
  const text = [...heard.childNodes].filter((node) => node.nodeName !== "B").map((node) => node.textContent).join(" ").trim();
  if (isLooking || !text || text === last) return;
  isLooking = true;
  last = text;
  const response = await fetch(`${sheet.dataset.match}?${new URLSearchParams({ line: text })}`).catch(() => null);
  const card = response?.ok ? byKey((await response.json()).card) : null;
  asked.hidden = !card;
  if (card) {
    const read = document.createElement("button");
    read.type = "button";
    read.dataset.read = card.key;
    read.append(line("b", "", `${sheet.dataset.asks}: ${question(card, hers)}`, hers), line("span", "spoken", answer(card, language), language));
    if (language !== CHINESE) read.append(line("span", "chinese", answer(card, CHINESE), CHINESE));
    asked.replaceChildren(read);
  }
  setTimeout(() => { isLooking = false; look(); }, PAUSE);
}

follow();
load().then(() => {
  const heard = document.getElementById("question");
  new MutationObserver(look).observe(heard, { childList: true, characterData: true, subtree: true });
  look();
});

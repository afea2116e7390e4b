// A viewer's own words: sent once, kept until they arrived, and what keeps them waiting.
import { say } from "../donghai.js";

const NAME = "room-name";
const TRANSLATIONS = "room-translations";

export function myName() {
  let name = localStorage.getItem(NAME);
  if (!name) {
    name = `guest${Math.floor(1000 + Math.random() * 9000)}`;
    localStorage.setItem(NAME, name);
  }
  return name;
}

export function chatField(form, log) {
  const input = form.elements.text;
  const state = document.getElementById("chat-state");
  const words = form.dataset;
  let slow = 0;
  let waitsUntil = 0;
  let template = "";
  let timer = 0;
  let pending = null; // what was sent and has no answer yet: sent again with the same key
  let hasAsked = false;

  function show(text) {
    state.textContent = text;
    state.hidden = !text;
  }

  function close(text) {
    input.disabled = true;
    show(text);
  }

  function tick() {
    const left = Math.ceil((waitsUntil - Date.now()) / 1000);
    if (left > 0) return show(template.replace("{n}", left));
    clearInterval(timer);
    timer = 0;
    input.disabled = false;
    show("");
  }

  function wait(seconds, words) {
    if (!seconds) return;
    template = words;
    waitsUntil = Date.now() + seconds * 1000;
    tick();
    if (!timer) timer = setInterval(tick, 500);
  }

  // What the house answered where it said no, in the words of the field.
  function refused({ code, title, refused, details, wait: left }) {
    const seconds = details?.seconds ?? left;
    if (code === "slow_mode") wait(seconds, words.slow);
    else if (code === "too_fast") wait(seconds, words.fast);
    else if (code === "muted") {
      wait(seconds, words.muted);
      input.disabled = true;
    } else if (code === "banned" || code === "muted_for_session") close(title || refused);
    else {
      show(title || refused);
      if (code === "not_your_name") document.getElementById("chat-me")?.showModal();
    }
  }

  async function post(text) {
    if (pending?.text !== text) pending = { text, key: crypto.randomUUID?.() ?? null };
    return fetch(form.action, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify({ name: myName(), ...pending }),
    });
  }

  let isSending = false;
  async function send() {
    const text = input.value.trim();
    if (!text || isSending || waitsUntil > Date.now()) return;
    isSending = true;
    const answer = await post(text).catch(() => null);
    const body = await answer?.json().catch(() => null);
    isSending = false;
    if (!body) return show(words.lost);
    if (!answer.ok) {
      pending = null;
      return refused(body);
    }
    pending = null;
    if (input.value.trim() === text) input.value = "";
    show("");
    const { id, number, held, wait: left, ...said } = body;
    const line = log.add({ ...said, role: said.role === "VIEWER" ? undefined : said.role }, number);
    if (held && line) {
      line.classList.add("held");
      line.dataset.held = id;
      say(words.held);
    }
    slow = left;
    wait(left, words.slow);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  // Who has written here before may have to wait, or be silent: known before it's typed.
  input.addEventListener("focus", async () => {
    if (hasAsked) return;
    hasAsked = true;
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const voice = await answer.json();
    slow = voice.slow;
    if (voice.code) refused(voice);
    else wait(voice.wait, words.slow);
  });

  const name = document.getElementById("chat-name");
  const translations = document.getElementById("chat-translations");
  const shows = () => localStorage.getItem(TRANSLATIONS) !== "no";
  const choose = () => document.body.classList.toggle("no-translations", !shows());
  name.value = myName();
  translations.checked = shows();
  choose();
  name.form.addEventListener("submit", () => {
    if (name.value.trim()) localStorage.setItem(NAME, name.value.trim());
    localStorage.setItem(TRANSLATIONS, translations.checked ? "yes" : "no");
    choose();
  });

  return {
    hear: {
      slow({ seconds }) {
        slow = seconds;
        if (!slow && template === words.slow) waitsUntil = 0;
      },
    },
  };
}

// The crew's side of the chat: a line is tapped, and something is done about it.
import { say } from "../donghai.js";
import { chatLog } from "./chat_log.js";

const $ = (id) => document.getElementById(id);

export function crewChat() {
  const part = $("crew-chat");
  const log = chatLog($("chat"));
  const sheet = $("line-sheet");
  const words = part.dataset;
  let chosen = null; // {number} or {id}

  async function ask(door, body) {
    const answer = await fetch(`${words.doors}/${door}`, {
      method: body ? "POST" : "GET",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": part.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: body && JSON.stringify(body),
    }).catch(() => null);
    if (answer?.ok) return answer.status === 204 ? true : answer.json();
    const problem = await answer?.json().catch(() => null);
    say(problem?.title ?? words.lost);
    return null;
  }

  // ---- what waits: asked for when a frame says so, and after one's own acts ----
  let asking = 0;
  function lookSoon() {
    asking ||= setTimeout(look, 200 + Math.random() * 300);
  }

  function fill(holder, rows, build) {
    holder.querySelector("ul").replaceChildren(...rows.map(build));
    const count = holder.querySelector(".count");
    if (count) {
      count.hidden = !rows.length;
      count.textContent = rows.length;
    }
  }

  function item(template, line, why = "") {
    const row = $(template).content.firstElementChild.cloneNode(true);
    row.dataset.id = line.id;
    row.querySelector("b").textContent = line.name;
    row.querySelector(".words").textContent = why || line.text;
    return row;
  }

  function undo(line) {
    const why = [
      line.text && `${line.text} · ${words.gone}`,
      line.muted && words.muted,
      line.banned && words.banned,
    ].filter(Boolean).join(" · ");
    const row = item("undo-template", line, why);
    row.querySelector("[data-act=restore]").hidden = !line.text;
    row.querySelector("[data-act=unmute]").hidden = !line.muted;
    row.querySelector("[data-act=unban]").hidden = !line.banned;
    return row;
  }

  function question(line) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "asked";
    button.dataset.number = line.number;
    const who = document.createElement("b");
    who.textContent = line.name;
    button.append(who, " ", line.text);
    row.append(button);
    return row;
  }

  async function look() {
    asking = 0;
    const found = await ask("waiting");
    if (!found) return;
    fill($("held"), found.held, (line) => item("held-template", line));
    $("held").hidden = !found.held.length;
    for (const mark of document.querySelectorAll("[data-held-count]")) {
      mark.hidden = !found.held.length;
      mark.textContent = found.held.length;
    }
    fill($("open-questions"), found.questions, question);
    fill($("silenced"), [...found.deleted, ...found.silenced], undo);
    if ($("slow")) $("slow").value = found.slow;
  }

  // ---- one line ----
  function open(element) {
    chosen = { number: Number(element.dataset.number) };
    const line = log.lineOf(chosen.number) ?? element;
    const copy = line.cloneNode(true);
    $("line-words").replaceChildren(...copy.childNodes);
    const isStaff = line.classList.contains("staff");
    for (const button of sheet.querySelectorAll("[data-of-viewers]")) button.hidden = isStaff;
    sheet.querySelector("[data-act=answered]").hidden = isStaff;
    $("act-reason").value = "";
    $("answer-form").reset();
    sheet.showModal();
  }

  async function act(button) {
    const row = button.closest("li[data-id]");
    const about = row ? { id: Number(row.dataset.id) } : chosen;
    const body = { act: button.dataset.act, ...about };
    if (body.act === "mute") body.minutes = Number(button.dataset.minutes) || null;
    if (!row && $("act-reason").value.trim()) body.reason = $("act-reason").value.trim();
    button.disabled = true;
    const done = await ask("acts", body);
    button.disabled = false;
    if (!done) return;
    sheet.close();
    lookSoon();
  }

  async function write(form, to = null) {
    const input = form.elements.text;
    const text = input.value.trim();
    if (!text) return;
    const line = await ask("replies", { text, to });
    if (!line) return; // the words stay where they are
    if (input.value.trim() === text) input.value = "";
    sheet.close();
    lookSoon();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button && (part.contains(button) || sheet.contains(button))) return act(button);
    if (event.target.closest("a")) return;
    const line = event.target.closest("#chat [data-number], #open-questions [data-number]");
    if (line) open(line);
  });
  $("chat").addEventListener("keydown", (event) => {
    const line = event.key === "Enter" && event.target.closest("[data-number]");
    if (line) open(line);
  });
  $("answer-form").addEventListener("submit", (event) => {
    event.preventDefault();
    write(event.target, chosen.number);
  });
  $("reply-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    write(event.target);
  });
  $("slow")?.addEventListener("change", async (event) => {
    if (!(await ask("slow", { seconds: Number(event.target.value) }))) lookSoon();
  });

  function reach(number) {
    log.lineOf(number)?.setAttribute("tabindex", "0"); // by keyboard, too
  }
  for (const line of $("chat").querySelectorAll("[data-number]")) line.tabIndex = 0;

  function showNewest() {
    const newest = $("question"); // the last line, on a desk whose chat is out of sight
    if (!newest) return;
    const line = [...$("chat").querySelectorAll("[data-number]")].at(-1);
    newest.hidden = !line;
    if (line) newest.replaceChildren(...line.cloneNode(true).childNodes);
  }

  look();
  return {
    hear: {
      ...log.hear,
      chat(said, at, number) {
        log.hear.chat(said, at, number);
        reach(number);
        showNewest();
      },
      deleted(said) {
        log.hear.deleted(said);
        showNewest();
        lookSoon();
      },
      restored(said) {
        log.hear.restored(said);
        showNewest();
        lookSoon();
      },
      translated(said) {
        log.hear.translated(said);
        showNewest();
      },
      slow({ seconds }) {
        if ($("slow")) $("slow").value = seconds;
      },
      crew: lookSoon,
    },
  };
}

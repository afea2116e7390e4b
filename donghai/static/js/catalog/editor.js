// The product editor: keeps what is typed, on this phone at once and on the server soon.

const form = document.getElementById("editor");
const kept = document.getElementById("kept");
const says = document.getElementById("says");
const shelf = `editor-${form.dataset.product}`;
// This page, among those of other devices; one that couldn't be saved stays the same.
const page = form.elements.page.value || (crypto.randomUUID?.() ?? String(Math.random()));
const PAUSE = 900; // milliseconds without a key before it's sent
const AGAIN = 5000; // while the line is dead

let timer;
let sending = false;
let dirty = false;

function typed() {
  return [...new FormData(form)].filter(([name, value]) => !["csrfmiddlewaretoken", "seen", "page"].includes(name) && typeof value === "string");
}

function remember() {
  localStorage.setItem(shelf, JSON.stringify({ at: form.dataset.at, page, typed: typed() }));
}

function say(words) {
  kept.textContent = words;
}

async function send() {
  clearTimeout(timer);
  if (sending) return;
  sending = true;
  dirty = false;
  try {
    const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 403) { // logged out, or in anew elsewhere
      dirty = true;
      say(kept.dataset.stale);
      timer = setTimeout(send, AGAIN);
    } else if (answer.ok) {
      const { seen, says: part } = await answer.json();
      form.elements.seen.value = form.dataset.at = seen;
      says.innerHTML = part;
      const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
      say(kept.dataset.kept.replace("{time}", time));
      remember(); // with its new mark: a page loaded meanwhile may not show it yet
    } else if (answer.status === 409) {
      say((await answer.json()).title);
    } else {
      throw new Error(answer.statusText);
    }
  } catch {
    dirty = true;
    say(kept.dataset.offline);
    timer = setTimeout(send, AGAIN);
  } finally {
    sending = false;
    if (dirty && !timer) later();
  }
}

function later() {
  dirty = true;
  remember();
  clearTimeout(timer);
  timer = setTimeout(() => { timer = undefined; send(); }, PAUSE);
}

// A form asks for its own sizes; the others stay out of the way, but never what is filled in.
function showMeasures() {
  const chosen = form.elements.form.selectedOptions[0]?.dataset.measures;
  const asked = chosen ? chosen.split(" ") : [];
  for (const field of form.querySelectorAll(".measures [data-field]")) {
    const input = field.querySelector("input");
    field.hidden = !asked.includes(field.dataset.field) && !input.value;
  }
}

function addVariant(number, focus = true) {
  const html = document.getElementById("variant-template").innerHTML.replaceAll("__", number);
  document.getElementById("variants").insertAdjacentHTML("beforeend", html);
  showMeasures();
  if (focus) document.getElementById(`id-v${number}-sku`).focus();
}

function numbers() {
  return [...form.querySelectorAll("[data-variant]")].map((one) => Number(one.dataset.variant));
}

function restore() {
  const left = JSON.parse(localStorage.getItem(shelf) ?? "null");
  // The answer to our last keeping may have been lost with the line: then it's still ours.
  const isNewest = left && (Date.parse(left.at) >= Date.parse(form.dataset.at) || left.page === form.dataset.keptBy);
  if (!isNewest) return localStorage.removeItem(shelf);
  if (JSON.stringify(left.typed) === JSON.stringify(typed())) return;
  if (Date.parse(left.at) > Date.parse(form.dataset.at)) form.elements.seen.value = form.dataset.at = left.at;
  const fields = new Map(left.typed);
  for (const name of fields.keys()) {
    const number = name.match(/^v(\d+)-/)?.[1];
    if (number && !numbers().includes(Number(number))) addVariant(Number(number), false);
  }
  for (const input of form.elements) {
    if (!input.name || input.type === "hidden" || input.type === "submit") continue;
    if (input.type === "checkbox" || input.type === "radio") input.checked = fields.get(input.name) === input.value;
    else if (fields.has(input.name)) input.value = fields.get(input.name);
  }
  say(kept.dataset.restored);
  later();
}

function showFirstError() {
  for (const field of form.querySelectorAll("details .has-error, details .error")) field.closest("details").open = true;
  form.querySelector(".error")?.parentElement.scrollIntoView({ block: "center" });
}

form.addEventListener("input", later);
form.addEventListener("change", (event) => {
  const { name, checked } = event.target;
  if (name === "form") showMeasures();
  if (name.endsWith("-is_one_off") && checked) form.elements[name.replace("is_one_off", "on_hand")].value ||= "1";
  later();
});
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-add]")) {
    event.preventDefault();
    addVariant(Math.max(-1, ...numbers()) + 1);
    later();
  }
  const drop = event.target.closest("[data-drop]");
  if (drop && numbers().length > 1) {
    event.preventDefault();
    drop.closest("[data-variant]").remove();
    later();
  }
});
form.addEventListener("submit", () => { clearTimeout(timer); remember(); });
addEventListener("online", () => dirty && send());
addEventListener("pagehide", () => dirty && remember());

form.elements.page.value = page;
if ("sent" in form.dataset) showFirstError();
else restore();
showMeasures();

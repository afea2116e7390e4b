// The product editor: keeps what is typed, on this phone at once and on the server soon.

const form = document.getElementById("editor");
const kept = document.getElementById("kept");
const says = document.getElementById("says");
const shelf = `editor-${form.dataset.product}`;
const aside = `${shelf}-aside`; // what was typed here while another device changed the product
const note = document.getElementById("aside");
// This page, among those of other devices. One that couldn't be saved or is loaded again in
// its tab stays the same; a copy of a tab that is still open is another.
const page = form.elements.page.value || sessionStorage.getItem(shelf) || (crypto.randomUUID?.() ?? String(Math.random()));
sessionStorage.removeItem(shelf);
const PAUSE = 900; // milliseconds without a key before it's sent
const AGAIN = 5000; // while the line is dead

let timer;
let sending = false;
let dirty = false;
let submitted = false; // the whole form is on its way: a keeping that it cuts off is no loss
let gone = false; // it can't be changed from here any more

function typed() {
  return [...new FormData(form)].filter(([name, value]) => !["csrfmiddlewaretoken", "seen", "page"].includes(name) && typeof value === "string");
}

// `unsent` is what the server hasn't taken yet: nothing newer there may throw it away.
function remember(unsent = true) {
  localStorage.setItem(shelf, JSON.stringify({ at: form.dataset.at, page, unsent, typed: typed() }));
}

function onShelf(name) {
  return JSON.parse(localStorage.getItem(name) ?? "null");
}

function isShown(left) {
  const seen = (fields) => JSON.stringify(fields.filter(([name]) => name !== "shown"));
  return seen(left.typed) === seen(typed());
}

function say(words) {
  kept.textContent = words;
}

async function send() {
  clearTimeout(timer);
  if (sending || gone) return;
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
      remember(dirty); // with its new mark: a page loaded meanwhile may not show it yet
    } else if (answer.status === 409) {
      say((await answer.json()).title);
    } else if (answer.status === 404) { // removed from the stall
      gone = true;
      dirty = false;
      say(kept.dataset.gone);
    } else {
      throw new Error(answer.statusText);
    }
  } catch {
    if (submitted) return;
    dirty = true;
    say(kept.dataset.offline);
    timer = setTimeout(send, AGAIN);
  } finally {
    sending = false;
    if (dirty && !timer) later();
  }
}

function later() {
  remember();
  if (gone) return;
  dirty = true;
  submitted = false;
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
  const left = onShelf(shelf);
  if (!left) return;
  // The answer to our last keeping may have been lost with the line: then it's still ours.
  const isNewest = Date.parse(left.at) >= Date.parse(form.dataset.at) || left.page === form.dataset.keptBy;
  if (!isNewest) {
    if (left.unsent) localStorage.setItem(aside, JSON.stringify(left));
    return localStorage.removeItem(shelf);
  }
  if (isShown(left)) return;
  if (Date.parse(left.at) > Date.parse(form.dataset.at)) form.elements.seen.value = form.dataset.at = left.at;
  fill(left);
  say(kept.dataset.restored);
  later();
}

function fill(left) {
  const fields = new Map(left.typed);
  for (const name of fields.keys()) {
    const number = name.match(/^v(\d+)-/)?.[1];
    if (number && !numbers().includes(Number(number))) addVariant(Number(number), false);
  }
  form.elements.shown.value = fields.get("shown") ?? form.elements.shown.value; // what it was typed over
  for (const input of form.elements) {
    if (!input.name || input.type === "hidden" || input.type === "submit") continue;
    if (input.type === "checkbox" || input.type === "radio") input.checked = fields.get(input.name) === input.value;
    else if (fields.has(input.name)) input.value = fields.get(input.name);
  }
}

// What is shown is another device's; what was typed here waits for a word.
function offer() {
  const left = onShelf(aside);
  if (left && isShown(left)) forget();
  else note.hidden = !left;
}

function forget() {
  localStorage.removeItem(aside);
  note.hidden = true;
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
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!navigator.onLine) { // the browser would leave for its own page of error
    event.preventDefault();
    later();
    return say(kept.dataset.offline);
  }
  dirty = false;
  submitted = true;
  remember(false);
});
note.querySelector("[data-put-back]").addEventListener("click", () => {
  fill(onShelf(aside));
  forget();
  showMeasures();
  later();
});
note.querySelector("[data-forget-it]").addEventListener("click", forget);
addEventListener("online", () => dirty && send());
addEventListener("pagehide", () => {
  if (dirty) remember();
  sessionStorage.setItem(shelf, page);
});
// Brought back by the browser, it may be older than what this tab kept since.
addEventListener("pageshow", (event) => event.persisted && location.reload());

form.elements.page.value = page;
if ("sent" in form.dataset) {
  showFirstError();
  const left = onShelf(shelf);
  if (left) localStorage.setItem(shelf, JSON.stringify({ ...left, unsent: true }));
} else {
  restore();
  offer();
}
showMeasures();

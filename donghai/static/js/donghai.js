// Every page: times in the viewer's own zone, countdowns, menus, short notices.

const page = document.documentElement.lang || "en";
const language = page === "en" ? "en-GB" : page; // 22 Nov, as our templates say it
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (zone && !document.cookie.includes(`zone=${zone}`)) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short" },
  full: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  weekday: { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  dayName: { weekday: "long" },
};

export function inWords(moment, show, timeZone = zone) {
  return new Intl.DateTimeFormat(language, { ...SHAPES[show], timeZone }).format(moment);
}

function dayInWords(moment) {
  const dayNumber = (at) => {
    const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: zone })
      .format(at).split("-").map(Number);
    return Date.UTC(year, month - 1, day) / 86400000;
  };
  const ahead = dayNumber(moment) - dayNumber(new Date());
  if (ahead === 0 || ahead === 1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(ahead, "day");
    return words.charAt(0).toLocaleUpperCase(language) + words.slice(1);
  }
  return inWords(moment, ahead > 1 && ahead < 7 ? "dayName" : "date");
}

// Those of a zone that is named stand there as the server said them, unless they changed.
export function showTimes(root = document, isAll = false) {
  for (const element of root.querySelectorAll(`time[data-show]${isAll ? "" : ":not([data-zone])"}`)) {
    const moment = new Date(element.dateTime);
    element.textContent = element.dataset.show === "day"
      ? dayInWords(moment)
      : inWords(moment, element.dataset.show, element.dataset.zone);
  }
}

// A photo's average colour holds its place until it's there.
function showColours(root = document) {
  for (const image of root.querySelectorAll("img[data-colour]")) {
    image.style.backgroundColor = image.dataset.colour;
  }
}

// A merchant's navigation is longer than a phone is wide: begin it where she is.
for (const entry of document.querySelectorAll(".work-nav [aria-current]")) {
  const strip = entry.parentElement;
  strip.scrollLeft = entry.offsetLeft - (strip.clientWidth - entry.offsetWidth) / 2;
}

// Our clock, by what pages and event streams say of it: a phone's own may be wrong. What
// was heard soonest is nearest to the truth.
let ahead = null; // milliseconds

export function heardTime(iso) {
  const by = Date.parse(iso) - Date.now();
  if (ahead === null || by > ahead) ahead = by;
}
export const now = () => Date.now() + (ahead ?? 0);

// <b data-until="ISO"> counts down to 0:00; the closest [data-over] then says it is over.
export function countDown() {
  for (const element of document.querySelectorAll("[data-until]:not([data-until=''])")) {
    const left = Math.max(0, Math.round((new Date(element.dataset.until) - now()) / 1000));
    const words = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (element.textContent !== words) element.textContent = words;
    if (left === 0) element.closest("[data-over]")?.classList.add("over");
  }
}

export function say(words) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = words;
  document.getElementById("toasts")?.append(toast);
  setTimeout(() => toast.remove(), 5000);
}

document.addEventListener("donghai:say", ({ detail }) => say(detail.value));

for (const { dataset } of document.querySelectorAll("[data-now]")) heardTime(dataset.now);
showTimes();
showColours();
countDown();
setInterval(countDown, 1000);
// A menu that is open stays open when the part of the page around it is brought anew.
let openMenus = [];
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  openMenus = [...detail.target.querySelectorAll("details[id][open]")].map((menu) => menu.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of openMenus) document.getElementById(id)?.setAttribute("open", "");
});
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target.parentElement ?? document;
  showTimes(place);
  showColours(place);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.matches("dialog") || event.target.closest("[data-closes]")) {
    event.target.closest("dialog")?.close();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

// A form is sent once, and its button says that it's on the way.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter;
  if (button && !event.target.matches("[data-again]")) {
    setTimeout(() => { button.disabled = true; button.classList.add("busy"); });
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".button.busy")) {
    button.disabled = false;
    button.classList.remove("busy");
  }
});

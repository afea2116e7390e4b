// The host hands her viewers on: they are asked, and taken along unless they stay. Somebody
// who is about to claim, pay or write is asked only.

const SECONDS = 10;
const sheet = document.getElementById("handover");
const $ = (id) => document.getElementById(id);
let timer = null;

let afterwards = null;

/** Do it now; while she is being asked, only if she stays. */
export function unlessSheGoes(work) {
  if (sheet.open) afterwards = work;
  else work();
}

export function handOver({ session, host, title }) {
  const words = $("handover-title");
  words.textContent = words.dataset.words.replace("{host}", host);
  $("handover-what").textContent = title;
  $("handover-go").href = sheet.dataset.room.replace("/0/", `/${session}/`);
  const isBusy = document.querySelector("dialog[open]") || document.activeElement?.matches("input");
  let left = SECONDS;
  const count = () => {
    $("handover-seconds").textContent = left;
    if (left <= 0) location.assign($("handover-go").href);
    left -= 1;
  };
  clearInterval(timer);
  $("handover-seconds").closest("p").hidden = Boolean(isBusy);
  if (!isBusy) {
    count();
    timer = setInterval(count, 1000);
  }
  if (!sheet.open) sheet.showModal();
}

const stay = () => {
  clearInterval(timer);
  sheet.close();
  afterwards?.();
};
$("handover-stay").addEventListener("click", stay);
sheet.addEventListener("cancel", stay);
sheet.addEventListener("close", () => clearInterval(timer));

// Reminders on this device: ask, subscribe with the browser's push service, tell ours.
import { say } from "../donghai.js";

const form = document.getElementById("by-push");
const canPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytesOf(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}

async function subscribe() {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new Error(form.dataset.refused);
  await navigator.serviceWorker.register("/push.js", { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const key = bytesOf(form.dataset.key);
  const old = await pushManager.getSubscription();
  const oldKey = old && new Uint8Array(old.options.applicationServerKey ?? []);
  if (old && String(oldKey) !== String(key)) await old.unsubscribe(); // our key is another one by now
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function follow(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  button.classList.add("busy");
  try {
    const { endpoint, keys } = (await subscribe()).toJSON();
    const facts = new FormData(form);
    facts.set("endpoint", endpoint);
    facts.set("public_key", keys.p256dh);
    facts.set("shared_secret", keys.auth);
    const answer = await fetch(form.action, { method: "POST", body: facts, headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(form.dataset.lost);
    window.location.reload();
  } catch (error) {
    say(error.message === form.dataset.refused ? error.message : form.dataset.lost);
    button.disabled = false;
    button.classList.remove("busy");
  }
}

if (form && canPush) {
  form.hidden = false;
  form.addEventListener("submit", follow);
}

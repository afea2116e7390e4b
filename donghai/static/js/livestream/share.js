// Passing a room on: by the phone's own sheet where it has one, else by copying the address.
import { say } from "../donghai.js";

const $ = (id) => document.getElementById(id);
const address = $("share-address");
const send = $("share-send");

if (navigator.share) {
  send.hidden = false;
  send.addEventListener("click", () => {
    navigator.share({ title: send.dataset.title, url: address.value }).catch(() => {});
  });
}

$("share-copy").addEventListener("click", async () => {
  address.select();
  await navigator.clipboard?.writeText(address.value).catch(() => document.execCommand("copy"));
  say($("share-copy").dataset.done);
});

// Whose door and money prices are told for: chosen here, kept for every page.
import { say } from "../../donghai.js";
import { $, refreshPrices, room } from "./pieces.js";
import { draw } from "./pins.js";

$("door-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  }).catch(() => null);
  if (!answer?.ok) return say(room.dataset.lost);
  const chosen = await answer.json();
  room.dataset.country = chosen.country || room.dataset.country;
  room.dataset.money = chosen.currency || room.dataset.currency;
  form.querySelector("[name=country] [value='']")?.remove();
  $("door").close();
  await refreshPrices();
  draw();
});

// A piece's price and its deal, in a sheet over the desk; what is refused is said in it.
import { countDown } from "../../donghai.js";
import { $, refresh, refusalOf } from "./parts.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-selling]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) {
    location.href = link.href;
    return;
  }
  $("selling").innerHTML = await answer.text();
  window.htmx.process($("selling"));
  countDown();
  $("queue").close();
  $("selling").showModal();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-sells]");
  if (!form) return;
  event.preventDefault();
  event.submitter.disabled = true;
  const words = await refusalOf(form);
  event.submitter.disabled = false;
  if (words) {
    showRefusal(form, words);
    return;
  }
  $("selling").close();
  refresh();
});

function showRefusal(form, words) {
  form.querySelector(".refusal")?.remove();
  const said = document.createElement("p");
  said.className = "bad refusal";
  said.setAttribute("role", "alert");
  said.textContent = words;
  form.append(said);
  said.scrollIntoView({ block: "nearest" });
}

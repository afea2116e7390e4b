// Going live and ending, with a camera that goes on meanwhile: the page around it is brought
// anew, as a reload would end the recording, and some phones would ask for leave again.
import { say } from "../../donghai.js";
import * as camera from "../../livestream/video/camera.js";
import { $, desk, redraw, refusalOf } from "./parts.js";

const WHOLE = ["#state-pill", ".desk-body", ".desk-queue", ".desk-acts", "#queue", "#ending"];

export async function stateChanged() {
  if (!camera.runs()) return location.reload();
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return say($("line").dataset.lost);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const state = page.getElementById("desk").dataset.state;
  if (state !== "ON_AIR") {
    await camera.stop();
    return location.reload();
  }
  if (desk.dataset.state === state) return;
  desk.dataset.state = state;
  for (const part of WHOLE) {
    const fresh = page.querySelector(part);
    const old = document.querySelector(part);
    if (fresh && old) old.replaceWith(document.adoptNode(fresh));
    else if (fresh) desk.append(document.adoptNode(fresh));
  }
  redraw();
  if ($("phrases")) import("../../livestream/prompter.js"); // its script came as words only
  await camera.goLive();
}

const acts = {
  async "go-live"(form) {
    const words = await refusalOf(form);
    return words ? say(words) : stateChanged();
  },
  async "end-session"(form) {
    await camera.stop();
    form.submit();
  },
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id === "hand-over") {
    event.preventDefault();
    form.querySelector("[role=status]").textContent = (await refusalOf(form)) || $("ending").dataset.handed;
    return;
  }
  if (!acts[form.id] || !camera.runs()) return;
  event.preventDefault();
  event.submitter.disabled = true;
  await acts[form.id](form);
  event.submitter.disabled = false;
});

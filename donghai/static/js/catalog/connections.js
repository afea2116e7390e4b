// Connections: <button data-copies="id"> copies what that element holds.

import { say } from "../donghai.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const element = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(element.textContent.trim());
      say(button.dataset.done);
    } catch {
      getSelection().selectAllChildren(element); // no leave to write: select it
    }
  });
}

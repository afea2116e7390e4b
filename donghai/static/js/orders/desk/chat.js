// What viewers say; the last of it stands large on a phone.
import { $ } from "./parts.js";

export function hearChat({ name, text }) {
  const line = document.createElement("p");
  const who = document.createElement("b");
  who.textContent = name;
  line.append(who, " ", text);
  $("chat").append(line);
  while ($("chat").children.length > 80) $("chat").firstElementChild.remove();
  $("chat").parentElement.scrollTop = $("chat").parentElement.scrollHeight;
  $("question").replaceChildren(...line.cloneNode(true).childNodes);
  $("question").hidden = false;
}

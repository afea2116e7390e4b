// What is said in the room, and saying something.
import { say } from "../../donghai.js";
import { myName, post } from "./asking.js";
import { $, room } from "./pieces.js";

const chat = $("chat");

export function addLine(name, text, kind = "") {
  const isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
  const line = document.createElement("p");
  line.className = kind;
  const who = document.createElement("b");
  who.textContent = name;
  line.append(who, " ", text);
  chat.append(line);
  while (chat.children.length > 80) chat.firstElementChild.remove();
  if (isAtEnd) chat.scrollTop = chat.scrollHeight;
}

$("chat-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = event.target.elements.text;
  const text = input.value.trim();
  if (!text) return;
  const answer = await post(room.dataset.chat, { name: myName(), text }).catch(() => null);
  if (answer?.ok) input.value = "";
  else say(answer ? (await answer.json()).title : room.dataset.lost);
});

chat.scrollTop = chat.scrollHeight;

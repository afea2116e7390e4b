// A moderator's desk: the chat and nothing else.
import { listen } from "./events.js";
import { crewChat } from "./chat_crew.js";

const page = document.getElementById("moderating");
listen({
  url: page.dataset.events,
  crew: true,
  last: Number(page.dataset.last),
  hear: { ...crewChat().hear, live: () => location.reload(), end: () => location.reload() },
  viewers: document.getElementById("viewers"),
});

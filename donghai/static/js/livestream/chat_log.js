// The lines of a room's chat, as viewers and crew see them: each once, in its place,
// gone when it's deleted. What people wrote is text here, never markup.

const MOST = 80;
const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

export function chatLog(log) {
  const page = document.documentElement.lang;
  let isAtEnd = true; // who has scrolled up to read is left there
  const toEnd = () => { if (isAtEnd) log.scrollTop = log.scrollHeight; };
  const lineOf = (number) => log.querySelector(`[data-number="${number}"]`);

  function span(kind, text) {
    const element = document.createElement("span");
    element.className = kind;
    element.textContent = text;
    return element;
  }

  // Only what host, crew and centre write may lead somewhere.
  function linked(text) {
    const words = span("words", "");
    let end = 0;
    for (const found of text.matchAll(LINK)) {
      const link = document.createElement("a");
      link.href = link.textContent = found[0];
      link.rel = "nofollow noopener";
      link.target = "_blank";
      words.append(text.slice(end, found.index), link);
      end = found.index + found[0].length;
    }
    words.append(text.slice(end));
    return words;
  }

  function build({ name, text, role, to_name: to }, number) {
    const line = document.createElement("p");
    const who = document.createElement("b");
    who.textContent = name;
    line.append(who, " ");
    if (number) line.dataset.number = number;
    if (role) {
      line.className = "staff";
      line.append(span("badge", log.getAttribute(`data-role-${role.toLowerCase()}`) ?? ""), " ");
    }
    if (to) line.append(span("to", `@${to}`), " ");
    line.append(role ? linked(text) : span("words", text));
    return line;
  }

  function put(line, number) {
    const later = [...log.querySelectorAll("[data-number]")]
      .find((other) => Number(other.dataset.number) > number);
    if (later && number) later.before(line);
    else log.append(line);
    while (log.children.length > MOST) log.firstElementChild.remove();
    toEnd();
  }

  function add(said, number) {
    if (number && lineOf(number)) return null; // ours, shown when it was sent
    const line = build(said, number);
    put(line, number);
    return line;
  }

  const hear = {
    chat(said, at, number) {
      if (said.deleted) return;
      if (said.was) log.querySelector(`[data-held="${said.was}"]`)?.remove();
      add(said, number);
    },
    restored({ deleted, line, ...said }) {
      if (!deleted) add(said, line);
    },
    deleted({ line }) {
      lineOf(line)?.remove();
    },
    translated({ deleted, line, texts }) {
      if (deleted) return;
      const words = texts[page] ?? Object.values(texts)[0];
      const shown = lineOf(line);
      if (!shown || shown.querySelector(".translated")) return;
      shown.append(span("translated", words));
      toEnd();
    },
  };

  function news(name, text) {
    const line = build({ name, text });
    line.className = "news";
    put(line);
  }

  log.addEventListener("scroll", () => {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  });
  new ResizeObserver(toEnd).observe(log); // also when a sheet with it opens
  return { add, news, hear, lineOf };
}

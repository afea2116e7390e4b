// Taps gathered for a second and a half and sent as one; everybody's float up lightly.

const GATHER = 1500; // milliseconds
const MOST_SENT = 10;
const MOST_SHOWN = 6; // of one kind at once, however many tapped

export function reactions(bar) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)");
  const counts = {};
  let timer = 0;

  function float(kind) {
    if (isStill.matches || document.hidden) return;
    const button = bar.querySelector(`[data-react="${kind}"]`);
    const mark = button?.querySelector("svg").cloneNode(true);
    if (!mark) return;
    mark.setAttribute("class", `icon floating ${kind}`);
    mark.style.setProperty("--drift", `${Math.round(Math.random() * 48 - 36)}px`);
    bar.append(mark);
    mark.addEventListener("animationend", () => mark.remove());
    setTimeout(() => mark.remove(), 2500);
  }

  function send() {
    timer = 0;
    for (const [kind, count] of Object.entries(counts)) {
      delete counts[kind];
      fetch(bar.dataset.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind, count: Math.min(count, MOST_SENT) }),
      }).catch(() => {}); // a heart that is lost is not worth a word
    }
  }

  const mine = {};
  bar.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-react]")?.dataset.react;
    if (!kind) return;
    counts[kind] = (counts[kind] ?? 0) + 1;
    mine[kind] = (mine[kind] ?? 0) + 1;
    float(kind);
    timer ||= setTimeout(send, GATHER);
  });

  return {
    hear: {
      reactions(said) {
        for (const [kind, count] of Object.entries(said)) {
          const others = Math.max(0, count - (mine[kind] ?? 0)); // ours floated already
          mine[kind] = Math.max(0, (mine[kind] ?? 0) - count);
          for (let i = 0; i < Math.min(others, MOST_SHOWN); i += 1) setTimeout(float, Math.random() * 500, kind);
        }
      },
    },
  };
}

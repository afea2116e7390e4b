// A room's event stream: each numbered event once and in order, whatever the line does.
// A browser gives up for good when a stream is refused (a restart, a full house), so then
// we knock again ourselves, from the last number we saw.

const KNOCK_AGAIN = 3000; // milliseconds

// `hear` reacts to numbered events, `moments` to what is told once and never again. The
// host's `crew` hears what viewers hear and isn't counted as such.
export function listen({ url, last, hear, moments = {}, viewers, crew = false, good = () => {}, lost = () => {} }) {
  const source = new EventSource(`${url}?after=${last}${crew ? "&crew=1" : ""}`);
  for (const [kind, react] of Object.entries(hear)) {
    source.addEventListener(kind, (event) => {
      const { number, payload, at } = JSON.parse(event.data);
      if (number !== undefined) { // else of the moment, without a place in the log
        if (number <= last) return; // resumed a little too early
        last = number;
      }
      react(payload, at, number);
    });
  }
  for (const [kind, react] of Object.entries(moments)) {
    source.addEventListener(kind, (event) => react(JSON.parse(event.data)));
  }
  source.addEventListener("viewers", (event) => {
    const count = JSON.parse(event.data).viewers;
    viewers.dataset.count = count;
    viewers.textContent = count.toLocaleString(document.documentElement.lang);
  });
  source.addEventListener("open", good);
  source.addEventListener("error", () => {
    lost();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen({ url, last, hear, moments, viewers, crew, good, lost }), KNOCK_AGAIN + Math.random() * 2000);
  });
}

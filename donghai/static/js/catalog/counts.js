// What was counted and is not yet with the server. It lies in the browser's storage, so a
// closed tab or a bad line loses nothing; the server counts each key once.

const BATCH = 100;
const LONGEST_PAUSE = 30000;

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// `tell` gets: saved(lines, sent), waiting(n, online), refused(why), ended(), signedOut()
export class Counts {
  constructor({ url, name, token, tell }) {
    Object.assign(this, { url, name, token, tell, pause: 1000, batch: BATCH, busy: false });
    this.waiting = JSON.parse(localStorage.getItem(name) ?? "[]");
    window.addEventListener("online", () => this.send());
  }

  add(count) {
    this.keep([...this.waiting, { ...count, at: Date.now() }]);
    this.send();
  }

  // A count still here is just forgotten; one that was sent, or is on its way, is taken back.
  takeBack(key, variant) {
    const mayBeThere = !this.waiting.some((one) => one.key === key && !one.tried);
    this.keep(this.waiting.filter((one) => one.key !== key || one.tried));
    if (mayBeThere) this.keep([...this.waiting, { undone: key, variant, at: Date.now() }]);
    this.send();
  }

  keep(waiting) {
    this.waiting = waiting;
    localStorage.setItem(this.name, JSON.stringify(waiting));
    this.tell.waiting(waiting.length, this.pause < 4000);
  }

  async send() {
    if (this.busy || !this.waiting.length) return;
    this.busy = true;
    clearTimeout(this.later);
    const sent = this.waiting.slice(0, this.batch);
    for (const one of sent) one.tried = true;
    const answer = await this.post(sent).catch(() => null);
    this.busy = false;
    if (answer?.ok) this.take(sent, await answer.json());
    else if (answer && answer.status < 500 && ![408, 429].includes(answer.status)) await this.hearNo(sent, answer);
    else this.waitAndSend();
  }

  post(sent) {
    const now = Date.now();
    const counts = sent.filter((one) => one.key).map(({ key, variant, quantity, typed, at }) => ({
      key, variant, quantity, is_typed: typed, age_ms: Math.max(0, now - at),
    }));
    const undone = sent.filter((one) => one.undone).map((one) => one.undone);
    return fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ counts, undone }),
      signal: AbortSignal.timeout(15000),
    });
  }

  take(sent, { lines }) {
    Object.assign(this, { pause: 1000, batch: BATCH });
    this.keep(this.waiting.slice(sent.length));
    this.tell.saved(lines, sent);
    this.send();
  }

  // A count the server will never take must not hold up those behind it.
  async hearNo(sent, answer) {
    const problem = await answer.json().catch(() => ({}));
    if ([401, 403].includes(answer.status) || problem.code === "not_found") return this.tell.signedOut();
    if (problem.code === "stock_take_ended") {
      this.keep([]);
      return this.tell.ended();
    }
    if (sent.length === 1) {
      this.keep(this.waiting.slice(1));
      this.tell.refused(problem.title ?? String(answer.status));
    }
    this.batch = 1;
    this.send();
  }

  waitAndSend() {
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    this.keep(this.waiting);
    this.later = setTimeout(() => this.send(), this.pause);
  }
}

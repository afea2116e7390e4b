// Sends a camera's video, piece by piece and in order, whatever the line does. Each piece is
// tried until the server has it; what it has already it says, so nothing is there twice.
// A recording is opened with its header when its first piece is sent, so that after a loss
// the next piece simply opens another. WebM has no header apart: its chunks are one stream of
// bytes, so a recording with a hole in it is given up, and whoever records begins another.

const PATIENCE = 5000; // milliseconds for one piece
const PIECE = 0.5; // seconds of video in one, about
const MOST_KEPT = 120; // pieces; a minute
const LOST = 8000; // milliseconds without success

export class Uploader {
  queue = [];
  headers = new Map(); // of each recording
  #part = -1;
  #open = null; // {recording, next} of the part that is being sent
  #wait = 200;
  #goodAt = Date.now();
  #sending = null;
  #right = null;
  #isOver = false;
  #lost = null; // the recording that was given up

  // ask(hadToken) brings {to, token, seconds}; tell(what, words) hears "taken_over" or "ended";
  // broken() hears that the recording can't go on.
  constructor({ ask, tell, broken = () => {} }) {
    this.ask = ask;
    this.tell = tell;
    this.broken = broken;
  }

  header(recording, bytes) {
    this.headers.set(recording, bytes);
  }

  push(recording, bytes, { isWebm = false } = {}) {
    if (this.#lost === recording) return;
    this.queue.push({ recording, bytes, isWebm });
    if (this.queue.length > MOST_KEPT) {
      this.queue.splice(0, this.queue.length - MOST_KEPT);
      this.#open = null;
      if (isWebm) this.#giveUp(recording);
    }
    this.#sending ??= this.#sendAll().finally(() => { this.#sending = null; });
  }

  // The right has changed: another stream (rehearsal, live) or another recording begins.
  renew() {
    this.#right = null;
    this.#open = null;
    this.#part = -1;
    this.queue = [];
  }

  stop() {
    this.#isOver = true;
    this.queue = [];
  }

  // Wait until all is sent, or that long.
  async drain(milliseconds) {
    const until = Date.now() + milliseconds;
    while (this.queue.length && !this.#isOver && Date.now() < until) {
      await new Promise((go) => setTimeout(go, 50));
    }
  }

  get secondsBehind() {
    return this.queue.length * PIECE;
  }

  get isLost() {
    return this.queue.length > 0 && Date.now() - this.#goodAt > LOST;
  }

  async #sendAll() {
    while (this.queue.length && !this.#isOver) {
      const piece = this.queue[0];
      const answer = await this.#try(piece);
      if (answer === "sent" || answer === "bad") {
        if (this.queue[0] === piece) this.queue.shift();
        if (answer === "sent") [this.#goodAt, this.#wait] = [Date.now(), 200];
      } else if (answer === "later") {
        await new Promise((go) => setTimeout(go, this.#wait));
        this.#wait = Math.min(this.#wait * 2, 2000);
      }
    }
  }

  // Send one piece, its header first if need be: "sent", "bad" (leave it out), "later",
  // "again" (at once), "over".
  async #try(piece) {
    if (!this.#right || Date.now() > this.#right.until) {
      const right = await this.ask(this.#right?.token).catch(() => null);
      if (right?.stop) return this.#end(right.stop);
      if (!right) return "later";
      this.#right = { ...right, until: Date.now() + right.seconds * 500 };
    }
    if (this.#open?.recording !== piece.recording) {
      this.#part += 1;
      if (piece.isWebm) this.#open = { recording: piece.recording, next: 0 };
    }
    if (this.#open?.recording !== piece.recording) {
      const said = await this.#put("init", this.headers.get(piece.recording));
      if (said.code === "other_header") return "again"; // a part of before a reload
      if (!said.ok) {
        this.#part -= 1;
        return this.#react(said);
      }
      this.#open = { recording: piece.recording, next: said.body.next };
    }
    const open = this.#open;
    const said = await this.#put(piece.isWebm ? `webm/${open.next}` : open.next, piece.bytes);
    const isRepeat = piece.wasTried && said.body?.next === 1; // whose answer was lost
    piece.wasTried = true;
    if (said.ok && piece.isWebm && said.body.again && open.next === 0 && !isRepeat) {
      this.#open = null; // a part of before a reload
      return "again";
    }
    if (!said.ok) return piece.isWebm ? this.#reactToWebm(said, piece) : this.#react(said);
    open.next = said.body.next;
    return "sent";
  }

  #react({ status, code }) {
    if (status === 401) {
      this.#right.until = 0;
      return "later";
    }
    if (status === 410) return this.#end(code);
    if (["needs_init", "fragment_missing"].includes(code)) this.#open = null;
    if (status === 422 || status === 413) {
      this.#open = null;
      return "bad";
    }
    return "later";
  }

  #reactToWebm(said, { recording }) {
    if (said.code === "converters_busy") return this.#end(said.code, said.body.title);
    const goesOn = !said.status || [401, 410, 429, 503, 507].includes(said.status);
    if (goesOn) return this.#react(said);
    this.#giveUp(recording);
    return "again";
  }

  #giveUp(recording) {
    this.#lost = recording;
    this.#open = null;
    this.queue = this.queue.filter((piece) => piece.recording !== recording);
    this.broken();
  }

  #end(why, words) {
    this.stop();
    this.tell(why, words);
    return "over";
  }

  async #put(name, body) {
    try {
      const answer = await fetch(`${this.#right.to}${this.#part}/${name}`, {
        method: "PUT",
        body,
        headers: { Authorization: `Bearer ${this.#right.token}`, "Content-Type": "video/mp4" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      const said = await answer.json();
      return { ok: answer.ok, status: answer.status, code: said.code, body: said };
    } catch {
      return { ok: false, status: 0 };
    }
  }
}

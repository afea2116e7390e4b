// Sends a camera by WebRTC to the media server the right names (WHIP), and comes back by
// itself whenever the line or the server failed. Used as the uploader is, and its record()
// as the recorder's: a camera that's flipped goes on in the same connection.

import { connect, NotTaken, preferH264 } from "./peer.js";

const LOST = 8000; // milliseconds without a connection
const SOONEST = 500;
const LATEST = 8000;

// What the server's no means to the host: a word of the camera's data
const words = (status) => {
  if (status === 401 || status === 403) return "unwelcome";
  if (status === 404) return "unknown";
  return status >= 500 ? "engine" : "unfit";
};

export class Whip {
  says = "begins"; // what is to be said of the line, or "" when its seconds say it
  #stream = null;
  #bitsPerSecond = 0;
  #pc = null;
  #session = null;
  #lostAt = Date.now();
  #wait = SOONEST;
  #timer = null;
  #isOver = false;

  // ask() brings {to, token}, or {stop}; tell(what) hears why it stopped.
  constructor({ ask, tell }) {
    this.ask = ask;
    this.tell = tell;
  }

  record(stream, { bitsPerSecond }) {
    this.#stream = stream;
    this.#bitsPerSecond = bitsPerSecond;
    if (this.#pc) this.#swap();
    else this.#connect();
    return { stop: async () => {} }; // until the next camera, or until this is stopped
  }

  renew() {
    this.#drop();
    this.#lostAt = Date.now();
    this.#wait = SOONEST;
    this.says = "begins";
  }

  stop() {
    this.#isOver = true;
    this.#drop();
  }

  async drain() { /* nothing waits: what couldn't be sent at once was left out */ }

  get secondsBehind() {
    return this.#lostAt === null ? 0 : (Date.now() - this.#lostAt) / 1000;
  }

  get isLost() {
    return this.secondsBehind * 1000 > LOST;
  }

  async #connect() {
    const pc = new RTCPeerConnection();
    this.#pc = pc;
    pc.onconnectionstatechange = () => { if (pc === this.#pc) this.#changed(pc.connectionState); };
    const lost = () => { if (pc === this.#pc) this.#again(""); };
    try {
      const right = await this.ask();
      if (pc !== this.#pc) return;
      if (right?.stop) {
        this.stop();
        this.tell(right.stop);
        return;
      }
      if (!right) return this.#again("");
      for (const track of this.#stream.getTracks()) this.#add(pc, track);
      const session = await connect(pc, { url: right.to, token: right.token, lost });
      if (pc === this.#pc) this.#session = session;
      else session.end();
    } catch (trouble) {
      if (pc === this.#pc) this.#again(trouble instanceof NotTaken ? words(trouble.status) : "");
    }
  }

  #add(pc, track) {
    const isPicture = track.kind === "video";
    const transceiver = pc.addTransceiver(track, {
      direction: "sendonly",
      streams: [this.#stream],
      ...(isPicture && { sendEncodings: [{ maxBitrate: this.#bitsPerSecond }] }),
    });
    if (isPicture) preferH264(transceiver, RTCRtpSender.getCapabilities?.("video") ?? undefined);
  }

  #changed(state) {
    if (state === "disconnected") this.#lostAt = Date.now();
    if (state !== "connected") return;
    this.#lostAt = null;
    this.#wait = SOONEST;
    this.says = "";
  }

  #again(says) {
    this.#drop();
    this.#lostAt ??= Date.now();
    this.says = says;
    if (this.#isOver) return;
    this.#timer = setTimeout(() => this.#connect(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LATEST);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#pc?.close();
    this.#session?.end();
    this.#pc = this.#session = null;
  }

  async #swap() {
    try {
      for (const sender of this.#pc.getSenders()) {
        const track = this.#stream.getTracks().find((one) => one.kind === sender.track?.kind);
        if (!track) continue;
        await sender.replaceTrack(track);
        const parameters = sender.getParameters();
        if (track.kind === "video" && parameters.encodings?.length) {
          parameters.encodings[0].maxBitrate = this.#bitsPerSecond;
          await sender.setParameters(parameters);
        }
      }
    } catch {
      this.#again(""); // a camera of another kind
    }
  }
}

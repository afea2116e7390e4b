// One WebRTC connection made over HTTP, as WHIP (RFC 9725) and WHEP have it: an offer is
// POSTed, and its answer names the address where the connection is ended by DELETE.

const GATHER = 500; // milliseconds for this device's addresses; later ones follow by PATCH
const PATIENCE = 10_000; // milliseconds for an answer
const SHAKY = 3000; // milliseconds that a connection may be broken off
const TRICKLE = "application/trickle-ice-sdpfrag";

// The server's no, as its HTTP status.
export class NotTaken extends Error {
  constructor(status) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

// Connects `pc`, which has its tracks. Returns {end()}; throws NotTaken, or what fetch throws.
// lost() is called when the connection is over, maybe more than once.
export async function connect(pc, { url, token, lost = () => {}, gather = GATHER }) {
  const found = [];
  pc.addEventListener("icecandidate", ({ candidate }) => { if (candidate?.candidate) found.push(candidate); });
  const right = token ? { Authorization: `Bearer ${token}` } : {};
  await pc.setLocalDescription();
  await gathered(pc, gather);
  const offer = pc.localDescription.sdp;
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...right, "Content-Type": "application/sdp" },
    body: offer,
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.status !== 201) throw new NotTaken(answer.status);
  const place = answer.headers.get("Location");
  const session = place && new URL(place, answer.url).href;
  const end = () => {
    if (session) fetch(session, { method: "DELETE", headers: right, keepalive: true }).catch(() => {});
  };
  try {
    await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    watchOver(pc, lost);
  } catch (unfit) {
    end();
    throw unfit;
  }
  if (session && answer.headers.get("Accept-Patch")?.includes(TRICKLE)) {
    const etag = answer.headers.get("ETag") ?? "*";
    const send = (candidates) => fetch(session, {
      method: "PATCH",
      headers: { ...right, "Content-Type": TRICKLE, "If-Match": etag },
      body: fragment(offer, candidates),
    }).catch(() => {}); // what was sent before may do
    const late = found.filter(({ candidate }) => !offer.includes(candidate.split(" typ ")[0]));
    if (late.length) send(late);
    pc.addEventListener("icecandidate", ({ candidate }) => { if (candidate?.candidate) send([candidate]); });
  }
  return { end };
}

// H.264 first: it's what every phone plays, and what needs no work at the server.
export function preferH264(transceiver, { codecs } = { codecs: [] }) {
  const isFirst = ({ mimeType }) => mimeType.toLowerCase() === "video/h264";
  const ordered = [...codecs.filter(isFirst), ...codecs.filter((codec) => !isFirst(codec))];
  if (ordered.length) transceiver.setCodecPreferences?.(ordered);
}

function watchOver(pc, lost) {
  const isOver = ({ state }) => state === "failed" || state === "closed";
  let timer;
  pc.addEventListener("connectionstatechange", () => {
    clearTimeout(timer);
    if (isOver({ state: pc.connectionState })) lost();
    else if (pc.connectionState === "disconnected") timer = setTimeout(lost, SHAKY);
  });
  // A server that says goodbye is heard here, seconds before the connection is missed
  for (const { transport } of [...pc.getSenders(), ...pc.getReceivers()]) {
    transport?.addEventListener("statechange", () => { if (isOver(transport)) lost(); });
  }
}

function gathered(pc, milliseconds) {
  if (pc.iceGatheringState === "complete") return null;
  return new Promise((go) => {
    setTimeout(go, milliseconds);
    pc.addEventListener("icegatheringstatechange", () => { if (pc.iceGatheringState === "complete") go(); });
  });
}

// RFC 8840: the offer's name and password, and each line of media with its candidates.
function fragment(offer, candidates) {
  const said = (name) => offer.match(new RegExp(`^a=${name}:.*`, "m"))[0].trim();
  const lines = [said("ice-ufrag"), said("ice-pwd")];
  const media = offer.match(/^m=.*/gm).map((line) => line.trim());
  for (const index of new Set(candidates.map((one) => one.sdpMLineIndex))) {
    const its = candidates.filter((one) => one.sdpMLineIndex === index);
    lines.push(media[index], `a=mid:${its[0].sdpMid}`, ...its.map((one) => `a=${one.candidate}`));
  }
  return `${lines.join("\r\n")}\r\n`;
}

// Watches a session by WebRTC (WHEP): half a second behind the host. tell() hears "waiting",
// "playing" and "lost" as the player's does; never() that no picture came for a while, for
// instance where a network lets no such thing through.

import { connect, preferH264 } from "./peer.js";

const NEVER = 5000; // milliseconds without a picture
const NO_NEWS = 1500; // milliseconds without a frame
const AGAIN = 1000;

// Returns a function that ends it.
export function watchByWhep(video, { url, token }, { tell, never }) {
  let pc, session, state, timer, frames = 0, newsAt = Date.now(), isOver = false;
  const say = (now) => {
    if (now !== state && !isOver) tell(now);
    state = now;
  };
  const drop = () => {
    pc?.close();
    session?.end();
    pc = session = null;
    frames = 0;
  };
  const begin = async () => {
    drop();
    const its = pc = new RTCPeerConnection();
    const picture = pc.addTransceiver("video", { direction: "recvonly" });
    preferH264(picture, RTCRtpReceiver.getCapabilities?.("video") ?? undefined);
    pc.addTransceiver("audio", { direction: "recvonly" });
    const shown = new MediaStream();
    pc.ontrack = ({ track }) => {
      shown.addTrack(track);
      video.srcObject = shown;
      video.play().catch(() => {});
    };
    const lost = () => { if (its === pc) again(); };
    try {
      const made = await connect(its, { url, token, lost });
      if (its === pc) session = made;
      else made.end();
    } catch {
      lost();
    }
  };
  const again = () => {
    drop();
    clearTimeout(timer);
    timer = setTimeout(begin, AGAIN * (0.5 + Math.random()));
  };
  const end = () => {
    isOver = true;
    clearInterval(look);
    clearTimeout(timer);
    drop();
    video.srcObject = null;
  };
  const look = setInterval(async () => {
    const now = await decoded(pc);
    if (isOver) return;
    if (now > frames) [frames, newsAt] = [now, Date.now()];
    const silent = Date.now() - newsAt;
    if (frames && silent < NO_NEWS) say("playing");
    else if (state === "playing") say("lost");
    if (silent > NEVER) {
      end();
      never();
    }
  }, 500);
  say("waiting");
  begin();
  return end;
}

async function decoded(pc) {
  for (const report of (await pc?.getStats())?.values() ?? []) {
    if (report.type === "inbound-rtp" && report.kind === "video") return report.framesDecoded ?? 0;
  }
  return 0;
}

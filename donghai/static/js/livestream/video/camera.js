// The host's camera on her desk: rehearse, send, flip, mute, rotate, see what viewers see.
// The video never holds up the sale: whatever happens here, the rest of the desk goes on.

import { say } from "../../donghai.js";
import { canRecord, record } from "./recorder.js";
import { Uploader } from "./uploader.js";
import { watchBest } from "./watching.js";
import { Whip } from "./whip.js";

const place = document.getElementById("camera");
const LEVELS = [1_500_000, 800_000, 400_000]; // bits a second
const BEHIND = 10; // seconds in the queue that make the picture smaller
const WELL = 60_000; // milliseconds of a good line that make it larger again
const LAST_WORDS = 5000; // milliseconds for what is still to be sent when it ends

const $ = (selector) => place.querySelector(selector);
const own = () => $(".camera-own");
const remember = (key, value) => {
  try { sessionStorage.setItem(`${key}-${place.dataset.session}`, value); } catch { /* private */ }
};
const remembered = (key) => {
  try { return sessionStorage.getItem(`${key}-${place.dataset.session}`) ?? ""; } catch { return ""; }
};

let media = null; // what the camera gives
let recording = null;
let uploader = null;
let playlist = "";
let whep = "";
let unwatch = null;
let wakeLock = null;
let facing = "environment"; // hosts show pieces, on a table
let isUpright = matchMedia("(orientation: portrait)").matches;
let level = 0;
let goodSince = Date.now();
let takesOver = false;

const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

async function ask(token) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrf(), token: token ?? remembered("right") });
  if (takesOver) body.set("take_over", "1");
  const answer = await fetch(place.dataset.ask, { method: "POST", body });
  const said = await answer.json();
  if (said.code === "camera_elsewhere") {
    $("#take-over").showModal();
    return { stop: said.code };
  }
  if (!answer.ok) return answer.status >= 500 ? null : { stop: said.code };
  takesOver = false;
  remember("right", said.token);
  ({ playlist, whep } = said);
  return said;
}

// ---- start and stop ----
async function start() {
  if (!window.isSecureContext) return say(place.dataset.insecure);
  if (!canRecord() && !window.RTCPeerConnection) return say(place.dataset.cannot);
  try {
    await openCamera();
  } catch (trouble) {
    const words = { NotAllowedError: "refused", NotFoundError: "none", NotReadableError: "busy" };
    return say(place.dataset[words[trouble.name] ?? "none"]);
  }
  uploader = await sender();
  if (!uploader) return close();
  place.classList.add("runs");
  $(".camera-start").hidden = true;
  $(".camera-acts").hidden = false;
  remember("runs", "1");
  signal("begins");
  keepAwake();
  restart();
}

// By which way the picture goes is the server's choice: piece by piece, or by WebRTC.
async function sender() {
  while (media) {
    const right = await ask().catch(() => null);
    if (right?.stop) return null;
    if (right?.kind === "whip") return new Whip({ ask, tell: sendingEnded });
    if (right && canRecord()) return new Uploader({ ask, tell: sendingEnded, broken: () => setTimeout(restart, 500) });
    if (right) return say(place.dataset.cannot);
    signal("lost");
    await new Promise((go) => setTimeout(go, 2000));
  }
  return null;
}

async function openCamera() {
  media?.getTracks().forEach((track) => track.stop());
  const [long, short] = [{ ideal: 1280 }, { ideal: 720 }];
  // A phone held upright turns the picture itself, so there long stays long
  const turnsItself = matchMedia("(pointer: coarse)").matches;
  const upright = isUpright && !turnsItself;
  media = await navigator.mediaDevices.getUserMedia({
    video: {
      facingMode: { ideal: facing },
      width: upright ? short : long,
      height: upright ? long : short,
      frameRate: { ideal: 30 },
    },
    audio: { echoCancellation: true, noiseSuppression: true },
  });
  for (const track of media.getAudioTracks()) track.enabled = !isMuted();
  for (const track of media.getTracks()) track.onended = () => { if (media) reopen(); };
  own().srcObject = media;
  own().hidden = false;
}

// Another recording: of another camera, size or quality. Viewers see it go on.
async function restart() {
  await recording?.stop();
  if (!media) return;
  const how = { uploader, bitsPerSecond: LEVELS[level], trouble: () => setTimeout(reopen, 500) };
  recording = uploader instanceof Whip ? uploader.record(media, how) : record(media, how);
}

async function reopen() {
  try {
    await openCamera();
  } catch {
    return sendingEnded("busy");
  }
  return restart();
}

async function stop() {
  const ended = recording;
  recording = null;
  await ended?.stop();
  await uploader?.drain(LAST_WORDS);
  uploader?.stop();
  uploader = null;
  close();
}

function close() {
  media?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
  media = null;
  own().srcObject = null;
  own().hidden = true;
  see(false);
  remember("runs", "");
  place.classList.remove("runs");
  $(".camera-start").hidden = false;
  $(".camera-acts").hidden = true;
  $("#signal").hidden = true;
  wakeLock?.release().catch(() => {});
}

function sendingEnded(why, words) {
  recording?.stop();
  recording = null;
  uploader = null;
  close();
  if (why === "taken_over") say(place.dataset.elsewhere);
  if (why === "busy") say(place.dataset.busy);
  if (words) say(words);
}

// ---- what she can do ----
const isMuted = () => $("[data-camera=mute]").ariaPressed === "true";

function mute() {
  $("[data-camera=mute]").ariaPressed = String(!isMuted());
  remember("muted", isMuted() ? "1" : "");
  for (const track of media.getAudioTracks()) track.enabled = !isMuted();
}

async function see(wants) {
  const button = $("[data-camera=see]");
  button.ariaPressed = String(wants);
  $(".camera-shown").hidden = !wants;
  unwatch?.();
  unwatch = null;
  if (!wants) return;
  if (whep) await ask().catch(() => null); // the token may have run out: it lasts minutes
  if (button.ariaPressed !== "true" || unwatch) return;
  const from = { url: playlist, whep, token: remembered("right") };
  unwatch = watchBest($(".camera-shown"), from, { tell: () => {} });
}

async function keepAwake() {
  try {
    wakeLock = await navigator.wakeLock?.request("screen");
  } catch { /* the battery is low, or the page is hidden: it's asked for again */ }
}

const acts = {
  start,
  stop,
  mute,
  see: () => see($("[data-camera=see]").ariaPressed !== "true"),
  flip() {
    facing = facing === "environment" ? "user" : "environment";
    return reopen();
  },
  rotate() {
    isUpright = !isUpright;
    return reopen();
  },
  "take-over"() {
    $("#take-over").close();
    takesOver = true;
    return start();
  },
};

// ---- how the line is, in words ----
function signal(how) {
  const chip = $("#signal");
  if (chip.dataset.how === how && !chip.hidden) return;
  chip.hidden = false;
  chip.dataset.how = how;
  chip.textContent = place.dataset[how];
}

function look() {
  if (!uploader || !recording) return;
  const behind = uploader.secondsBehind;
  if (uploader.says) signal(uploader.says);
  else if (uploader.isLost) signal("lost");
  else if (behind > 6) signal("poor");
  else if (behind > 2) signal("weak");
  else if (playlist) signal("good");
  if (behind > 1) goodSince = Date.now();
  if (behind > BEHIND && level < LEVELS.length - 1 && !uploader.isLost) changeLevel(1);
  else if (level > 0 && Date.now() - goodSince > WELL) changeLevel(-1);
}

function changeLevel(by) {
  level += by;
  goodSince = Date.now();
  restart();
}

// ---- the session begins and ends around it ----
export const runs = () => Boolean(recording);

// From rehearsal to the air without a new camera: some phones ask for leave each time.
export async function goLive() {
  place.dataset.state = "ON_AIR";
  for (const words of place.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== "ON_AIR";
  see(false);
  await recording?.stop();
  uploader.renew();
  remember("right", "");
  await restart();
}

export { stop };

if (place) {
  $("[data-camera=mute]").ariaPressed = String(Boolean(remembered("muted")));
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-camera]");
    if (button) acts[button.dataset.camera]();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !recording) return;
    keepAwake();
    if (media.getTracks().some((track) => track.readyState === "ended" || track.muted)) reopen();
  });
  screen.orientation?.addEventListener("change", () => { if (recording) restart(); });
  setInterval(look, 1000);
  if (remembered("runs") && place.dataset.state === "ON_AIR") start();
}

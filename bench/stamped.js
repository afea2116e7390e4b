// For `bench.video`: a camera whose picture says what time it is, and an eye that reads it.
// 44 black or white blocks are the milliseconds since 1970, two bits of parity beside them.

const BITS = 44, SIZE = 28, WIDE = 1280, HIGH = 720;

function stampedCamera() {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDE, height: HIGH });
  const pen = canvas.getContext("2d");
  const draw = () => {
    const now = Date.now();
    pen.fillStyle = `hsl(${(now / 50) % 360} 40% 50%)`;
    pen.fillRect(0, 0, WIDE, HIGH);
    for (let n = 0; n < 60; n += 1) { // something to encode
      pen.fillStyle = `hsl(${n * 6} 60% ${40 + ((now / 30 + n * 7) % 30)}%)`;
      pen.fillRect((n * 97 + now / 8) % WIDE, 120 + (n * 53) % 560, 60, 40);
    }
    for (let bit = 0; bit < BITS; bit += 1) {
      pen.fillStyle = Math.floor(now / 2 ** bit) % 2 ? "#fff" : "#000";
      pen.fillRect(8 + bit * SIZE, 8, SIZE, SIZE * 2);
    }
  };
  draw();
  setInterval(draw, 33);
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const out = sound.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  const media = canvas.captureStream(30);
  media.addTrack(out.stream.getAudioTracks()[0]);
  return media;
}

function readStamp(video) {
  const canvas = (readStamp.canvas ??= new OffscreenCanvas(WIDE, 80));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const scale = video.videoWidth / WIDE;
  pen.drawImage(video, 0, 0, video.videoWidth, 80 * scale, 0, 0, WIDE, 80);
  let stamp = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const [red] = pen.getImageData(8 + bit * SIZE + SIZE / 2, 8 + SIZE, 1, 1).data;
    if (red > 127) stamp += 2 ** bit;
  }
  return stamp;
}

if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => stampedCamera();

// Every picture that is shown: [when it was shown, when it was filmed]
window.seen = [];
document.addEventListener("DOMContentLoaded", () => {
  const video = document.getElementById("video");
  if (!video) return;
  const look = () => {
    const stamp = readStamp(video);
    if (Math.abs(Date.now() - stamp) < 120_000) window.seen.push([Date.now(), stamp]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
});

// The rear camera as a reader of QR codes: the browser's own detector where it has one.

const AGAIN_AFTER = 1500; // ms out of sight before the same code counts again
const PAUSE = 90; // ms between two looks
const LARGEST = 720; // pixels of the square that is looked at

async function makeDetector() {
  const own = window.BarcodeDetector;
  const formats = (await own?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) return new own({ formats: ["qr_code"] });
  const { BarcodeDetector } = await import("../../vendor/qr-0.7.0/decode.js");
  return new BarcodeDetector({ formats: ["qr_code"] });
}

// Calls `onCode(text)` once each time a code comes into sight. Throws when there is no camera.
export async function openCamera(video, onCode) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  video.srcObject = stream;
  await video.play();
  const detector = await makeDetector();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const seenAt = new Map();

  function drawMiddle() {
    const side = Math.min(video.videoWidth, video.videoHeight);
    canvas.width = canvas.height = Math.min(side, LARGEST);
    context.drawImage(
      video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side,
      0, 0, canvas.width, canvas.height,
    );
  }

  async function look() {
    if (!stream.active) return;
    if (!document.hidden && video.readyState >= 2) {
      drawMiddle();
      for (const { rawValue } of await detector.detect(canvas).catch(() => [])) {
        const now = performance.now();
        const isNew = now - (seenAt.get(rawValue) ?? -Infinity) > AGAIN_AFTER;
        seenAt.set(rawValue, now);
        if (isNew) onCode(rawValue);
      }
    }
    setTimeout(look, PAUSE);
  }
  look();
  return lightOf(stream);
}

// How to switch the torch; null where there is none.
function lightOf(stream) {
  const [track] = stream.getVideoTracks();
  if (!track.getCapabilities?.().torch) return null;
  return (on) => track.applyConstraints({ advanced: [{ torch: on }] });
}

// Records a camera as fragmented MP4 with a whole picture every half second: each such
// interval leaves the recorder as one fragment, which is what viewers are sent. A browser
// that can't do that (Firefox) sends WebM in chunks, which the server turns into fragments.

import { Splitter } from "./splitter.js";

const KEY_EVERY = 500; // milliseconds
const KINDS = [
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc1.42E01F,opus",
  "video/webm;codecs=vp8,opus",
];
const CHUNK = 500; // milliseconds

export function canRecord() {
  return Boolean(window.MediaRecorder) && KINDS.some((kind) => MediaRecorder.isTypeSupported(kind));
}

// Record until stop(); each header and fragment goes to `uploader`. trouble() is called when
// the recorder gives up by itself.
export function record(stream, { uploader, bitsPerSecond, trouble }) {
  const recording = Symbol("recording");
  const splitter = new Splitter();
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const isWebm = mimeType.startsWith("video/webm");
  const recorder = new MediaRecorder(stream, {
    mimeType,
    videoBitsPerSecond: bitsPerSecond,
    audioBitsPerSecond: 96_000,
    videoKeyFrameIntervalDuration: KEY_EVERY,
  });
  let isStopped = false;
  let inTurn = Promise.resolve(); // blobs are read one after the other
  recorder.ondataavailable = ({ data }) => {
    inTurn = inTurn.then(async () => {
      if (isWebm) {
        if (data.size) uploader.push(recording, data, { isWebm });
        return;
      }
      for (const { isHeader, bytes } of splitter.push(new Uint8Array(await data.arrayBuffer()))) {
        if (isHeader) uploader.header(recording, bytes);
        else uploader.push(recording, bytes);
      }
    });
  };
  recorder.onerror = () => { if (!isStopped) trouble(); };
  const isSafari = !navigator.userAgent.includes("Chrom") && navigator.vendor.startsWith("Apple");
  recorder.start(isWebm ? CHUNK : isSafari ? 1000 : 200);
  return {
    async stop() {
      isStopped = true;
      if (recorder.state === "inactive") return inTurn;
      const ended = new Promise((go) => { recorder.onstop = go; });
      recorder.stop();
      await ended;
      return inTurn;
    },
  };
}

// Watches a session in the best way there is: by WebRTC where the page names such an
// address, and by HLS where it doesn't or where nothing comes of it.

import { watch } from "./player.js";
import { watchByWhep } from "./whep.js";

// Returns a function that ends it.
export function watchBest(video, { url, whep, token }, { tell }) {
  if (!whep || !window.RTCPeerConnection) return watch(video, url, { tell });
  let end = watchByWhep(video, { url: whep, token }, {
    tell,
    never: () => { end = watch(video, url, { tell }); },
  });
  return () => end();
}

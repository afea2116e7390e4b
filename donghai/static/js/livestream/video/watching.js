// Watches a session in the best way there is: by WebRTC where the page names such an
// address, and by HLS where it doesn't or where nothing comes of it.

import { watch } from "./player.js";
import { forThisBrowser } from "./sound.js";
import { watchByWhep } from "./whep.js";

// `aac` is where the sound is asked for that Apple's players know. Returns a function that
// ends it.
export function watchBest(video, { url, whep, token, aac }, { tell }) {
  let isOver = false;
  let end = () => {};
  const byHls = async () => {
    const list = aac ? await forThisBrowser(url, aac) : url;
    if (!isOver) end = watch(video, list, { tell });
  };
  if (whep && window.RTCPeerConnection) {
    end = watchByWhep(video, { url: whep, token }, { tell, never: byHls });
  } else byHls();
  return () => {
    isOver = true;
    end();
  };
}

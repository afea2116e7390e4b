// Apple's players are silent with Opus, though some say they know it: they get AAC, which is
// made from the moment somebody asks for it.

const OPUS = 'audio/mp4; codecs="opus"';

function needsAac() {
  if (navigator.vendor.startsWith("Apple")) return true;
  const source = window.ManagedMediaSource ?? window.MediaSource;
  return !source?.isTypeSupported(OPUS);
}

// The playlist this browser can play with sound; `ask` is where AAC is asked for.
export async function forThisBrowser(url, ask) {
  if (!needsAac()) return url;
  const answer = await fetch(ask, { method: "POST" }).catch(() => null);
  return (answer?.ok && (await answer.json()).playlist) || url;
}

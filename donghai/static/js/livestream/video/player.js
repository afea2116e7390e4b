// Plays a session's HLS. hls.js where the browser lets it, else the browser's own player.
// A live picture that stops coming is "lost" until it comes again; the page goes on.

const NO_NEWS = 4500; // milliseconds without a new fragment
const NOT_YET = 1500; // milliseconds until a playlist that isn't there is asked for again

const LIVE = {
  lowLatencyMode: true, // catching up by playing faster needs it, on plain playlists too
  liveSyncDuration: 1.5,
  liveMaxLatencyDuration: 5, // later than that it goes to where the show is; the replay has the rest
  maxLiveSyncPlaybackRate: 1.2,
  backBufferLength: 10,
  manifestLoadingMaxRetry: 0,
  startFragPrefetch: true,
  enableWorker: false, // fragments go to the browser as they are; a worker only comes late
};

// tell(state): "waiting", "playing", "lost". Returns a function that ends it.
export function watch(video, url, { tell, isLive = true }) {
  let isOver = false;
  let end = () => {};
  tell("waiting");
  loadHls(video.dataset.hls).then((Hls) => {
    if (isOver) return;
    end = Hls?.isSupported()
      ? watchByHls(Hls, video, url, { tell, isLive })
      : watchNatively(video, url, { tell, isLive });
  });
  return () => {
    isOver = true;
    end();
  };
}

let loading;

// Only who sees a picture loads it, ahead of all scripts that aren't the picture's.
function loadHls(address) {
  if (!window.MediaSource && !window.ManagedMediaSource) return Promise.resolve();
  loading ??= new Promise((done) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done(window.Hls);
    script.onerror = () => {
      loading = undefined;
      done();
    };
    document.head.append(script);
  });
  return loading;
}

function watchByHls(Hls, video, url, { tell, isLive }) {
  let hls, newsAt, last, timer, state;
  const say = (now) => {
    if (now !== state) tell(now);
    state = now;
  };
  const begin = () => {
    hls = new Hls(isLive ? LIVE : { backBufferLength: 60 });
    hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      if (details.endSN === last) return;
      [last, newsAt] = [details.endSN, Date.now()];
    });
    hls.on(Hls.Events.ERROR, (_event, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else again();
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    video.play().catch(() => {});
  };
  const again = () => {
    hls.destroy();
    say(video.readyState > 2 ? "lost" : "waiting");
    timer = setTimeout(begin, NOT_YET);
  };
  const look = setInterval(() => {
    const isLate = isLive && newsAt && Date.now() - newsAt > NO_NEWS && isStarved(video);
    if (isLate) say("lost");
    else if (!video.paused && video.readyState > 2) say("playing");
  }, 500);
  begin();
  return () => {
    clearInterval(look);
    clearTimeout(timer);
    hls.destroy();
  };
}

function isStarved(video) {
  const { buffered, currentTime } = video;
  return !buffered.length || buffered.end(buffered.length - 1) - currentTime < 0.3;
}

function watchNatively(video, url, { tell, isLive }) {
  let movedAt = Date.now(), place = -1, isThere = false;
  const begin = async () => {
    const answer = await fetch(url, { method: "HEAD" }).catch(() => null);
    if (!answer?.ok) return;
    isThere = true;
    video.src = url;
    video.play().catch(() => {});
  };
  const look = setInterval(() => {
    if (!isThere) begin();
    if (video.currentTime !== place) [place, movedAt] = [video.currentTime, Date.now()];
    if (!isThere) return;
    const stands = Date.now() - movedAt > NO_NEWS && !video.paused;
    tell(stands ? "lost" : "playing");
    if (!stands || !isLive || Date.now() - movedAt < 3 * NO_NEWS) return;
    movedAt = Date.now();
    begin();
  }, NOT_YET);
  begin();
  return () => {
    clearInterval(look);
    video.removeAttribute("src");
    video.load();
  };
}

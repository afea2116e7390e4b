"""A media server beside us: a host's (fake) camera by WHIP, viewers by WHEP."""

import json

import pytest
from playwright.sync_api import expect

from livestream.models import RoomEvent, Source, Stream
from livestream.video.engines.mediamtx import path_of
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.entering import sign_in
from tests.browser.media_server import MediaServer, only_loopback
from tests.livestream.video.engines.mediamtx import SECRET
from tests.make import make_session

pytestmark = pytest.mark.browser

UNWELCOME = "the video server does not let this camera in: trying again"
SEEN = """by => {
  const video = document.getElementById("video");
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return frames > 5 && (video.srcObject ? "webrtc" : "hls") === by;
}"""
WITHOUT_ADDRESSES = """async (url) => {
  const { connect } = await import("/static/js/livestream/video/peer.js");
  const pc = new RTCPeerConnection();
  pc.addTransceiver("video", { direction: "recvonly" });
  const connected = new Promise((go) => {
    pc.onconnectionstatechange = () => pc.connectionState === "connected" && go();
  });
  const { end } = await connect(pc, { url, gather: 0 });
  await connected;
  end();
}"""


@pytest.fixture(scope="session")
def chromium(playwright):
    """With a camera that isn't there, and connections to this machine."""
    args = [*FLAGS, "--allow-loopback-in-peer-connection"]
    args += [
        "--use-fake-device-for-media-stream=fps=10",
        "--use-fake-ui-for-media-stream",
    ]
    args += ["--autoplay-policy=no-user-gesture-required"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=args)


@pytest.fixture
def media(monkeypatch):
    only_loopback(monkeypatch)
    server = MediaServer()
    server.thread.start()
    yield server
    server.close()


@pytest.fixture
def surroundings(media):
    return {
        "MEDIA_ENGINE": "mediamtx",
        "MEDIAMTX_WHIP_URL": media.url,
        "MEDIAMTX_HLS_URL": media.url,
        "MEDIAMTX_API_URL": media.url,
        "MEDIAMTX_HOOK_SECRET": SECRET,
    }


def spoil_tokens(page, which):
    """What the page is given as a right, by its number, is a wrong one."""
    asked = []

    def spoil(route):
        asked.append(route)
        answer = route.fetch()
        said = answer.json()
        if len(asked) in which:
            said["token"] += "x"
        route.fulfill(response=answer, body=json.dumps(said))

    page.route("**/studio/*/camera/", spoil)


def test_a_host_sends_by_webrtc_and_comes_back_by_itself(open_phone, site, media):
    media.site = site
    session = make_session()
    host = open_phone()
    host.context.grant_permissions(["camera", "microphone"])
    spoil_tokens(host, {2, 3})
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")

    host.click("[data-camera=start]")
    expect(host.locator("#signal")).to_have_text(UNWELCOME)
    expect(host.locator("#signal")).to_have_text("line good", timeout=20_000)
    host.unroute("**/studio/*/camera/")
    assert media.refused == 2
    (first,) = media.sessions
    media.wait(lambda: media.frames.get(first, 0) >= 5)
    assert media.codecs == ["video/H264"]

    host.click("[data-camera=flip]")
    before = media.frames[first]
    media.wait(lambda: media.frames[first] >= before + 5)
    assert list(media.sessions) == [first]

    media.kill()
    media.wait(lambda: len(media.frames) > 1 and media.last_frames() >= 5)
    (second,) = media.sessions
    told = RoomEvent.objects.filter(session=session, kind="video").order_by("number")
    assert [event.payload.get("lost", False) for event in told] == [False, True, False]
    assert Source.objects.get(ended_at=None).name == second

    host.click("[data-camera=stop]")
    media.wait(lambda: second in media.deleted)
    expect(host.locator("[data-camera=start]")).to_be_visible()


def test_viewers_see_it_by_webrtc_or_by_hls_where_that_brings_nothing(
    open_phone, site, media
):
    media.site = site
    session = make_session()
    viewer, other = open_phone(), open_phone()
    viewer.goto(f"/live/{session.pk}/")

    stream = Stream.objects.create(session=session, kind=Stream.Kind.LIVE)
    media.tell("ready", path_of(stream), "camera")
    viewer.wait_for_function(SEEN, arg="webrtc")
    expect(viewer.locator("#stage")).to_have_attribute("data-picture", "playing")
    viewer.evaluate(WITHOUT_ADDRESSES, f"{media.url}/{path_of(stream)}/whep")
    media.wait(lambda: media.patched and len(media.deleted) == 1)

    media.has_whep = False
    other.goto(f"/live/{session.pk}/")
    other.wait_for_function(SEEN, arg="hls")
    viewer.wait_for_function(SEEN, arg="webrtc")
    assert len(media.sessions) == 1

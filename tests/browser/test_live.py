"""Two phones: a host with a (fake) camera and a viewer, from rehearsal to the end."""

import time

import pytest
from playwright.sync_api import expect, sync_playwright

from livestream.models import Fragment, LiveSession, Stream
from tests.browser.conftest import CHROMIUM
from tests.browser.entering import sign_in
from tests.make import make_listing, make_session, make_variant

pytestmark = pytest.mark.browser

PLAYS = "(v) => v.readyState > 2 && v.currentTime"


@pytest.fixture(scope="session")
def chromium():
    """With a camera that isn't there."""
    import os

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
                "--disable-background-timer-throttling",
                "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding",
            ],
        )
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_a_host_rehearses_goes_live_and_is_seen(open_phone):
    session = make_session(country="DE", on_air=False)
    make_listing(session=session, variant=make_variant(on_hand=3))
    host, viewer = open_phone(), open_phone()
    host.context.grant_permissions(["camera", "microphone"])
    viewer.goto(f"/live/{session.pk}/")
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")

    host.click("[data-camera=start]")
    expect(host.locator("#signal")).to_have_text("line good", timeout=15000)
    host.click("[data-camera=see]")
    host.wait_for_function(f"({PLAYS})(document.querySelector('.camera-shown'))")
    assert Stream.objects.get().kind == Stream.Kind.REHEARSAL

    host.click(".early summary")
    host.click("#go-live button")
    expect(host.locator("#next button")).to_be_visible()
    viewer.wait_for_function(
        f"(v => v && ({PLAYS})(v))(document.getElementById('video'))"
    )
    host.click("[data-camera=flip]")
    time.sleep(3)
    host.screenshot(path="/tmp/h/live_host.png")
    viewer.screenshot(path="/tmp/h/live_viewer.png")
    stream = Stream.objects.get(kind=Stream.Kind.LIVE)
    assert stream.epochs_begun == 2

    host.evaluate("document.getElementById('ending').showModal()")
    host.click("#end-session button")
    expect(host.locator(".note")).to_contain_text("This session is over")
    session.refresh_from_db()
    assert session.state == LiveSession.State.ENDED
    assert Fragment.objects.filter(epoch__stream=stream).count() > 6

"""Two phones: a host with a (fake) camera and a viewer, from rehearsal to the end."""

import time

import pytest
from playwright.sync_api import expect

from livestream.models import Fragment, LiveSession, Stream
from tests.browser.entering import sign_in
from tests.make import make_listing, make_session, make_variant

pytestmark = pytest.mark.browser

PLAYS = "(v) => v.readyState > 2 && v.currentTime"


@pytest.fixture
def chromium(chromium_with_camera):
    return chromium_with_camera


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
    stream = Stream.objects.get(kind=Stream.Kind.LIVE)
    wait_until(lambda: Fragment.objects.filter(epoch__number=1).count() > 3)
    viewer.wait_for_function(f"({PLAYS})(document.getElementById('video'))")

    host.evaluate("document.getElementById('ending').showModal()")
    host.click("#end-session button")
    expect(host.locator(".note")).to_contain_text("This session is over")
    session.refresh_from_db()
    assert session.state == LiveSession.State.ENDED
    assert Fragment.objects.filter(epoch__stream=stream).count() > 6


def wait_until(is_so, seconds=15):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)

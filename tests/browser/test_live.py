"""Two phones: a host with a (fake) camera and a viewer, from rehearsal to replay."""

import time
from datetime import time as time_of_day

import pytest
from django.db import transaction
from playwright.sync_api import expect

from livestream.models import Fragment, LiveSession, Stream
from livestream.sessions import services
from livestream.sessions.services import Plan
from livestream.video import streams
from orders.checkout.models import Claim, Order
from tests.browser.entering import sign_in
from tests.browser.test_buying import fill_address
from tests.make import make_listing, make_session, make_variant

pytestmark = pytest.mark.browser

PLAYS = "(v => v && v.readyState > 2 && v.currentTime > {})"
PICTURE = "document.getElementById('video')"


@pytest.fixture
def chromium(chromium_with_camera):
    return chromium_with_camera


def test_a_host_goes_live_sells_ends_and_the_replay_goes_on_selling(open_phone):
    session = make_session(country="DE", on_air=False)
    listing = make_listing(session=session, variant=make_variant(on_hand=2))
    host, viewer = open_phone(), open_phone()
    see_it_moved_and_called_off(viewer, session.host)
    host.context.grant_permissions(["camera", "microphone"])
    viewer.goto(f"/live/{session.pk}/")
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")

    rehearse(host)
    assert Stream.objects.get().kind == Stream.Kind.REHEARSAL

    host.click(".early summary")
    host.click("#go-live button")
    host.click("#next button")
    viewer.wait_for_function(f"{PLAYS.format(0)}({PICTURE})")
    host.click("[data-camera=flip]")
    wait_until(lambda: Fragment.objects.filter(epoch__number=1).count() > 3)
    buy(viewer)
    order = Order.objects.get()
    assert order.status == Order.Status.PAID

    viewer.goto(f"/live/{session.pk}/")
    viewer.wait_for_function(f"{PLAYS.format(0)}({PICTURE})")
    end(host, session)
    expect(viewer.locator(".room-wait")).to_contain_text("The replay comes in a moment")
    with transaction.atomic():
        streams.close(session.pk)

    viewer.goto(f"/orders/{order.number}/")
    viewer.click("text=See the moment it became yours")
    viewer.wait_for_function(f"{PLAYS.format(0.3)}({PICTURE})")
    expect(viewer.locator("#chapters .chapter")).to_have_count(1)
    expect(viewer.locator("#pinned-title")).to_have_text(
        listing.variant.product.title("de")
    )
    viewer.click("#claim button")
    expect(viewer.locator("#receipt")).to_be_visible()
    assert Claim.objects.count() == 2

    # that was the last one: who comes now waits until it may come back
    late = open_phone()
    late.goto(f"/live/{session.pk}/")
    expect(late.locator("#held-line")).to_contain_text("Held. May come back in")
    late.click("#wait button")
    expect(late.locator("#held-line")).to_contain_text("You are number 1 in line.")


def see_it_moved_and_called_off(viewer, host):
    """Waiting in the room of another session, without looking anew."""
    other = make_session(country="DE", host=host, on_air=False)
    own = {"host": host, "session_id": other.pk}
    viewer.goto(f"/live/{other.pk}/")
    expect(viewer.locator(".room-wait .when b")).to_have_text("22:00")
    wanted = Plan(
        title=other.title,
        language=other.language,
        market=other.market,
        starts_on=other.starts_on,
        starts_time=time_of_day(20, 30),
    )
    services.move_session(**own, plan=wanted)
    expect(viewer.locator(".room-wait .when b")).to_have_text("20:30")
    expect(viewer.locator("#moved")).to_have_text("This session was moved.")
    services.cancel_session(**own)
    expect(viewer.locator(".room-wait")).to_contain_text("This session was cancelled.")


def rehearse(host):
    """Alone: nobody else sees it."""
    host.click("[data-camera=start]")
    expect(host.locator("#signal")).to_have_text("line good")
    host.click("[data-camera=see]")
    host.wait_for_function(
        f"{PLAYS.format(0)}(document.querySelector('.camera-shown'))"
    )


def buy(viewer):
    viewer.click("#claim button")
    viewer.click("#receipt a")
    with viewer.expect_response("**/bag/price/"):
        fill_address(viewer)
    viewer.click("#price [value=pay]")
    viewer.click("[value=approve]")
    expect(viewer.locator("h1")).to_have_text("Paid. It is yours.")


def end(host, session):
    stream = Stream.objects.get(kind=Stream.Kind.LIVE)
    assert stream.epochs_begun == 2
    host.click("[data-opens=queue]")
    host.click("#queue [data-opens=ending]")
    host.click("#end-session button")
    expect(host.locator(".note").first).to_contain_text("This session is over")
    session.refresh_from_db()
    assert session.state == LiveSession.State.ENDED
    assert Fragment.objects.filter(epoch__stream=stream).count() > 6


def wait_until(is_so, seconds=20):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)

"""From the room to a paid order on a phone, with and without scripts."""

from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from livestream.sessions import linking
from livestream.sessions import services as livestream
from orders.checkout.models import Order
from tests.browser.entering import sign_in
from tests.make import make_listing, make_session, make_variant

pytestmark = pytest.mark.browser


def make_open_room():
    session = make_session(country="DE")
    listing = make_listing(session=session, variant=make_variant(on_hand=3))
    linking.pin(host=session.host, session_id=session.pk, listing_id=listing.pk)
    return session, listing


def fill_address(page):
    for name, value in {
        "postcode": "10115",
        "name": "Jan Roth",
        "street": "Hauptstr. 1",
        "city": "Berlin",
        "email": "jan@example.org",
    }.items():
        page.fill(f"[name={name}]", value)


def test_a_viewer_claims_pays_and_sees_the_order(open_phone):
    session, _listing = make_open_room()
    page = open_phone()

    page.goto(f"/live/{session.pk}/")
    page.click("#claim button")
    expect(page.locator("#receipt")).to_be_visible()
    expect(page.locator("#receipt-place")).to_have_text("1")
    expect(page.locator("#left")).to_have_text("2 left")

    page.click("#receipt a")
    with page.expect_response("**/bag/price/"):
        fill_address(page)
    page.click("#price [value=pay]")
    page.click("[value=approve]")

    expect(page.locator("h1")).to_have_text("Paid. It is yours.")
    assert Order.objects.get().status == Order.Status.PAID


def test_without_scripts_the_same_way_leads_to_the_same_order(open_phone):
    session, _listing = make_open_room()
    page = open_phone(scripts=False)

    page.goto(f"/live/{session.pk}/")
    page.click("#claim button")
    fill_address(page)
    page.click("#price [value=pay]")
    page.click("[value=approve]")

    expect(page.locator("h1")).to_have_text("Paid. It is yours.")
    assert Order.objects.get().status == Order.Status.PAID


def test_host_and_viewers_see_the_same_night(open_phone):
    session, first = make_open_room()
    second = make_listing(session=session, variant=make_variant(on_hand=1))
    viewer, other, host = open_phone(), open_phone(), open_phone()
    for page in (viewer, other):
        page.goto(f"/live/{session.pk}/")
    sign_in(host, session.host.user, f"/studio/{session.pk}/desk/")
    expect(host.locator("#line")).to_have_text("connected")

    viewer.fill("#chat-form [name=text]", "Is it heated?")
    viewer.press("#chat-form [name=text]", "Enter")
    expect(host.locator("#question")).to_contain_text("Is it heated?")
    expect(other.locator("#chat")).to_contain_text("Is it heated?")

    viewer.click("#claim button")
    expect(host.locator("#claims li")).to_have_count(1)
    expect(host.locator("#left")).to_have_text("2")
    expect(other.locator("#left")).to_have_text("2 left")

    host.click("#next button")
    title = second.variant.product.title("de")
    expect(other.locator("#pinned-title")).to_have_text(title)
    other.click("#claim button")
    expect(other.locator("#receipt")).to_be_visible()
    viewer.click("#receipt [data-closes]")
    expect(viewer.locator("#claim button")).to_be_disabled()
    assert first.session_id == session.pk


def test_a_waiting_page_says_when_in_the_viewers_zone_and_wakes_by_itself(open_phone):
    session = make_session(on_air=False)
    make_listing(session=session)
    page = open_phone()

    page.goto(f"/live/{session.pk}/")
    shown = page.locator(".room-wait .when time").first
    in_berlin = session.starts_at.astimezone(ZoneInfo("Europe/Berlin"))
    expect(shown).to_have_text(f"{in_berlin:%H:%M}")

    livestream.go_live(host=session.host, session_id=session.pk)
    expect(page.locator("#on-air")).to_be_visible()


def test_no_page_is_wider_than_a_phone(open_phone):
    session, listing = make_open_room()
    page = open_phone()
    page.goto(f"/live/{session.pk}/")
    page.click("#claim button")
    product = f"/crystals/{listing.variant.product_id}/"

    for path in ("/", "/crystals/", product, "/schedule/", "/hosts/", "/bag/", "/you/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path

"""Host and viewers at once: pins, a flash deal, a price, a line for the last piece."""

import re

import pytest
from playwright.sync_api import expect

from livestream.sessions import linking
from orders.checkout.models import Claim
from tests.browser.entering import sign_in
from tests.make import make_listing, make_session, make_variant

pytestmark = pytest.mark.browser

WRONG_CLOCK = "const clock = Date.now; Date.now = () => clock() - 2 * 3600_000;"


def start_deal_for_one(desk):
    desk.click("#pinned [data-selling]")
    desk.fill("#deal", "24,00")
    expect(desk.locator("#share-deal")).to_contain_text("You get")
    desk.fill("#cap", "1")
    desk.click("text=Start the deal")


def choose_america(ann):
    """In the room: at once she sees what it costs there, and that in dollars."""
    ann.click("#pinned-door")
    ann.select_option("#deliver-to", "US")
    ann.click("#door-form .button.wide")
    expect(ann.locator("#pinned-promise")).to_contain_text("United States")
    expect(ann.locator("#pinned-own")).to_have_text(re.compile(r"^≈ .*\d\d\.\d\d$"))


def see_it_cheaper(ann, desk, listing):
    """The host takes it up and starts a deal: it costs less at her door, too."""
    normal = ann.locator("#pinned-price").text_content()
    dollars = ann.locator("#pinned-own").text_content()
    desk.locator(".beside a, .beside [data-pin] button").first.click()
    expect(desk.locator("#pinned")).to_have_attribute("data-listing", str(listing.pk))
    start_deal_for_one(desk)
    expect(ann.locator("#deal-clock")).to_have_text(re.compile(r"^4:[0-5]\d$"))
    expect(ann.locator("#pinned-was")).to_have_text(normal)
    expect(ann.locator("#pinned-price")).not_to_have_text(normal)
    expect(ann.locator("#pinned-own")).not_to_have_text(dollars)


def drag_second_up(desk):
    rows = desk.locator("#queue-list li")
    rows.nth(1).locator(".handle").drag_to(rows.nth(0).locator(".handle"))


def test_a_night_of_selling_is_the_same_for_all_who_are_there(open_phone):
    session = make_session(country="DE")
    own = {"host": session.host, "session_id": session.pk}
    first, second = (
        make_listing(session=session, variant=make_variant(on_hand=n), retail="30.00")
        for n in (5, 1)
    )
    for listing in (first, second):
        linking.pin(**own, listing_id=listing.pk)
    ann, ben = open_phone(), open_phone()
    desk = open_phone(
        viewport={"width": 1440, "height": 900}, is_mobile=False, has_touch=False
    )
    ann.add_init_script(WRONG_CLOCK)
    sign_in(desk, session.host.user, f"/studio/{session.pk}/desk/")
    expect(desk.locator("#line")).to_have_text("connected")
    for page in (ann, ben):
        page.goto(f"/live/{session.pk}/")

    choose_america(ann)
    expect(ben.locator("#pinned-promise")).to_contain_text("Germany")

    # the one beside it is looked at with a tap, and costs less for a while
    ann.click(".mini")
    title = first.variant.product.title("de")
    expect(ann.locator("#pinned-title")).to_have_text(title)
    see_it_cheaper(ann, desk, first)
    ann.click("#claim button")
    expect(ann.locator("#receipt-place")).to_have_text("1")
    assert Claim.objects.get().price_minor == 2400
    ann.click("#receipt [data-closes]")
    expect(desk.locator("#claims li")).to_have_count(1)

    # it was for one: it leaves Ben's screen, and he takes the piece at its normal price
    expect(ben.locator("#deal")).to_be_hidden()
    ben.click("#claim button")
    expect(ben.locator("#receipt-place")).to_have_text("2")
    assert Claim.objects.latest("pk").price_minor == 3000
    ben.click("#receipt [data-closes]")

    # the only one of the other is held by Ann; Ben waits, and is asked when she lets go
    linking.pin(**own, listing_id=second.pk)
    expect(ann.locator("#pinned-title")).to_have_text(
        second.variant.product.title("de")
    )
    ann.click("#claim button")
    ann.click("#receipt [data-closes]")
    expect(ann.locator("#held-line")).to_contain_text("It is yours")
    expect(ann.locator("#mine")).to_contain_text("Pay now")
    hers = Claim.objects.latest("pk")
    expect(ben.locator("#held-line")).to_contain_text("Held. May come back in")
    ben.click("#wait button")
    expect(ben.locator("#held-line")).to_contain_text("You are number 1 in line")
    expect(desk.locator("#waiting")).to_have_text("1")
    ann.goto("/bag/")
    ann.click(f"form[action='/bag/{hers.pk}/give-back/'] button")
    expect(ben.locator("#offered-heading")).to_have_text(
        second.variant.product.title("de")
    )
    ben.click("#offered-take")
    expect(ben.locator("#receipt-place")).to_have_text("2")
    expect(desk.locator("#claims")).to_contain_text("given back")
    expect(desk.locator("#waiting")).to_have_text("0")

    # and the piece that she drags up comes first in the room's list
    drag_second_up(desk)
    order = ben.locator("#pieces-list li").first
    expect(order).to_have_attribute("data-listing", str(second.pk))

"""The product editor between two devices, over bad lines, and after a removal."""

import pytest
from playwright.sync_api import Page, Route, expect

from catalog.models import MerchantMember, Product
from catalog.products import editing
from tests.browser.entering import sign_in
from tests.make import make_glossary, make_known_user, make_merchant

pytestmark = pytest.mark.browser

STORY = "#id-story"


def write(page: Page, words: str) -> None:
    if not page.locator(STORY).is_visible():
        page.click("details:has(#id-story) summary")
    page.fill(STORY, words)


def kept_words() -> str:
    return (Product.objects.get().unfinished or {})["typed"]["story"]


def reloads_while_a_keep_is_on_its_way(phone: Page) -> None:
    """The late one lands after the page was loaded anew: it's no other device's."""
    late: list[tuple[str, str, bytes]] = []

    def hold(route: Route) -> None:
        asked = route.request
        if not late:
            kind = asked.headers["content-type"]
            late.append((asked.url, kind, asked.post_data_buffer or b""))
        route.abort()

    phone.route("**/keep/", hold)
    write(phone, "typed on the way")
    expect(phone.locator("#kept")).to_contain_text("No connection")
    phone.reload()
    [(url, kind, body)] = late
    answer = phone.request.post(url, data=body, headers={"content-type": kind})
    assert answer.ok
    phone.unroute("**/keep/")
    write(phone, "typed after it")
    expect(phone.locator("#kept")).to_contain_text("Kept at")
    assert kept_words() == "typed after it"


def is_told_of_the_other_device(page: Page, mine: str, theirs: str) -> None:
    write(page, mine)
    expect(page.locator("#kept")).to_contain_text("changed on another device")
    page.reload()
    expect(page.locator(STORY)).to_have_value(theirs)
    expect(page.locator("#aside")).to_be_visible()


def test_what_two_devices_type_is_never_lost_unasked_and_who_was_removed_is_told(
    open_phone,
):
    make_glossary()
    merchant, roles = make_merchant(), MerchantMember.Role
    owner, clerk = (
        MerchantMember.objects.create(merchant=merchant, user=make_known_user(), role=x)
        for x in (roles.OWNER, roles.CLERK)
    )
    draft = editing.new_draft(merchant_id=merchant.pk)
    door = f"/stall/{merchant.pk}/products/{draft.pk}/"
    phone, desk = open_phone(), open_phone()
    sign_in(phone, owner.user, door)
    reloads_while_a_keep_is_on_its_way(phone)

    sign_in(desk, clerk.user, door)
    write(desk, "the desk's")
    expect(desk.locator("#kept")).to_contain_text("Kept at")
    is_told_of_the_other_device(phone, "the phone's", "the desk's")
    phone.reload()
    phone.get_by_role("button", name="Put back what I typed here").click()
    expect(phone.locator(STORY)).to_have_value("the phone's")
    expect(phone.locator("#kept")).to_contain_text("Kept at")
    assert kept_words() == "the phone's"

    is_told_of_the_other_device(desk, "the desk's again", "the phone's")
    desk.get_by_role("button", name="Forget it").click()
    desk.reload()
    expect(desk.locator(STORY)).to_have_value("the phone's")
    expect(desk.locator("#aside")).to_be_hidden()

    clerk.delete()
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    write(desk, "too late")
    expect(desk.locator("#kept")).to_contain_text("can't be changed from here any more")
    write(desk, "much too late")
    desk.wait_for_timeout(6_000)  # longer than it waits before it tries again
    assert len([url for url in asked if url.endswith("/keep/")]) == 1
    assert kept_words() == "the phone's"

"""A host chooses pieces on her phone: the price in the box, pages as wide as it."""

import pytest
from playwright.sync_api import expect

from catalog.models import Variant
from donghai.money import Money
from livestream.collections import services as collections
from livestream.models import Listing
from tests.browser.entering import fill_in, sign_in
from tests.make import make_glossary, make_session, make_variant

pytestmark = pytest.mark.browser


def is_as_wide_as_the_phone(page):
    widths = "[innerWidth, document.documentElement.scrollWidth]"
    return page.evaluate(widths) == [390, 390]


def has_tabs_at_its_foot(page):
    foot = page.locator(".tabs").bounding_box()
    return foot["y"] + foot["height"] == 844


@pytest.fixture
def session(site):
    make_glossary()
    session = make_session()
    for name in ("Friday's bracelets", "Large towers", "Gifts under forty dollars"):
        kept = make_variant(wholesale="60.00")
        collections.keep(host=session.host, name=name, variant_id=kept.pk)
    return session


@pytest.fixture
def open_market(open_phone, session):
    """Her market of that session, signed in, with or without scripts."""

    def open_it(**options):
        page = open_phone(**options)
        sign_in(page, session.host.user, f"/studio/{session.pk}/pieces/")
        return page

    return open_it


def test_a_piece_goes_in_at_the_price_that_stands_in_the_box(open_market):
    variant, page = Variant.objects.first(), open_market()
    row = page.locator(f"#variant-{variant.pk}")

    row.locator("[name=retail]").fill("99.00")
    row.get_by_role("button", name="Add").click()

    expect(row).to_contain_text("in at $99.00")
    expect(row.locator("[name=retail]")).to_have_value("99.00")
    expect(page.locator("#toasts")).to_contain_text(variant.sku)
    expect(page.locator("#linked-count")).to_have_text("1")
    expect(page.locator("#linked li")).to_contain_text("$99.00")
    assert Listing.objects.get().retail == Money.of("99", "USD")

    row.locator("[name=retail]").fill("0")
    row.get_by_role("button", name="change price").click()
    expect(row.locator(".refusal")).to_have_text("A price is more than nought.")
    expect(row.locator("[name=retail]")).to_have_value("0")
    expect(page.locator("h1")).to_have_count(1)
    assert Listing.objects.get().retail == Money.of("99", "USD")


def test_enter_in_the_box_shows_her_share_and_adds_nothing(open_market):
    variant, page = Variant.objects.first(), open_market()
    row = page.locator(f"#variant-{variant.pk}")
    before = row.locator(".share strong").text_content()

    row.locator("[name=retail]").fill("88")
    row.locator("[name=retail]").press("Enter")

    expect(row.locator(".share strong")).not_to_have_text(before)
    assert not Listing.objects.exists()


def test_logged_out_meanwhile_she_logs_in_and_is_back_where_she_was(
    open_market, session
):
    variant, page = Variant.objects.first(), open_market()
    row = page.locator(f"#variant-{variant.pk}")

    page.context.clear_cookies(name="sessionid")
    row.get_by_role("button", name="Add").click()
    fill_in(page, session.host.user)

    page.wait_for_url(f"**/studio/{session.pk}/pieces/")
    assert not Listing.objects.exists()
    row.get_by_role("button", name="Add").click()
    expect(row).to_contain_text("in at")


def test_without_scripts_the_price_in_the_box_is_sent_too(open_market):
    variant, page = Variant.objects.first(), open_market(scripts=False)
    row = page.locator(f"#variant-{variant.pk}")

    row.locator("[name=retail]").fill("99")
    row.get_by_role("button", name="Show my share").click()
    expect(page.locator(".message")).to_contain_text(f"{variant.sku} at $99.00")
    row.locator("[name=retail]").fill("99")
    row.get_by_role("button", name="Add").click()

    expect(page.locator(".message")).to_contain_text(variant.sku)
    assert Listing.objects.get().retail == Money.of("99", "USD")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_her_market_fits_her_phone_and_shows_a_piece_at_once(open_market, locale):
    page = open_market(locale=locale)

    assert is_as_wide_as_the_phone(page)
    assert has_tabs_at_its_foot(page)
    add = page.locator("[id^=add-]").first.bounding_box()
    assert add["y"] + add["height"] < page.locator(".tabs").bounding_box()["y"]


def test_the_filters_open_above_the_tabs_on_a_page_as_wide_as_the_phone(
    open_phone, site
):
    make_glossary()
    make_variant()
    make_variant(mineral="CITRINE", form="TOWER")
    page = open_phone()
    page.goto("/crystals/")

    assert is_as_wide_as_the_phone(page)
    assert has_tabs_at_its_foot(page)
    page.click("#facet-mineral summary")
    sheet = page.locator("#facet-mineral .facet-choices").bounding_box()
    assert (sheet["x"], sheet["width"]) == (12, 390 - 24)
    assert sheet["y"] + sheet["height"] < page.locator(".tabs").bounding_box()["y"]

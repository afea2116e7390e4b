"""A merchant's photos on a phone: several at once, a dead line, order, crop."""

import pytest
from playwright.sync_api import expect

from catalog.models import MerchantMember, Photo
from catalog.photos import services
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
from tests.browser.entering import sign_in
from tests.catalog.photos.pictures import exif, file_of, picture, upload
from tests.make import make_user, make_variant

pytestmark = pytest.mark.browser


def file(name, colour, size=(1200, 900)):
    content = file_of(picture(size, colour), exif=exif())
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.fixture
def product(site):
    return make_variant().product


@pytest.fixture
def page(open_phone, product):
    """The photos of a product, open on its merchant's phone."""
    user = make_user()
    MerchantMember.objects.create(merchant=product.merchant, user=user, role="OWNER")
    page = open_phone()
    sign_in(page, user, f"/stall/{product.merchant_id}/products/{product.pk}/")
    expect(page.locator("form[data-add]")).to_be_visible()
    return page


def choose(page, *files):
    page.set_input_files("form[data-add] input[multiple]", list(files))


def tiles(page):
    return page.locator("#photos .photo-tile")


def test_several_photos_are_sent_small_ordered_and_cropped(page, product):
    choose(
        page,
        file("one.jpg", (200, 0, 0), (4000, 3000)),
        file("two.jpg", (0, 150, 0)),
        {"name": "page.jpg", "mimeType": "image/jpeg", "buffer": b"<html>"},
    )
    expect(tiles(page)).to_have_count(2)
    expect(page.locator("[data-queue]")).to_contain_text("This is no picture.")
    one, two = Photo.objects.in_order()
    assert one.original.size < 400_000  # made smaller on the phone

    sweep_until_done(lane=Lane.MEDIA)
    expect(page.locator("#photos picture")).to_have_count(2)
    one.refresh_from_db()
    assert one.width == 1600

    tiles(page).first.get_by_label("one place later").click()
    expect(tiles(page).first.locator("input[name=photo]")).to_have_value(str(two.pk))

    tiles(page).last.locator("[data-crop]").click()
    expect(page.locator(".cropper-crop-box")).to_be_visible()
    page.get_by_text("Square").click()
    page.get_by_text("Keep this part").click()
    expect(tiles(page).last).to_contain_text("Being made")
    sweep_until_done(lane=Lane.MEDIA)
    one.refresh_from_db()
    assert one.width == one.height


def test_a_photo_waits_on_the_phone_until_there_is_a_line_even_over_a_reload(page):
    page.route("**/photos/add/", lambda route: route.abort())
    choose(page, file("one.jpg", (200, 0, 0)), file("two.jpg", (0, 150, 0)))
    queue = page.locator("[data-queue] .photo-tile")
    expect(queue).to_have_count(2)
    expect(queue.first).to_contain_text("No connection.")

    page.reload()
    expect(queue).to_have_count(2)
    assert not Photo.objects.exists()

    page.unroute("**/photos/add/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(tiles(page)).to_have_count(2)
    expect(queue).to_have_count(0)
    page.reload()
    expect(tiles(page)).to_have_count(2)
    assert Photo.objects.count() == 2


def test_who_was_signed_out_loses_no_photo(page):
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    choose(page, file("one.jpg", (200, 0, 0)))
    expect(page.locator("[data-queue]")).to_contain_text("sign in again")

    page.context.add_cookies(cookies)
    page.reload()
    expect(tiles(page)).to_have_count(1)


def test_a_buyer_looks_closely_and_comes_back_to_the_page(open_phone, product):
    content = file_of(picture((2000, 1500)))
    services.add_photos(product_id=product.pk, files=[upload(content)])
    sweep_until_done(lane=Lane.MEDIA)
    page = open_phone()
    page.goto("/crystals/")
    page.goto(f"/crystals/{product.pk}/")
    opener, zoom = page.locator(".gallery-open"), page.locator("dialog.zoom")
    large = zoom.locator(".zoom-one img")

    for closes in ("Escape", "Back", "Close"):
        opener.click()
        expect(zoom).to_be_visible()
        large.click(position={"x": 300, "y": 100})
        width = page.viewport_size["width"]
        assert large.bounding_box()["width"] >= 2 * width
        assert zoom.locator(".zoom-one").evaluate("one => one.scrollLeft") > 0
        if closes == "Escape":
            page.keyboard.press("Escape")
        elif closes == "Back":
            page.go_back()
        else:
            zoom.get_by_text("Close").click()
        expect(zoom).to_be_hidden()
        assert page.url.endswith(f"/crystals/{product.pk}/")
    page.wait_for_function("!history.state?.zoom")
    page.go_back()
    assert page.url.endswith("/crystals/")

"""Counting by phone: Chromium's camera looks at a label as our PDF prints it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from catalog.models import MerchantMember, StockMovement, StockTakeCount
from catalog.stocktaking import services
from catalog.stocktaking.labels import LAYOUTS, Wanted, pdf
from tests.browser.entering import sign_in
from tests.catalog.stocktaking.make import make_take
from tests.make import make_user, make_variant

pytestmark = pytest.mark.browser


def film(path: Path, *scenes: Image.Image) -> Path:
    """Twenty frames of each scene, as Chromium's false camera plays them over."""
    with path.open("wb") as out:
        for scene in scenes:
            for _frame in range(20):
                scene.save(out, "JPEG", quality=85)
    return path


def seen_by_camera(label: bytes, width_px: int, turned: int) -> Image.Image:
    """A printed label on a wooden table, not quite straight."""
    page = pypdfium2.PdfDocument(label)[0]
    print_ = page.render(scale=width_px / page.get_width()).to_pil().convert("RGB")
    table = Image.new("RGB", (1280, 720), (139, 111, 82))
    paper = print_.convert("RGBA").rotate(turned, Image.Resampling.BICUBIC, expand=True)
    place = ((1280 - paper.width) // 2, (720 - paper.height) // 2)
    table.paste(paper, place, paper)
    return table


@pytest.fixture
def open_camera_phone(chromium: Browser, site: str) -> Iterator[Callable[[Path], Page]]:
    """Open a phone whose camera plays a film."""
    opened = []

    def open_one(film: Path) -> Page:
        browser = chromium.browser_type.launch(
            executable_path=os.environ.get("CHROMIUM") or "chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        opened.append(browser)
        context = browser.new_context(
            base_url=site,
            viewport={"width": 390, "height": 844},
            is_mobile=True,
            has_touch=True,
            permissions=["camera"],
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    yield open_one
    for browser in opened:
        browser.close()


def sign_in_to(page: Page, merchant, path: str) -> None:
    user = make_user()
    MerchantMember.objects.create(merchant=merchant, user=user, role="CLERK")
    sign_in(page, user, path)


def path_of(take) -> str:
    return f"/stall/{take.merchant_id}/stock-takes/{take.pk}/"


def test_a_label_before_the_camera_counts_its_piece_once(open_camera_phone, tmp_path):
    variant = make_variant(on_hand=3)
    take = make_take(variant.merchant)
    label = pdf([Wanted(variant, 1)], LAYOUTS["single"])
    page = open_camera_phone(film(tmp_path / "f.mjpeg", seen_by_camera(label, 600, 8)))

    sign_in_to(page, variant.merchant, path_of(take))

    expect(page.locator("#counted")).to_have_text("1")
    expect(page.locator("#expected")).to_have_text("3")
    expect(page.locator("#piece-facts")).to_contain_text(variant.sku)
    expect(page.locator("#line")).to_have_text("all saved")
    page.wait_for_timeout(3000)  # still in sight
    expect(page.locator("#counted")).to_have_text("1")
    assert StockTakeCount.objects.count() == 1

    page.click("#more")
    expect(page.locator("#line")).to_have_text("all saved")
    page.click("#finish")
    expect(page.locator(".difference")).to_have_text("-1")
    page.click("text=Book and end the stock-take")
    expect(page.locator(".pill.ok")).to_have_text("booked")
    assert StockMovement.objects.get(kind="COUNTED").on_hand == -1


def test_the_smallest_label_is_read_too(open_camera_phone, tmp_path):
    variant = make_variant(on_hand=3)
    take = make_take(variant.merchant)
    sheet = pdf([Wanted(variant, 65)], LAYOUTS["a4-65"])
    page = pypdfium2.PdfDocument(sheet)[0].render(scale=5.5).to_pil().convert("RGB")
    label = page.resize((page.width, page.height)).crop((60, 180, 1340, 900))
    phone = open_camera_phone(film(tmp_path / "f.mjpeg", label))

    sign_in_to(phone, variant.merchant, path_of(take))

    expect(phone.locator("#counted")).to_have_text("1")


def test_a_label_of_another_stall_is_told_and_not_counted(open_camera_phone, tmp_path):
    take, foreign = make_take(make_variant().merchant), make_variant()
    label = pdf([Wanted(foreign, 1)], LAYOUTS["single"])
    page = open_camera_phone(film(tmp_path / "f.mjpeg", seen_by_camera(label, 600, 90)))

    sign_in_to(page, take.merchant, path_of(take))

    expect(page.locator("#eye-words")).to_contain_text("belongs to another stall")
    assert StockTakeCount.objects.count() == 0


def test_without_a_line_counts_are_kept_and_sent_when_it_is_back(open_phone):
    variant = make_variant(on_hand=9)
    take = make_take(variant.merchant)
    page = open_phone()
    sign_in_to(page, variant.merchant, path_of(take))
    expect(page.locator("#line")).to_have_text("all saved")
    expect(page.locator("#eye-words")).to_contain_text("type the SKU")

    page.context.set_offline(True)
    page.fill("#text", variant.sku.lower())
    page.press("#text", "Enter")
    page.click("[data-digit='7']")
    page.click(".pad [value=ok]")
    expect(page.locator("#counted")).to_have_text("7")
    page.click("#more")
    page.click("#more")
    page.click("#undo")
    expect(page.locator("#counted")).to_have_text("8")
    expect(page.locator("#line")).to_contain_text("kept on this phone")
    assert StockTakeCount.objects.count() == 0

    page.context.set_offline(False)
    expect(page.locator("#line")).to_have_text("all saved", timeout=30_000)
    expect(page.locator("#counted")).to_have_text("8")
    assert [line.counted for line in services.lines_of(take.pk)] == [8]

    page.click("#undo")
    expect(page.locator("#counted")).to_have_text("7")
    expect(page.locator("#line")).to_have_text("all saved")
    assert [line.counted for line in services.lines_of(take.pk)] == [7]

"""A merchant's first hour, on her phone and in Chinese: from applying to her labels."""

import base64
import email
import io
import os
import re
import zipfile
from email.policy import default
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from catalog.models import Merchant, MerchantMember, Photo, Product, Variant
from catalog.stocktaking.codes import address_of, variant_scanned
from donghai.models import User
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
from tests.browser.entering import PASSWORD, fill_in, sign_in
from tests.browser.looking import look
from tests.catalog.photos.pictures import GPS, exif, file_of, picture
from tests.catalog.sheets.sheets import as_xlsx, bracelet
from tests.make import (
    make_credit_code,
    make_glossary,
    make_known_user,
    make_merchant,
    make_session,
    make_staff,
)

pytestmark = pytest.mark.browser

IN_CHINA = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
SCREEN = {"width": 1440, "height": 900}
DESK = IN_CHINA | {"viewport": SCREEN, "is_mobile": False, "has_touch": False}

SENT_JS = """async () => {
  const form = document.querySelector("form.split");
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  return [...new Uint8Array(await answer.arrayBuffer())];
}"""
READ_QR_JS = """async (url) => {
  const { BarcodeDetector } = await import("/static/vendor/qr-0.7.0/decode.js");
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").drawImage(image, 0, 0);
  const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(canvas);
  return found.map((one) => one.rawValue);
}"""


def link_mailed_to(address: str) -> str:
    """The address in the newest mail that somebody got."""
    files = Path(settings.VAR_DIR, "mail").iterdir()
    for file in sorted(files, key=os.path.getmtime, reverse=True):
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        if mail["To"] == address:
            [link] = re.findall(r"http://[^/\s]+(/\S+)", mail.get_content())
            return link
    raise AssertionError(f"no mail to {address}")


def sent(name: str, content: bytes, kind: str = "image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": content}


def sign_up(page: Page, address: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="入驻东海").first.click()
    look(page, "01-sign-in")
    page.click("main a:has-text('注册账户')")
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    look(page, "02-sign-up")
    page.click("main [type=submit]")
    look(page, "03-mail-sent")
    page.goto(link_mailed_to(address))
    look(page, "04-confirm-mail")
    page.click("main [type=submit]")


def apply(page: Page) -> None:
    """First with a slip in the credit code, which is said beside it."""
    right = make_credit_code(778)
    slip = right[:-1] + ("A" if right[-1] != "A" else "B")
    licence = sent("licence.jpg", file_of(picture((1200, 1600)), exif=exif()))
    for name, words in {
        "name_zh": "东海紫晶行",
        "name": "Violet Crystal House",
        "credit_code": slip,
        "stall": "A-107",
        "phone": "139 1234 5678",
    }.items():
        page.fill(f"[name={name}]", words)
    page.set_input_files("[name=licence]", licence)
    look(page, "06-apply")
    page.click("main form .button")
    field = page.locator(".field.wrong", has=page.locator("[name=credit_code]"))
    expect(field.locator(".error")).to_have_text("这不是有效的统一社会信用代码。")
    expect(page.locator("[name=stall]")).to_have_value("A-107")
    look(page, "07-a-slip")
    page.fill("[name=credit_code]", right)
    page.set_input_files("[name=licence]", licence)
    page.click("main form .button")


def test_who_signs_up_on_her_phone_applies_waits_and_is_approved(open_phone):
    page, address = open_phone(**IN_CHINA), f"lin{os.getpid()}@example.org"
    sign_up(page, address)
    look(page, "05-her-stall")
    page.click("main a.button")
    apply(page)
    expect(page.locator("h1")).to_have_text("我们已收到您的申请。")
    look(page, "08-waiting")
    merchant = Merchant.objects.get()
    assert merchant.state == Merchant.State.APPLIED
    page.click("main a.button")
    expect(page.locator(".note.warn")).to_contain_text("您的申请正在审核。")
    look(page, "09-may-prepare")

    clerk, door = open_phone(**DESK), f"/admin/catalog/merchant/{merchant.pk}/change/"
    staff = make_staff()
    staff.emailaddress_set.create(email=staff.email, verified=True, primary=True)
    sign_in(clerk, staff, door)
    look(clerk, "10-admin")
    clerk.get_by_role("button", name="通过").click()
    expect(clerk.locator(".messagelist")).to_be_visible()
    look(clerk, "11-admin-approved")
    sweep_until_done(lane=Lane.QUICK)

    page.goto(f"/stall/{merchant.pk}/application/")
    expect(page.locator("h1")).to_have_text("已通过，可以开卖了。")
    look(page, "12-approved")
    page.click("main a.button")
    look(page, "13-what-now")
    assert page.get_by_role("button", name="添加第一件商品").is_visible()


@pytest.fixture
def owner(site) -> MerchantMember:
    """The owner of a stall that was just approved."""
    make_glossary()
    merchant = make_merchant(name_zh="东海紫晶行")
    return MerchantMember.objects.create(
        merchant=merchant, user=make_known_user(), role=MerchantMember.Role.OWNER
    )


def add_photos(page: Page) -> None:
    """Two at once, one lying on its side; put in order, and one cropped."""
    tiles = page.locator("#photos .photo-tile")
    lying = file_of(picture((1600, 1200), (120, 60, 180)), exif=exif(6))
    upright = file_of(picture((1200, 1200), (90, 40, 200)), exif=exif())
    page.set_input_files(
        "[data-add] input[multiple]", [sent("1.jpg", lying), sent("2.jpg", upright)]
    )
    expect(tiles).to_have_count(2)
    look(page, "22-photos-sent")
    sweep_until_done(lane=Lane.MEDIA)
    expect(page.locator("#photos picture")).to_have_count(2)
    first = Photo.objects.in_order()[0]
    assert first.height > first.width

    tiles.first.locator("[value=later]").click()
    expect(tiles.last.locator("input[name=photo]")).to_have_value(str(first.pk))
    look(page, "23-photos")
    tiles.last.locator("[data-crop]").click()
    expect(page.locator(".cropper-crop-box")).to_be_visible()
    page.locator("[data-square]").check()
    look(page, "24-crop")
    page.click("dialog [data-keep]")
    expect(page.locator(".photo-state")).to_be_visible()
    sweep_until_done(lane=Lane.MEDIA)
    first.refresh_from_db()
    assert first.height == first.width
    for photo in Photo.objects.all():
        with default_storage.open(f"{photo.stem}-800.jpg") as file:
            assert GPS not in file.read()


def say_what_it_is(page: Page) -> None:
    for name, value in {
        "mineral": "AMETHYST",
        "form": "BRACELET",
        "colour": "VIOLET",
        "origin": "UY",
    }.items():
        page.select_option(f"#id-{name}", value)
    page.locator("[name=treatment][value=NONE]").check()
    expect(page.locator(".titles [lang=es]")).to_have_text("Pulsera de amatista")
    expect(page.locator("#says")).to_contain_text("7116200000")
    look(page, "25-facts")


def fill_size(page: Page, number: int, **said: str) -> None:
    for name, words in said.items():
        field = page.locator(f"#id-v{number}-{name}")
        if not field.is_visible():
            page.click(f"[data-variant='{number}'] .more summary")
        field.fill(words)


def is_logged_out_meanwhile(page: Page, user: User) -> None:
    page.context.clear_cookies(name="sessionid")
    fill_size(page, 0, on_hand="１３")
    expect(page.locator("#kept")).to_contain_text("您已退出登录")
    look(page, "27-logged-out")
    page.reload()
    fill_in(page, user)
    expect(page.locator("#id-v0-on_hand")).to_have_value("１３")
    fill_size(page, 0, on_hand="１２")


def test_with_her_thumb_she_lists_a_piece_and_a_dead_line_loses_nothing(
    open_phone, owner
):
    page = open_phone(**IN_CHINA)
    sign_in(page, owner.user, f"/stall/{owner.merchant_id}/products/")
    look(page, "20-no-products")
    page.get_by_role("button", name="新商品").click()
    look(page, "21-editor")
    add_photos(page)
    say_what_it_is(page)

    page.context.set_offline(True)
    fill_size(page, 0, sku="AM-8", bead_mm="8", weight_g="27,5", wholesale="60")
    fill_size(page, 0, on_hand="１２", tiers="10：55", min_quantity="2")
    expect(page.locator("#kept")).to_contain_text("没有网络")
    look(page, "26-no-line")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#id-v0-sku")).to_have_value("AM-8")
    expect(page.locator("#id-v0-tiers")).to_have_value("10：55")
    look(page, "27-all-back")
    is_logged_out_meanwhile(page, owner.user)

    page.get_by_role("button", name="再加一个规格").click()
    fill_size(page, 1, sku="AM-10", bead_mm="10", weight_g="很重", wholesale="80")
    page.click(".editor-bar .button")  # at once, while the page is keeping it
    expect(page.locator("#error-v1-weight_g")).to_be_visible()
    expect(page.locator("[name=confirms]")).not_to_be_checked()
    look(page, "28-a-slip")
    fill_size(page, 1, weight_g="38")
    page.click(".editor-bar .button")
    expect(page.locator(".messages")).to_contain_text("请在下面勾选确认海关编码")
    expect(page.locator("#aside")).to_be_hidden()
    look(page, "29-draft")
    page.get_by_label("上面的海关编码适用于这件商品。").check()
    look(page, "30-confirmed")
    page.click(".editor-bar .button")
    expect(page.locator(".messages")).to_contain_text("已上架")
    look(page, "31-listed")

    product, [small, large] = Product.objects.get(), Variant.objects.order_by("pk")
    assert product.state == Product.State.LISTED
    assert product.customs_confirmed_by == owner.user
    assert (small.stock.on_hand, small.min_quantity) == (12, 2)
    assert small.tiers.get().wholesale_minor == 5500
    assert large.weight_g == 38
    page.click(".work-row a")
    look(page, "32-as-it-stands")
    desk = open_phone(**DESK)
    sign_in(desk, owner.user, f"/stall/{owner.merchant_id}/products/{product.pk}/")
    look(desk, "33-editor-on-a-desk")


def take_over(page: Page, step: str, name: str, content: bytes) -> None:
    """Upload a sheet, agree to columns not seen before, take over what is good."""
    page.set_input_files("[name=file]", sent(name, content, "application/x"))
    page.click("main form .button")
    look(page, f"{step}-reading")
    sweep_until_done(lane=Lane.BULK)
    page.wait_for_selector(".column-row, .sheet-rows", state="attached")
    if page.locator(".column-row").count():
        look(page, f"{step}-columns")
        page.click("button:has-text('查看各行')")
        sweep_until_done(lane=Lane.BULK)
    expect(page.locator("main form .button.wide")).to_be_visible()
    look(page, f"{step}-preview")
    expect(page.locator("[name=confirms_codes]")).not_to_be_checked()
    page.check("[name=confirms_codes]")
    page.click("main form .button.wide")
    sweep_until_done(lane=Lane.BULK)
    expect(page.locator(".note.ok")).to_contain_text("已导入。")
    look(page, f"{step}-taken-over")


def mended(path: Path) -> bytes:
    """The same workbook with a weight where none was."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            new.writestr(part, old.read(part).replace("很重".encode(), b"38"))
    return made.getvalue()


def qr_codes(page: Page, label: pypdfium2.PdfPage, inches: float) -> list[str]:
    """What the app's own reader reads of the upper left of a printed page."""
    image = label.render(scale=4).to_pil().crop((0, 0, *[round(inches * 288)] * 2))
    shot = base64.b64encode(file_of(image, "PNG")).decode()
    return page.evaluate(READ_QR_JS, f"data:image/png;base64,{shot}")


def print_labels(page: Page) -> None:
    """On both papers; the first label leads to a bag of hers."""
    for layout, inches in (("single", 1.6), ("a4-24", 2.7)):
        page.select_option("[name=layout]", layout)
        printed = pypdfium2.PdfDocument(bytes(page.evaluate(SENT_JS)))
        [said] = qr_codes(page, printed[0], inches)
        variant = Variant.objects.get(pk=variant_scanned(said) or 0)
        assert said.endswith(
            address_of(variant.pk).partition("//")[2].partition("/")[2]
        )
        assert variant.sku in printed[0].get_textpage().get_text_range()


def test_her_sheet_is_taken_over_mended_labelled_and_found_by_others(
    open_phone, owner, tmp_path
):
    page, stall = open_phone(**IN_CHINA), f"/stall/{owner.merchant_id}"
    sign_in(page, owner.user, f"{stall}/sheets/")
    look(page, "40-sheets")
    good = [bracelet("AM-8"), bracelet("AM-10", 珠径="10mm", 库存="0")]
    content = as_xlsx(*good, bracelet("AM-12", 净重="很重"))
    take_over(page, "41", "我的货.xlsx", content)
    assert Variant.objects.count() == 2

    with page.expect_download() as download:
        page.click("text=下载待修改的行")
    download.value.save_as(tmp_path / "mend.xlsx")
    page.click("text=上传改好的文件")
    take_over(page, "42", "改好.xlsx", mended(tmp_path / "mend.xlsx"))
    assert not page.locator("text=下载待修改的行").count()
    assert set(Variant.objects.values_list("sku", flat=True)) == {
        *("AM-8", "AM-10", "AM-12")
    }

    page.goto(f"{stall}/stock/")
    look(page, "43-stock")
    page.click(".shelf-row:has-text('AM-10')")
    page.fill("#receive [name=quantity]", "5")
    look(page, "44-receive")
    page.click("#receive .button")
    expect(page.locator(".tiles dd").first).to_have_text("5")
    page.goto(f"{stall}/labels/")
    look(page, "45-labels")
    print_labels(page)
    page.goto("/stall/")
    look(page, "46-today")
    for name in ("products", "prices", "bring", "results", "people", "connections"):
        page.goto(f"{stall}/{name}/")
        look(page, f"47-{name}")

    buyer, host = open_phone(**IN_CHINA), open_phone(**IN_CHINA)
    session = make_session(country="MX")
    user = session.host.user
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    for words in ("紫水晶", "amatista"):
        buyer.goto(f"/crystals/?search={words}")
        expect(buyer.locator(".piece-card")).to_have_count(3)
    look(buyer, "50-market")
    buyer.click(".piece-card >> nth=0")
    look(buyer, "51-product")
    sign_in(host, user, f"/studio/{session.pk}/pieces/")
    for words in ("紫水晶", "amatista"):
        host.goto(f"/studio/{session.pk}/pieces/?search={words}")
        expect(host.locator(".market-card")).to_have_count(3)
    look(host, "52-hosts-market")

"""Photos in an archive find their pieces by SKU."""

import io
import uuid
import zipfile

import pytest

from catalog.models import Photo, Variant
from catalog.photos.services import MAKE
from catalog.sheets import pictures, preview
from catalog.sheets.archive import DamagedPhotos, LockedPhotos, PhotosTooLarge
from catalog.sheets.models import SheetImport
from catalog.stock import services as stock
from donghai.steps.models import Step
from tests.catalog.sheets.sheets import (
    HEADERS,
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    taken_back,
    taken_over,
    upload,
)
from tests.make import make_picture

LOCK = (b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\x01")


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as found:
        for number, name in enumerate(names):
            found.writestr(name, make_picture() + bytes([number]))
    return content.getvalue()


@pytest.mark.parametrize(
    ("path", "sku"),
    [
        *(("DH-0001.jpg", "DH-0001"), ("photos/DH-0001_2.jpg", "DH-0001")),
        *(("DH-0001(1).JPG", "DH-0001"), ("DH-0001 (12).png", "DH-0001")),
        *(("DH-0001（3）.jpg", "DH-0001"), ("DH-0001-2.jpeg", "DH-0001")),
        *(("DH-0001/正面.jpg", "DH-0001"), ("a\\b\\DH-0001.webp", "DH-0001")),
    ],
)
def test_a_path_names_its_piece(path, sku):
    assert sku in pictures.skus_in(path)


@pytest.mark.django_db
def test_photos_are_matched_before_anything_is_written_and_the_rest_is_named():
    photos = archive(
        *("a-1.JPG", "A-1_2.jpg", "A-2/front.jpg", "nobody.jpg", "readme.txt"),
        *("__MACOSX/._A-1.jpg", "******.jpg"),
    ).replace(b"******", "紫水晶".encode("gbk"))  # as Windows in China writes names
    sheet = checked(as_csv(bracelet("A-1"), bracelet("A-2")), photos=photos)

    found = sheet.pictures.order_by("number").values_list("name", "sku", "state")
    assert list(found) == [
        ("a-1.JPG", "A-1", "WAITING"),
        ("A-1_2.jpg", "A-1", "WAITING"),
        ("A-2/front.jpg", "A-2", "WAITING"),
        ("nobody.jpg", "", "UNMATCHED"),
        ("readme.txt", "", "REFUSED"),
        ("紫水晶.jpg", "", "UNMATCHED"),
    ]


@pytest.mark.django_db
def test_photos_that_cannot_be_used_are_named_with_why_before_anything_is_written():
    content = io.BytesIO()
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1"
    files = {"A-1.jpg": make_picture(), "A-1_2.heic": heic, "A-1_3.jpg": heic}
    files |= {
        "A-1_4.jpg": b"this is a letter",
        "A-1_5.gif": b"GIF89a",
        "A-1_6.png": b"",
    }
    with zipfile.ZipFile(content, "w") as found:
        for name, first in files.items():
            found.writestr(name, first)
    sheet = checked(as_csv(bracelet("A-1")), photos=content.getvalue())

    assert sheet.counts["PHOTOS"] == 1
    assert states(sheet) == ["WAITING", *["REFUSED"] * 5]
    why = list(sheet.pictures.order_by("number").values_list("words", flat=True))
    assert ["HEIC" in words for words in why] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    assert why[3] == why[5] == "This is no picture. Send a photo as JPEG, PNG or WebP."
    assert why[4].startswith("This kind of picture cannot be used.")
    shown = preview.pictures(sheet)
    assert shown["counts"] == {"WAITING": 1, "REFUSED": 5}
    assert [photo.name for photo in shown["odd"]] == list(files)[1:]


@pytest.mark.django_db
def test_a_photo_that_broke_in_the_archive_is_refused_alone():
    whole, broken = make_picture(), make_picture() + b"to be broken"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as found:
        found.writestr("A-1.jpg", broken)
        found.writestr("A-1_2.jpg", whole)
    damaged = content.getvalue().replace(b"to be broken", b"it is broken")

    sheet = taken_over(as_csv(bracelet("A-1")), photos=damaged)

    assert (sheet.state, states(sheet)) == ("DONE", ["REFUSED", "ADDED"])
    assert sheet.pictures.get(number=0).words.startswith("This picture is damaged")


@pytest.mark.django_db
def test_photos_go_to_their_products_when_the_rows_are_saved_and_back_again():
    content = as_csv(bracelet("A-1"))
    photos = archive("A-1.jpg", "B-9.jpg", "A-1_2.jpg")
    first = taken_over(content, photos=photos)
    again = taken_over(content, photos=photos, merchant=first.merchant)

    assert states(first) == ["ADDED", "UNMATCHED", "ADDED"]
    assert states(again) == ["KNOWN", "UNMATCHED", "KNOWN"]
    product = Variant.objects.get(sku="A-1").product
    assert Photo.objects.filter(product=product).count() == 2

    taken_back(again)
    assert Photo.objects.count() == 2
    taken_back(first)
    assert Photo.objects.count() == 0


@pytest.mark.django_db
def test_a_piece_that_stays_when_an_import_is_taken_back_keeps_its_photos():
    rows = [bracelet(sku) for sku in ("SOLD", "CHANGED", "PRICED", "GONE")]
    photos = archive("SOLD.jpg", "CHANGED.jpg", "PRICED.jpg", "GONE.jpg")
    first = taken_over(as_csv(*rows), photos=photos)
    of = {v.sku: v.pk for v in Variant.objects.all()}
    stock.hold(variant_id=of["SOLD"], quantity=1, bag=uuid.uuid4())
    Variant.objects.filter(pk=of["CHANGED"]).update(wholesale_minor=7100)
    later = as_csv(bracelet("PRICED", 批发价="80"))
    taken_over(later, merchant=first.merchant)

    undone = taken_back(first)

    assert undone.outcomes == {"KEPT": 3, "UNDONE": 1}
    assert states(undone) == ["ADDED", "ADDED", "ADDED", "UNDONE"]
    assert undone.pictures.get(sku="SOLD").words == "Its piece stays, so it stays too."
    left = Photo.objects.order_by("pk").values_list("product__variants__sku", flat=True)
    assert list(left) == ["SOLD", "CHANGED", "PRICED"]


@pytest.mark.django_db
def test_a_piece_whose_undoing_is_refused_keeps_its_photos():
    first = taken_over(as_csv(bracelet("A-1"), bracelet("A-2")))
    changes = as_csv(bracelet("A-1", 批发价="70"), bracelet("A-2", 批发价="70"))
    photos = archive("A-1.jpg", "A-2.jpg")
    second = taken_over(changes, photos=photos, merchant=first.merchant)
    # what stood before is allowed no more
    row = second.lines.get(sku="A-1")
    row.before["wholesale_minor"] = 0
    row.save()

    undone = taken_back(second)

    assert undone.outcomes == {"KEPT": 1, "UNDONE": 1}
    assert states(undone) == ["ADDED", "UNDONE"]
    assert Photo.objects.get().product.variants.get().sku == "A-1"


@pytest.mark.django_db
@pytest.mark.parametrize("later", [False, True], ids=["sold", "later"])
def test_a_product_with_a_piece_that_stays_keeps_its_photos(later):
    headers = [*HEADERS, "款号"]
    first = taken_over(
        as_xlsx([*bracelet("A-1"), "P"], [*bracelet("A-2"), "P"], headers=headers),
        photos=archive("A-1.jpg"),
    )
    if later:
        content = as_xlsx([*bracelet("A-3"), "P"], headers=headers)
        taken_over(content, merchant=first.merchant)
    else:
        there = Variant.objects.get(sku="A-2")
        stock.hold(variant_id=there.pk, quantity=1, bag=uuid.uuid4())

    undone = taken_back(first)

    assert (states(undone), Photo.objects.count()) == (["ADDED"], 1)


@pytest.mark.django_db
def test_photos_of_an_import_that_added_nothing_else_go_when_it_is_taken_back():
    content = as_csv(bracelet("A-1"))
    first = taken_over(content)
    second = taken_over(content, photos=archive("A-1.jpg"), merchant=first.merchant)
    assert Photo.objects.count() == 1

    taken_back(second)

    assert (states(second), Photo.objects.count()) == (["UNDONE"], 0)


@pytest.mark.django_db
def test_a_photo_that_is_none_is_named_with_the_reason():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as found:
        found.writestr("A-1.jpg", b"this is a letter")

    sheet = taken_over(as_csv(bracelet("A-1")), photos=content.getvalue())

    (photo,) = sheet.pictures.all()
    assert (photo.state, bool(photo.words)) == ("REFUSED", True)
    assert Photo.objects.count() == 0


def states(sheet) -> list[str]:
    return list(sheet.pictures.order_by("number").values_list("state", flat=True))


@pytest.mark.django_db
def test_an_archive_that_swells_or_is_none_is_refused_and_nothing_is_kept():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as found:
        found.writestr("A-1.jpg", bytes(64 << 20))
    rows = as_csv(bracelet("A-1"))

    for photos, refusal in (
        (bomb.getvalue(), PhotosTooLarge),
        (b"no", DamagedPhotos),
        (archive("A-1.jpg")[:-30], DamagedPhotos),
        (archive("A-1.jpg").replace(*LOCK), LockedPhotos),
    ):
        with pytest.raises(refusal):
            upload(rows, photos=photos)
    assert not SheetImport.objects.exists()


@pytest.mark.django_db
def test_many_photos_of_an_archive_leave_room_for_those_of_others():
    taken_over(as_csv(bracelet("A-1")), photos=archive("A-1.jpg", "A-1_2.jpg"))

    first, second = Step.objects.filter(job=MAKE).order_by("due_at")
    assert first.subject_id < second.subject_id
    assert second.due_at - first.due_at >= pictures.PACE / 2

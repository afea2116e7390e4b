"""Labels: what is printed, where, how fast, and that a reader reads it."""

import io
import time

import pypdfium2
import pytest
from django.urls import reverse

from catalog.models import Product, Variant
from catalog.stocktaking.codes import address_of
from catalog.stocktaking.labels import LAYOUTS, QUIET, Wanted, matrix, pdf
from tests.catalog.stocktaking.make import make_members_client
from tests.make import make_variant

pytestmark = pytest.mark.django_db
DARK = 128


def make_labels(layout="single", copies=1, **options):
    variant = make_variant()
    return variant, pdf([Wanted(variant, copies)], LAYOUTS[layout], **options)


def words_of(file, page=0):
    return pypdfium2.PdfDocument(file)[page].get_textpage().get_text_range()


def drawn(file, dots_a_mm=20):
    page = pypdfium2.PdfDocument(file)[0]
    return page.render(scale=dots_a_mm * 25.4 / 72).to_pil().convert("L")


@pytest.mark.parametrize(
    ("layout", "copies", "start", "pages"),
    [
        ("single", 3, 1, 3),
        ("a4-65", 65, 1, 1),
        ("a4-65", 65, 2, 2),
        ("a4-24", 25, 24, 2),
    ],
)
def test_labels_fill_the_pages_from_the_first_free_place(layout, copies, start, pages):
    variant, file = make_labels(layout, copies, start=start)
    document = pypdfium2.PdfDocument(file)

    assert len(document) == pages
    said = "".join(words_of(file, page) for page in range(pages))
    assert said.count(variant.sku) == copies


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_printed_outside_a_label(layout):
    """The widest texts a variant may have: only white at the edges of its label."""
    shape = LAYOUTS[layout]
    variant = make_variant()
    Product.objects.update(titles={"zh-hans": "天然紫水晶手链" * 8})
    Variant.objects.update(sku="W" * 20, size="直径 " + "8 mm " * 11)
    variant.merchant.name_zh = "东海水晶" * 12
    variant.merchant.save()
    row = Variant.objects.select_related("product", "merchant").get(pk=variant.pk)

    image = drawn(pdf([Wanted(row, 1)], shape), dots_a_mm=10)

    x, y = (round(place * 10) for place in shape.place(0))
    width, height = (round(side * 10) for side in shape.cell)
    ink = image.point(lambda grey: 255 if grey < DARK else 0).getbbox()
    assert ink[0] >= x + 3
    assert ink[1] >= y + 3
    assert ink[2] <= x + width - 3
    assert ink[3] <= y + height - 3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_printed_qr_is_the_code_of_the_variants_address(layout):
    """Each module of the rendered page, looked up in its middle."""
    variant, file = make_labels(layout)
    rows = matrix(address_of(variant.pk))
    image = drawn(file)
    shape = LAYOUTS[layout]
    side, left, bottom = shape.qr
    module = side / (len(rows) + 2 * QUIET)
    x0, y0 = shape.place(0)
    top = y0 + shape.cell[1] - bottom - side

    def is_dark(column, row):
        x = (x0 + left + (column + QUIET + 0.5) * module) * 20
        y = (top + (row + QUIET + 0.5) * module) * 20
        return image.getpixel((round(x), round(y))) < DARK

    assert module >= 0.4
    around = range(-QUIET, len(rows) + QUIET)
    for row in around:
        for column in around:
            inside = 0 <= row < len(rows) and 0 <= column < len(rows)
            expected = inside and bool(rows[row][column])
            assert is_dark(column, row) == expected, (row, column)


def test_a_thousand_labels_of_a_hundred_pieces_take_less_than_three_seconds():
    variant = make_variant()
    variants = []
    for number in range(100):
        one = Variant(**{f.attname: getattr(variant, f.attname) for f in FIELDS})
        one.pk, one.sku = 5_000_000 + number, f"DH-{number:03}"
        one.product, one.merchant = variant.product, variant.merchant
        variants.append(Wanted(one, 10))

    begun = time.process_time()
    file = pdf(variants, LAYOUTS["a4-65"])
    took = time.process_time() - begun

    assert len(pypdfium2.PdfDocument(file)) == 16
    assert took < 3


FIELDS = Variant._meta.concrete_fields


def test_the_page_prints_what_is_on_hand_unless_told_otherwise():
    variant = make_variant(on_hand=7)
    other = make_variant(merchant=variant.merchant, on_hand=3)
    client = make_members_client(variant.merchant)
    address = reverse("catalog:labels", args=[variant.merchant.pk])

    page = client.get(f"{address}?variants={variant.pk}").content.decode()
    assert f'name="n{variant.pk}" value="7"' in page
    assert other.sku not in page

    answer = client.post(
        f"{address}?variants={variant.pk}",
        {f"n{variant.pk}": 2, "layout": "a4-24", "start": 3, f"n{other.pk}": 4},
    )
    assert answer.headers["Content-Type"] == "application/pdf"
    assert words_of(io.BytesIO(answer.content)).count(variant.sku) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layout": "a4-24", "start": 25}, "This sheet has 24 places."),
        ({"n": 0}, "Say of which piece you want labels."),
        ({"n": 5001}, "less than or equal to 5000"),
        ({"layout": "a3"}, "a3"),
    ],
)
def test_labels_that_cannot_be_are_refused_in_words(change, words):
    variant = make_variant()
    said = {"layout": "single", "start": 1, "n": 1} | change
    said[f"n{variant.pk}"] = said.pop("n")

    answer = make_members_client(variant.merchant).post(
        reverse("catalog:labels", args=[variant.merchant.pk]), said
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()

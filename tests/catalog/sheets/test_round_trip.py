"""What is given out comes back as the very same pieces, whatever is in it."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.models import MerchantMember, Variant
from catalog.products import saving
from catalog.products.current import current
from catalog.products.pieces import Piece
from catalog.sheets import services, sniffing
from catalog.sheets.models import SheetImport
from tests.catalog.sheets.sheets import (
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    taken_over,
    work,
)
from tests.make import make_client, make_glossary, make_merchant, make_user

pytestmark = pytest.mark.django_db

PIECE = Piece(
    sku="007",
    product="P-1",
    mineral="AMETHYST",
    form="BRACELET",
    treatment="HEATED",
    colour="VIOLET",
    origin="UY",
    size='大 "L", =1+1',
    bead_mm=Decimal("8.5"),
    wrist_mm=Decimal("160"),
    weight_g=Decimal("27.05"),
    wholesale_minor=6001,
    min_quantity=2,
    tiers=((10, 5500), (50, 4805)),
    suggested_retail_minor=20000,
    least_retail_minor=9000,
    is_one_off=False,
    on_hand=12,
    alarm_at=3,
    titles={"en": "=Amethyst of Uruguay", "ru": "Браслет; «аметист»"},
    story="第一行，有“引号”。\n@第二行",
)
PIECES = [
    PIECE,
    replace(PIECE, sku="2024-01", bead_mm=Decimal("10")),
    replace(
        PIECE,
        sku="1E5",
        product="",
        titles={},
        story="-5 度",
        is_one_off=True,
        on_hand=1,
    ),
    Piece(sku="DRAFT", weight_g=Decimal("1"), wholesale_minor=100),
]


@pytest.fixture
def member():
    make_glossary()
    member = MerchantMember.objects.create(
        merchant=make_merchant(), user=make_user(), role="OWNER"
    )
    saver = saving.Saver(merchant_id=member.merchant_id, by_id=member.user_id)
    saving.save(PIECES, saver)
    return member


def download(member, path: str, language: str = "en") -> bytes:
    client = make_client(member.user)
    answer = client.get(
        f"/stall/{member.merchant_id}/sheets/{path}",
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 200
    return answer.getvalue()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_row_of_an_export_comes_back_as_the_same(member, kind, language):
    before = current([piece.sku for piece in PIECES], merchant_id=member.merchant_id)

    content = download(member, f"pieces.{kind}", language)
    sheet = checked(content, f"pieces.{kind}", merchant=member.merchant)

    odd = [
        (x.sku, x.action, x.problems, x.said)
        for x in sheet.lines.exclude(action="SAME")
    ]
    assert odd == []
    assert sheet.counts == {"SAME": 4}
    assert current(before, merchant_id=member.merchant_id) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_nothing_that_is_given_out_runs_in_a_spreadsheet(member, kind):
    content = download(member, f"pieces.{kind}")

    with sniffing.opened(io.BytesIO(content)) as table:
        cells = [c for row in table.rows(table.tabs[0]) for c in row.cells if c]
    assert "'=Amethyst of Uruguay" in cells
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in cells)


def test_an_export_can_be_of_what_a_search_finds(member):
    lines = download(member, "pieces.csv?search=2024").decode("utf-8-sig").splitlines()

    assert len(lines) > 1
    assert "2024-01" in "".join(lines) and "DRAFT" not in "".join(lines)


def test_the_empty_sheet_reads_as_two_examples_in_either_language(member):
    for language in ("en", "zh-hans"):
        content = download(member, "template.xlsx", language)
        sheet = checked(content, "template.xlsx", merchant=make_merchant())
        assert sheet.counts == {"NEW": 2}, [x.problems for x in sheet.lines.all()]


def test_an_error_file_is_mended_and_uploaded_again(member):
    merchant = make_merchant()
    MerchantMember.objects.create(merchant=merchant, user=member.user, role="OWNER")
    first = taken_over(
        as_csv(
            bracelet("A-1"),
            bracelet("A-2", 批发价="面议"),
            bracelet("A-3", 颜色="无色彩"),
        ),
        merchant=merchant,
    )
    assert first.outcomes == {"CREATED": 1}
    member.merchant_id = merchant.pk

    faults = download(member, f"{first.pk}/mend.xlsx")
    with sniffing.opened(io.BytesIO(faults)) as table:
        rows = [row.cells for row in table.rows(table.tabs[0])]
    assert [row[1] for row in rows] == ["货号", "A-2", "A-3"]
    assert rows[1][0].startswith("“面议” is no price in yuan.")

    again = checked(faults, "mend.xlsx", merchant=merchant)
    assert again.state == SheetImport.State.READY  # its columns were remembered
    assert again.counts == {"BAD": 2}
    assert Variant.objects.filter(merchant=merchant).count() == 1

    headers, one, other = rows
    one[headers.index("批发价")], other[headers.index("颜色")] = "60", "紫色"
    done = taken_over(as_xlsx(one, other, headers=headers), merchant=merchant)
    assert done.outcomes == {"CREATED": 2}


def test_columns_said_once_are_remembered_for_such_headers(member):
    rows = as_csv(bracelet("A-1")).replace("批发价".encode(), "我的价".encode())
    sheet = checked(rows, "own.csv", merchant=member.merchant)
    assert sheet.counts == {"BAD": 1}
    fields = [*sheet.fields]
    fields[sheet.headers.index("我的价")] = "wholesale_minor"
    services.map_columns(import_id=sheet.pk, fields=fields)
    work()

    again = checked(rows, "own.csv", merchant=member.merchant)

    assert (again.fields, again.counts) == (fields, {"NEW": 1})

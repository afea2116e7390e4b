"""Whose word a customs code of a sheet has, and sizes added by copying a row."""

import pytest

from catalog.models import Product, Variant
from catalog.sheets import codes, services
from tests.catalog.sheets.sheets import (
    HEADERS,
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    taken_back,
    work,
)
from tests.catalog.sheets.test_pictures import archive
from tests.catalog.sheets.test_round_trip import download
from tests.make import make_member, make_merchant

pytestmark = pytest.mark.django_db


def with_code(code: str) -> bytes:
    row = [*bracelet("A-1"), code]
    return as_xlsx(row, headers=[*HEADERS, "海关编码"])


def test_a_code_in_the_file_is_shown_and_confirmed_by_the_tick_alone():
    sheet = checked(with_code("7116200000"))
    (shown,) = codes.shown(sheet)
    assert (shown.code, shown.pieces, shown.is_own) == ("7116200000", 1, False)
    assert shown.name and shown.why

    services.take_over(import_id=sheet.pk)
    work()
    assert Product.objects.get().state == Product.State.DRAFT

    again = checked(with_code("7103999000"), merchant=sheet.merchant)
    (shown,) = codes.shown(again)
    assert (shown.code, shown.is_own) == ("7103999000", True)
    services.take_over(import_id=again.pk, confirms_codes=True)
    work()
    assert Product.objects.get().state == Product.State.LISTED


def test_what_had_a_persons_word_has_it_again_after_taking_back():
    first = checked(with_code(""))
    services.take_over(import_id=first.pk, confirms_codes=True)
    work()
    other = checked(with_code("7103999000"), merchant=first.merchant)
    services.take_over(import_id=other.pk)
    work()
    assert Product.objects.get().state == Product.State.DRAFT

    taken_back(other)
    product = Product.objects.get()
    assert (product.hs_code, product.state) == ("7116200000", Product.State.LISTED)


@pytest.mark.parametrize("confirms", [True, False])
def test_a_size_is_added_by_copying_an_exported_row(confirms):
    member = make_member(make_merchant())
    row = dict(zip(HEADERS, bracelet("AM-8"), strict=True)) | {"款号": "AM"}
    content = as_xlsx(list(row.values()), headers=list(row))
    sheet = checked(content, merchant=member.merchant)
    services.take_over(import_id=sheet.pk, confirms_codes=confirms)
    work()
    text = download(member, "pieces.csv").decode("utf-8-sig")
    assert ("7116200000" in text) == confirms

    headers, line = text.splitlines()
    copy = line.replace("AM-8", "am-10", 1)
    again = checked(
        "\n".join([headers, line, copy]).encode(), "p.csv", merchant=member.merchant
    )
    assert again.counts == {"SAME": 1, "NEW": 1}, [
        x.problems for x in again.lines.all()
    ]
    services.take_over(import_id=again.pk)
    work()

    assert Product.objects.get().variants.count() == 2


def test_skus_that_differ_by_case_stand_twice_in_a_sheet():
    sheet = checked(as_csv(bracelet("A-1"), bracelet("a-1")))

    assert sheet.counts == {"BAD": 2}
    assert not Variant.objects.exists()


def test_photos_say_why_nobody_gets_them():
    sheet = checked(
        as_csv(bracelet("A-1", 批发价="面议")), photos=archive("A-1.jpg", "A-2.svg")
    )

    faulty, other = sheet.pictures.order_by("number")
    assert "A-1" in faulty.words and faulty.state == "UNMATCHED"
    assert (other.state, bool(other.words)) == ("REFUSED", True)
    assert sheet.is_idle


def test_of_several_treatments_the_gravest_is_named():
    sheet = checked(as_csv(bracelet("A-1", 处理="加热、染色")))

    (problem,) = sheet.lines.get().problems
    assert problem["code"] == "several" and "“dyed”" in problem["says"]

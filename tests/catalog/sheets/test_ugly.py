"""Real-world spreadsheets: each gives a clear report, and harms nothing."""

import pytest

from catalog.models import Product, StockMovement, Variant
from catalog.products.current import current
from catalog.sheets.models import SheetImport
from donghai.errors import Refused
from tests.catalog.sheets.sheets import checked
from tests.catalog.sheets.ugly import FILES
from tests.make import make_merchant, make_variant

# What a person is told of each file: why it's refused, or what its rows would do, what
# is wrong in which row of the file and in which field, and what else is remarkable
REPORTS = {
    "merged_product_cells": ["NEW 3"],
    "merged_skus": ["BAD 1", "NEW 1", "3 sku merged"],
    "merged_stock": ["NEW 2", "3 on_hand merged"],
    "skus_that_became_dates": ["BAD 1", "NEW 1", "3 sku became_a_date"],
    "prices_that_became_dates": ["BAD 1", "2 wholesale_minor became_a_date"],
    "full_width_digits": ["NEW 1"],
    "duplicate_skus": [
        "BAD 3",
        "NEW 1",
        "2 sku twice",
        "4 sku twice",
        "5 sku twice",
    ],
    "formulae_with_values": ["NEW 1"],
    "formulae_without_values": ["BAD 1", "2 wholesale_minor formula_without_value"],
    "formulae_that_fail": ["BAD 1", "2 mineral formula_fails"],
    "empty_rows_between": ["NEW 2", "SKIPPED 1"],
    "a_million_formatted_rows": ["NEW 1"],
    "pieces_far_below_the_others": [
        "NEW 1",
        "Row 9,001 stands far below the others and was not read.",
    ],
    "two_far_corners": ["NEW 1"],
    "ten_sheets_one_fits": ["NEW 1"],
    "ten_sheets_all_fit": [
        "CHOOSING: 1月 2月 3月 4月 5月 6月 7月 8月 9月 10月",
    ],
    "hidden_sheets_that_fit": ["NEW 1"],
    "text_named_workbook": ["NEW 1"],
    "workbook_named_text": ["NEW 1"],
    "workbook_of_1997": ["refused: old_workbook"],
    "web_page_named_workbook": ["refused: web_page"],
    "workbook_with_password": ["refused: locked"],
    "zip_bomb": ["refused: unpacks_too_large"],
    "laughing_entities": [
        "FAILED: This file holds instructions that no spreadsheet program writes. "
        "Copy the table into a new workbook and upload that."
    ],
    "entity_from_outside": ["refused: unsafe"],
    "endless_tag": [
        "FAILED: This file unpacks to more than we can take. Save it again without "
        "what it doesn't need, or split it."
    ],
    "title_rows_above_headers": ["NEW 1"],
    "headers_in_two_rows": ["NEW 1"],
    "totals_at_the_end": ["BAD 1", "NEW 2", "SKIPPED 1", "5 sku no_sku"],
    "text_in_gb18030": ["NEW 1"],
    "text_in_utf_16_with_tabs": ["NEW 1"],
    "text_with_semicolons_and_mark": ["NEW 1"],
    "text_in_no_known_letters": ["refused: unknown_letters"],
    "quoted_line_ends": ["NEW 2"],
    "quote_never_closed": [
        "FAILED: A quotation mark near row 5 is never closed. Close or delete it, or "
        "save the file as .xlsx."
    ],
    "noughts_between_letters": ["NEW 1"],
    "duplicate_headers": ["NEW 1"],
    "shortened_numbers": ["BAD 2", "2 sku shortened", "3 wholesale_minor unreadable"],
    "numbers_as_skus": ["NEW 3"],
    "units_and_guesses": [
        *("BAD 2", "NEW 2"),
        *("4 bead_mm unreadable", "4 weight_g unreadable"),
        *("4 wholesale_minor unreadable", "4 on_hand unreadable"),
        *("5 wholesale_minor unreadable", "5 tiers unreadable"),
        "5 is_one_off unreadable",
    ],
    "words_nobody_knows": [
        *("BAD 1", "NEW 1"),
        *("2 mineral unknown_word", "2 colour unknown_word", "2 origin unknown_word"),
    ],
    "sheet_without_skus": ["READ:"],
    "empty_file": ["refused: empty"],
    "headers_alone": [
        "FAILED: There is no row with pieces in this file. Put the names of the "
        "columns in one row and a piece in each row below it."
    ],
    "half_a_download": ["refused: damaged"],
    "photos_instead_of_a_sheet": ["refused: only_photos"],
    "picture_named_workbook": ["refused: not_a_table"],
    "columns_without_end": ["NEW 1"],
    "foreign_prefixes": ["NEW 1"],
}


def report(name: str, **facts) -> list[str]:
    file_name, content = FILES[name]()
    try:
        sheet = checked(content, file_name, **facts)
    except Refused as refusal:
        return [f"refused: {refusal.code}"]
    if sheet.state != SheetImport.State.READY:
        tabs = [tab["name"] for tab in sheet.tabs]
        return [f"{sheet.state}: {sheet.failure or ' '.join(tabs)}".strip()]
    counts = [f"{kind} {number}" for kind, number in sorted(sheet.counts.items())]
    wrong = [
        f"{row.line} {problem['field']} {problem['code']}"
        for row in sheet.lines.order_by("line")
        for problem in row.problems
    ]
    return [*counts, *wrong, *sheet.notes]


def what_stands(merchant) -> tuple:
    return (
        Product.objects.count(),
        Variant.objects.count(),
        StockMovement.objects.count(),
        current(["A-1"], merchant_id=merchant.pk),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_its_report_and_writes_nothing(name):
    merchant, other = make_merchant(), make_merchant()
    Variant.objects.filter(pk=make_variant(merchant=other).pk).update(sku="A-1")
    before = what_stands(other)

    assert report(name, merchant=merchant) == REPORTS[name]
    assert what_stands(other) == before


def test_there_are_more_than_thirty_of_them():
    assert len(FILES) > 30
    assert set(FILES) == set(REPORTS)

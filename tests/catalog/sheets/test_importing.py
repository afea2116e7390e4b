"""A sheet on its way into the catalogue: seen before it is written, written once."""

from decimal import Decimal

import pytest

from catalog.models import Product, SheetRow, StockLevel, StockMovement, Variant
from catalog.products.current import current
from catalog.sheets import services
from catalog.sheets.models import SheetImport
from catalog.stock import services as stock
from tests.catalog.sheets.sheets import (
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    taken_back,
    taken_over,
    work,
)

State = SheetImport.State


@pytest.mark.django_db
@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_sheet_is_seen_before_anything_is_written(make):
    sheet = checked(make(bracelet("A-1"), bracelet("A-2", 材质="紫水精")))

    assert (sheet.state, sheet.counts) == (State.READY, {"NEW": 1, "BAD": 1})
    bad = sheet.lines.get(action="BAD")
    assert (bad.line, bad.problems[0]["field"], bad.problems[0]["says"]) == (
        3,
        "mineral",
        "“紫水精” is no mineral we know. Do you mean “紫水晶”?",
    )
    assert not Product.objects.exists() and not Variant.objects.exists()


@pytest.mark.django_db
def test_a_word_used_for_several_forms_is_asked_about_and_never_guessed():
    words = {"A-1": "摆件", "A-2": "天然摆件", "A-3": "人物摆件", "A-4": "蛋形摆件"}
    sheet = checked(as_csv(*(bracelet(sku, 款式=said) for sku, said in words.items())))

    assert sheet.counts == {"BAD": 2, "NEW": 2}
    for sku in ("A-1", "A-2"):
        (problem,) = sheet.lines.get(sku=sku).problems
        assert (problem["field"], problem["code"]) == ("form", "vague_word")
        assert "figurine" in problem["says"] and "egg" in problem["says"]
    known = [sheet.lines.get(sku=sku).said["form"] for sku in ("A-3", "A-4")]
    assert known == ["FIGURINE", "EGG"]


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["粉红", "粉红色", "粉色"])
def test_pink_is_pink_in_all_its_words(said):
    sheet = checked(as_csv(bracelet("A-1", 颜色=said)))

    assert sheet.lines.get().said["colour"] == "PINK"


@pytest.mark.django_db
def test_taken_over_pieces_stand_as_the_sheet_says():
    sheet = taken_over(as_xlsx(bracelet("A-1")))

    assert (sheet.state, sheet.outcomes) == (State.DONE, {"CREATED": 1})
    piece = current(["A-1"], merchant_id=sheet.merchant_id)["A-1"]
    assert (piece.mineral, piece.form, piece.colour, piece.origin) == (
        "AMETHYST",
        "BRACELET",
        "VIOLET",
        "UY",
    )
    assert (piece.bead_mm, piece.wrist_mm, piece.weight_g) == (8, 160, Decimal("27.5"))
    assert (piece.wholesale_minor, piece.tiers) == (6000, ((10, 5500), (50, 4800)))
    assert (piece.on_hand, piece.min_quantity, piece.is_one_off) == (12, 2, False)
    assert Product.objects.get().state == Product.State.LISTED


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing():
    content = as_xlsx(bracelet("A-1"), bracelet("A-2"))
    first = taken_over(content)

    again = taken_over(content, merchant=first.merchant)

    assert again.counts == {"SAME": 2}
    assert Variant.objects.count() == 2
    assert StockMovement.objects.count() == 2


@pytest.mark.django_db
def test_what_was_sold_since_the_preview_does_not_come_back():
    first = taken_over(as_csv(bracelet("A-1", 库存="9")))
    variant = Variant.objects.get(sku="A-1")
    sheet = checked(as_csv(bracelet("A-1", 库存="20")), merchant=first.merchant)
    stock.adjust(variant_id=variant.pk, change=-4, reason="sold at the counter")

    services.take_over(import_id=sheet.pk, confirms_codes=True)
    work()

    assert StockLevel.objects.get(pk=variant.pk).on_hand == 16
    row = sheet.lines.get()
    assert row.outcome == "CHANGED"
    [problem] = row.problems
    assert problem["says"] == "Stock moved meanwhile, from 9 to 5: it is 16 now."
    taken_back(sheet)
    assert StockLevel.objects.get(pk=variant.pk).on_hand == 5


@pytest.mark.django_db
def test_an_import_taken_back_leaves_all_as_it_was():
    first = taken_over(as_xlsx(bracelet("A-1")))
    before = current(["A-1"], merchant_id=first.merchant_id)
    second = taken_over(
        as_xlsx(bracelet("A-1", 批发价="70", 库存="20"), bracelet("A-2")),
        merchant=first.merchant,
    )
    assert second.outcomes == {"CHANGED": 1, "CREATED": 1}

    undone = taken_back(second)

    assert (undone.state, undone.outcomes) == (State.UNDONE, {"UNDONE": 2})
    assert current(["A-1"], merchant_id=first.merchant_id) == before
    assert Variant.objects.get(sku="A-2").withdrawn_at is not None
    assert SheetRow.objects.filter(outcome="KEPT").count() == 0

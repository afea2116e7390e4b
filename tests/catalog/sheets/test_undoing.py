"""Taking an import back respects what came after it."""

import uuid
from datetime import UTC, datetime

import pytest

from catalog.models import StockLevel, Variant
from catalog.products.current import current
from catalog.stock import services as stock
from tests.catalog.sheets.sheets import as_csv, bracelet, taken_back, taken_over

pytestmark = pytest.mark.django_db


def why(sheet, sku: str) -> tuple[str, str]:
    row = sheet.lines.get(sku=sku)
    return row.outcome, "".join(problem["says"] for problem in row.problems)


def test_a_later_import_is_named_and_not_overwritten():
    first = taken_over(as_csv(bracelet("A-1"), bracelet("A-2")), "first.csv")
    later = taken_over(
        as_csv(bracelet("A-1", 批发价="70")), "later.csv", merchant=first.merchant
    )

    undone = taken_back(first)

    assert undone.outcomes == {"KEPT": 1, "UNDONE": 1}
    outcome, words = why(undone, "A-1")
    assert outcome == "KEPT" and words.startswith("The import “later.csv” of ")
    piece = current(["A-1"], merchant_id=first.merchant_id)["A-1"]
    assert piece.wholesale_minor == 7000

    assert taken_back(later).outcomes == {"UNDONE": 1}
    piece = current(["A-1"], merchant_id=first.merchant_id)["A-1"]
    assert piece.wholesale_minor == 6000


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "of 22 Nov changed"), ("zh-hans", "11月22日"), ("ja", "11月22日")],
)
def test_the_day_of_a_later_import_is_said_as_its_readers_say_days(language, day):
    first = taken_over(as_csv(bracelet("A-1")), language=language)
    changed = as_csv(bracelet("A-1", 批发价="70"))
    later = taken_over(changed, merchant=first.merchant)
    later.created_at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    later.save()

    assert day in why(taken_back(first), "A-1")[1]


def test_pieces_that_were_sold_or_are_held_stay():
    sheet = taken_over(as_csv(*(bracelet(f"A-{n}") for n in range(3))))
    ids = {v.sku: v.pk for v in Variant.objects.all()}
    sold = stock.hold(variant_id=ids["A-0"], quantity=1, bag=uuid.uuid4())
    stock.consume(hold_ids=[sold.id])
    stock.dispatch(hold_ids=[sold.id])
    stock.hold(variant_id=ids["A-1"], quantity=1, bag=uuid.uuid4())

    undone = taken_back(sheet)

    assert undone.outcomes == {"KEPT": 2, "UNDONE": 1}
    assert why(undone, "A-0")[1] == "It was sold or is held for a buyer, so it stays."
    assert Variant.objects.get(sku="A-0").withdrawn_at is None
    assert StockLevel.objects.get(pk=ids["A-2"]).on_hand == 0


@pytest.mark.parametrize("there", ["10", "0"])
def test_pieces_whose_stock_somebody_moved_stay(there):
    skus = ("RECEIVED", "ADJUSTED", "COUNTED", "UNTOUCHED")
    sheet = taken_over(as_csv(*(bracelet(sku, 库存=there) for sku in skus)))
    ids = {v.sku: v.pk for v in Variant.objects.all()}
    stock.receive(variant_id=ids["RECEIVED"], quantity=5)
    stock.receive(variant_id=ids["ADJUSTED"], quantity=1)
    stock.adjust(variant_id=ids["ADJUSTED"], change=-1, reason="broken")
    stock.set_on_hand(variant_id=ids["COUNTED"], on_hand=7, reason="shelf")

    undone = taken_back(sheet)

    assert undone.outcomes == {"KEPT": 3, "UNDONE": 1}
    for sku in skus[:3]:
        assert why(undone, sku)[1] == "Its stock was moved since, so it stays."
    left = dict(StockLevel.objects.values_list("variant__sku", "on_hand"))
    was = int(there)
    assert left == {
        "RECEIVED": was + 5,
        "ADJUSTED": was,
        "COUNTED": 7,
        "UNTOUCHED": 0,
    }
    withdrawn = Variant.objects.exclude(withdrawn_at=None)
    assert [variant.sku for variant in withdrawn] == ["UNTOUCHED"]


def test_what_a_later_import_moved_and_took_back_hinders_nothing():
    first = taken_over(as_csv(bracelet("A-1"), bracelet("A-2")))
    content = as_csv(bracelet("A-1", 库存="15"), bracelet("A-2", 库存="15"))
    later = taken_over(content, merchant=first.merchant, language="zh-hans")
    taken_back(later)
    stock.receive(variant_id=Variant.objects.get(sku="A-2").pk, quantity=1)

    undone = taken_back(first)

    assert (why(undone, "A-1"), why(undone, "A-2")[0]) == (("UNDONE", ""), "KEPT")
    assert Variant.objects.get(withdrawn_at=None).sku == "A-2"


def test_stock_goes_back_by_what_the_import_added():
    first = taken_over(as_csv(bracelet("A-1", 库存="10")))
    second = taken_over(as_csv(bracelet("A-1", 库存="15")), merchant=first.merchant)
    variant = Variant.objects.get(sku="A-1")
    stock.adjust(variant_id=variant.pk, change=-3, reason="broken")

    taken_back(second)

    assert StockLevel.objects.get(pk=variant.pk).on_hand == 7


def test_what_was_empty_before_is_empty_again():
    first = taken_over(as_csv(bracelet("A-1", 建议零售价="", 手围="", 阶梯价="")))
    before = current(["A-1"], merchant_id=first.merchant_id)
    second = taken_over(as_csv(bracelet("A-1")), merchant=first.merchant)
    assert current(["A-1"], merchant_id=first.merchant_id) != before

    taken_back(second)

    assert current(["A-1"], merchant_id=first.merchant_id) == before


def test_a_piece_that_was_withdrawn_by_undoing_comes_back_with_the_next_import():
    content = as_csv(bracelet("A-1"))
    first = taken_over(content)
    taken_back(first)

    again = taken_over(content, merchant=first.merchant)

    assert (again.counts, again.outcomes) == ({"CHANGE": 1}, {"CHANGED": 1})
    assert Variant.objects.get(sku="A-1").withdrawn_at is None
    assert StockLevel.objects.get().on_hand == 12

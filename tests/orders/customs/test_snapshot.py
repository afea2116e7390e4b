import json
from decimal import Decimal

import pytest

from orders.customs import gate
from orders.customs.snapshot import ParcelSnapshot, statutory_quantity
from tests.orders.customs.make import make_line, make_snapshot


def test_a_snapshot_survives_being_stored_as_json():
    snapshot = make_snapshot()

    stored = json.loads(json.dumps(snapshot.to_json()))

    assert ParcelSnapshot.from_json(stored) == snapshot


def test_amounts_are_stored_as_text_so_that_no_fen_is_lost():
    stored = make_snapshot(freight=Decimal("0.00001")).to_json()

    assert stored["freight"] == "0.00001"
    assert stored["lines"][0]["total"] == "37.00"


@pytest.mark.parametrize(
    ("unit1", "grams", "expected"),
    [
        ("035", "64", "0.06400"),  # kilograms
        ("036", "64", "64.00000"),  # grams
        ("084", "3.5", "17.50000"),  # carats of 0.2 g
    ],
)
def test_the_statutory_quantity_follows_from_the_weight(unit1, grams, expected):
    assert statutory_quantity(unit1, Decimal(grams)) == Decimal(expected)


def test_a_sale_in_pesos_is_restated_in_dollars_and_still_adds_up():
    lines = (
        make_line(1, unit_price=Decimal("333.33"), total=Decimal("666.66")),
        make_line(2, quantity=3, unit_price=Decimal("100"), total=Decimal("300")),
    )
    pesos = make_snapshot(lines=lines, currency="MXN", freight=Decimal("180"))

    dollars = pesos.restated("USD", Decimal("0.0543"))

    assert [line.total for line in dollars.lines] == [
        Decimal("36.20"),
        Decimal("16.29"),
    ]
    assert dollars.goods_value == Decimal("52.49")
    assert dollars.freight == Decimal("9.77")
    assert (dollars.currency, dollars.sale_currency) == ("USD", "MXN")
    assert dollars.rate == Decimal("0.0543")
    assert gate.problems(dollars) == []

"""What holds for the landed price of any parcel."""

import json
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donghai.money import Money, total
from orders.checkout.landed import (
    Certainty,
    Destination,
    Item,
    LandedPrice,
    NoRuleForValue,
    price,
)
from orders.management.market import FORMS, MINERALS
from tests.orders.checkout.make import MONEY_OF, TODAY, bracelet

pytestmark = pytest.mark.django_db  # or pytest-django makes no test database


COUNTRIES = st.sampled_from(["US", "DE", "FR", "GB", "MX"])


@st.composite
def parcels(draw) -> tuple[str, list[Item]]:
    country = draw(COUNTRIES)
    items = draw(
        st.lists(
            st.builds(
                Item,
                ref=st.integers(1, 99).map(str),
                label=st.sampled_from(["100% natural", "%(item)s", "水晶"]),
                hs6=st.sampled_from(["711620", "710310", "710399"]),
                form=st.sampled_from(list(FORMS)),
                mineral=st.sampled_from(list(MINERALS)),
                origin=st.sampled_from(["CN", "BR"]),
                unit_price=st.builds(
                    Money, st.integers(1, 20_000), st.just(MONEY_OF[country])
                ),
                quantity=st.integers(1, 3),
                weight_g=st.integers(0, 900),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return country, items


def priced(books, country: str, items: list[Item]) -> LandedPrice:
    return price(
        destination=Destination(country),
        currency=MONEY_OF[country],
        items=items,
        ship_on=TODAY,
        book=books[country, TODAY],
    )


def by_rule(answer: LandedPrice) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for line in answer.lines:
        key = (str(line.kind), line.rule)
        sums[key] = sums.get(key, 0) + line.amount.minor
    return sums


@settings(max_examples=60, deadline=None)
@given(parcel=parcels())
def test_the_total_is_the_sum_of_lines_that_each_explain_themselves(books, parcel):
    country, items = parcel
    answer = priced(books, country, items)

    amounts = [line.amount for line in answer.lines]
    assert answer.total == total(amounts, MONEY_OF[country])
    assert all(amount.minor >= 0 for amount in amounts)
    assert all(line.rule and line.text for line in answer.lines)
    json.dumps([dict(line.working) for line in answer.lines])
    for line, item in zip(answer.lines, items, strict=False):
        assert (line.ref, line.text, line.amount) == (item.ref, item.label, item.value)


@settings(max_examples=40, deadline=None)
@given(parcel=parcels(), chance=st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(books, parcel, chance):
    country, items = parcel
    shuffled = chance.sample(items, len(items))

    first, second = priced(books, country, items), priced(books, country, shuffled)

    assert first.total == second.total
    assert by_rule(first) == by_rule(second)


@settings(max_examples=40, deadline=None)
@given(parcel=parcels())
def test_a_quantity_in_two_halves_costs_the_same(books, parcel):
    country, items = parcel
    whole = [replace(item, quantity=item.quantity * 2) for item in items]
    halves = [item for item in items for _ in range(2)]

    assert by_rule(_or_refusal(books, country, whole)) == by_rule(
        _or_refusal(books, country, halves)
    )


def _or_refusal(books, country: str, items: list[Item]) -> LandedPrice:
    """Doubled parcels may be too dear to send; then both halves and whole are."""
    try:
        return priced(books, country, items)
    except NoRuleForValue:
        return LandedPrice((), Money.zero("USD"), Certainty.ESTIMATE)


def test_pricing_takes_well_under_a_millisecond(books):
    item = bracelet("60", "EUR")
    priced(books, "DE", [item])

    def one_run() -> float:
        start = process_time()
        for _ in range(20):
            priced(books, "DE", [item])
        return (process_time() - start) / 20

    assert min(one_run() for _ in range(5)) < 0.001

"""Whatever is sold, in whatever money and at whatever rate, nothing is lost."""

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from donghai.money import Money
from orders.settlement import bank, ledger, truths
from orders.settlement.models import Conversion
from tests.make import make_claim
from tests.orders.settlement.build import (
    HOST_PERCENT,
    FixedBank,
    Sale,
    make_rate,
    make_sale,
    refund,
    settle,
)

MOST = 10**9
costs = st.integers(0, MOST)
rates = st.decimals("0.0001", "500", places=8)
sales = st.builds(
    Sale,
    currency=st.sampled_from(["USD", "JPY", "KWD", "CNY"]),
    goods=st.lists(st.integers(1, MOST), min_size=1, max_size=5),
    freight=costs,
    duty=costs,
    tax=costs,
    fee=costs,
    merchant_percent=st.integers(0, 100 - HOST_PERCENT),
    rate=rates,
)


@pytest.fixture
def fixed_bank(settings, monkeypatch):
    monkeypatch.setitem(bank.ADAPTERS, "fixed", f"{FixedBank.__module__}.FixedBank")
    settings.FX_BANK = "fixed"
    return FixedBank


def posted_since(before: dict) -> dict[tuple[str, str], int]:
    now = ledger.balances()
    nothing = {key: Money.zero(key[1]) for key in now}
    return {
        key: (money - before.get(key, nothing[key])).minor
        for key, money in now.items()
        if money != before.get(key, nothing[key])
    }


@pytest.mark.django_db
def test_a_settled_order_leaves_only_yuan_and_refunds_leave_nothing(fixed_bank):
    first = make_claim(quantity=1)
    claims = [first, *(make_claim(listing=first.listing) for _ in range(4))]

    @settings(max_examples=25, deadline=None)
    @given(sale=sales, dealt=rates, again=rates, parts=st.lists(costs, max_size=3))
    def check(sale: Sale, dealt: Decimal, again: Decimal, parts: list[int]) -> None:
        before = ledger.balances()
        order = make_sale(sale, claims)
        if sale.currency != "CNY":
            fixed_bank.dealt = make_rate(sale.currency, dealt, "DEALT")
        settle(order)

        stands = posted_since(before)
        assert {currency for _, currency in stands} <= {"CNY"}
        assert sum(stands.values()) == 0
        assert ("FOREX", "CNY") not in stands
        assert ("GOODS_CLEARING", "CNY") not in stands
        conversion = Conversion.objects.filter(order=order).first()
        expected = conversion.to_minor if conversion else order.total_minor
        assert stands.get(("BANK", "CNY"), 0) == expected

        if sale.currency != "CNY":
            fixed_bank.dealt = make_rate(sale.currency, again, "DEALT")
        left = order.total_minor
        for part in parts:
            if part % left:
                refund(order, part % left)
                left -= part % left
        refund(order, left)

        assert set(posted_since(before)) <= {("BANK", "CNY"), ("FOREX_RESULT", "CNY")}
        assert sum(posted_since(before).values()) == 0
        connection.check_constraints()

    check()

    assert truths.broken() == []

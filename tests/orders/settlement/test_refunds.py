"""Money goes back the way it came."""

import pytest
from django.db import connection

from donghai import steps
from orders.payments.models import Payment
from orders.settlement import ledger, refunds, services, truths
from orders.settlement.models import Conversion, Journal, Payable
from tests.catalog.test_stock import in_threads
from tests.make import make_claim
from tests.orders.later import make_delivered_parcel, make_paid_order, step_in_hand
from tests.orders.settlement.build import (
    HOST_PERCENT,
    Sale,
    make_refund,
    make_sale,
    refund,
    settle,
)

REFUND, PAYABLE = "orders.book_refund", "orders.make_payable"


def left_over() -> dict[tuple[str, str], int]:
    """Accounts that aren't zero, but for the bank and what the rates did."""
    return {
        key: money.minor
        for key, money in ledger.balances().items()
        if money and key not in (("BANK", "CNY"), ("FOREX_RESULT", "CNY"))
    }


@pytest.mark.django_db
def test_refunds_in_three_parts_end_in_nothing():
    order = make_sale(
        Sale("EUR", goods=[9999, 4001], freight=841, duty=300, tax=2117, fee=57),
        [make_claim(), make_claim()],
    )
    settle(order)

    for minor in (333, 5000, order.total_minor - 5333):
        refund(order, minor)

    connection.check_constraints()
    assert left_over() == {}
    assert Conversion.objects.filter(refund__isnull=False).count() == 3
    assert truths.broken() == []


@pytest.mark.django_db
def test_half_a_refund_takes_half_of_each_share_and_of_each_cost():
    order = make_sale(Sale("EUR", goods=[10000], freight=1000), [make_claim()])
    settle(order)
    costs = ledger.balances()["FREIGHT_PAYABLE", "CNY"].minor

    refund(order, 5500)

    after = left_over()
    assert after["MERCHANT_PENDING", "CNY"] == -21000
    assert after["HOST_PENDING", "CNY"] == -11200
    assert after["CENTRE_REVENUE", "CNY"] == -2800
    assert abs(after["FREIGHT_PAYABLE", "CNY"] * 2 - costs) <= 1


@pytest.mark.django_db
def test_a_part_of_shares_adds_up_where_the_centre_has_none():
    order = make_sale(
        Sale("CNY", goods=[13, 13, 13], merchant_percent=100 - HOST_PERCENT),
        [make_claim(), make_claim(), make_claim()],
    )
    settle(order)

    for left in range(36, -1, -3):
        refund(order, 3)
        owed = left_over().values()
        assert sum(owed) == -left
        assert max(owed, default=0) <= 0


@pytest.mark.django_db
def test_a_refund_in_yuan_touches_no_rate():
    claims = [make_claim(), make_claim()]
    order = make_sale(Sale("CNY", goods=[101, 7], freight=3), claims)
    settle(order)

    refund(order, 50)
    refund(order, 61)

    connection.check_constraints()
    assert not any(ledger.balances().values())
    assert Conversion.objects.count() == 0


@pytest.mark.django_db
def test_a_refund_waits_until_the_orders_money_is_settled():
    order = make_paid_order()
    made = make_refund(order, 100)

    with pytest.raises(steps.NotYet):
        services.book_refund(step_in_hand(REFUND, made.pk))

    assert Journal.objects.count() == 0


@pytest.mark.django_db
def test_more_than_is_left_is_refused_and_changes_nothing():
    order = make_paid_order()
    settle(order)
    refund(order, 100)
    before = ledger.balances()

    with pytest.raises(refunds.RefundTooLarge):
        refund(order, order.total_minor - 99)

    assert ledger.balances() == before


@pytest.mark.django_db(transaction=True)
def test_a_refund_told_twice_or_by_two_threads_is_booked_once():
    order = make_paid_order()
    settle(order)
    made = make_refund(order, 100)
    step = step_in_hand(REFUND, made.pk)

    in_threads(2, lambda _: services.book_refund(step))
    services.book_refund(step_in_hand(REFUND, made.pk))

    assert Journal.objects.filter(kind="REFUND").count() == 1
    assert Journal.objects.filter(kind="SHARES_BACK").count() == 1
    assert truths.broken() == []


@pytest.mark.django_db
def test_before_delivery_a_refund_lowers_what_will_fall_due():
    order = make_paid_order()
    settle(order)
    refund(order, order.total_minor)

    parcel = make_delivered_parcel(order)
    services.make_payable(step_in_hand(PAYABLE, parcel.pk))

    assert Payable.objects.count() == 0
    assert truths.broken() == []


@pytest.mark.django_db
def test_after_delivery_a_refund_becomes_a_negative_payable():
    order = make_paid_order()
    settle(order)
    parcel = make_delivered_parcel(order)
    services.make_payable(step_in_hand(PAYABLE, parcel.pk))

    refund(order, order.total_minor)

    connection.check_constraints()
    sums: dict[str, int] = {}
    for payable in Payable.objects.all():
        sums[payable.party] = sums.get(payable.party, 0) + payable.amount_minor
    assert Payable.objects.count() == 4
    assert sums == {"MERCHANT": 0, "HOST": 0}
    assert len(set(Payable.objects.values_list("payable_on"))) == 1
    assert left_over() == {}
    assert truths.broken() == []


@pytest.mark.django_db
def test_an_unwanted_payment_comes_and_goes_through_one_account():
    order = make_paid_order()
    settle(order)
    twice = Payment.objects.create(
        order=order,
        provider="sandbox",
        key="second",
        state=Payment.State.CAPTURED,
        amount_minor=777,
        currency="USD",
    )
    before = left_over()
    made = make_refund(order, 777, payment=twice)

    for _ in range(2):
        services.book_refund(step_in_hand(REFUND, made.pk))

    connection.check_constraints()
    assert left_over() == before
    assert Journal.objects.filter(kind__startswith="UNWANTED").count() == 2
    assert truths.broken() == []

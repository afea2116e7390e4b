"""Two orders of the same claims: one of them is paid, the other is not or goes back."""

import pytest

from catalog.models import Hold, StockLevel
from catalog.stock import services as catalog
from orders.checkout import services as checkout
from orders.checkout.models import Order
from orders.payments import sandbox, services
from orders.payments.models import Payment, Refund
from tests.make import ADDRESSES, make_order, make_variant


def order_again(order: Order) -> Order:
    """He went back, changed the address and ordered once more."""
    quoted = checkout.quote(bag=order.bag, hold_ids=None, country="US")
    return checkout.place_order(
        bag=order.bag,
        quote_id=quoted.quote.pk,
        email="buyer@example.org",
        address=ADDRESSES["US"],
    )


def counts(variant) -> tuple[int, int, int]:
    level = StockLevel.objects.get(pk=variant.pk)
    return level.on_hand, level.allocated, level.reserved


@pytest.fixture
def variant():
    return make_variant(on_hand=5)


@pytest.mark.django_db
def test_what_one_order_paid_the_other_cannot_pay(variant):
    first = make_order(variant=variant)
    second = order_again(first)
    services.begin_payment(order_id=second.pk, method=sandbox.PAYS_AT_ONCE)

    with pytest.raises(services.HoldRanOut):
        services.begin_payment(order_id=first.pk, method=sandbox.PAYS_AT_ONCE)

    assert counts(variant) == (5, 1, 0)
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_while_one_order_is_being_paid_the_other_waits(variant):
    first = make_order(variant=variant)
    second = order_again(first)
    services.begin_payment(order_id=first.pk, method="page")

    with pytest.raises(services.BeingPaid):
        services.begin_payment(order_id=second.pk, method="page")

    assert Hold.objects.get().state == Hold.State.PAYING
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_late_money_for_the_other_order_goes_back_and_sells_nothing_more(variant):
    first = make_order(variant=variant)
    second = order_again(first)
    late = services.begin_payment(order_id=first.pk, method=sandbox.DECLINES_AT_ONCE)
    services.begin_payment(order_id=second.pk, method=sandbox.PAYS_AT_ONCE)

    services.settle_payment(payment_id=late.pk, reference="r", amount=first.total)

    first.refresh_from_db()
    assert first.status == Order.Status.CANCELLED
    assert Refund.objects.get().payment_id == late.pk
    assert counts(variant) == (5, 1, 0)


@pytest.mark.django_db
def test_wrong_late_money_leaves_the_other_payments_hold_alone(variant):
    first = make_order(variant=variant)
    second = order_again(first)
    late = services.begin_payment(order_id=first.pk, method=sandbox.DECLINES_AT_ONCE)
    services.begin_payment(order_id=second.pk, method="page")

    services.settle_payment(payment_id=late.pk, reference="r", amount=first.total * 2)

    assert Hold.objects.get().state == Hold.State.PAYING
    assert counts(variant) == (5, 0, 1)


@pytest.mark.django_db
def test_an_order_whose_pieces_went_back_is_ended(variant):
    order = make_order(variant=variant)
    services.reconcile()
    order.refresh_from_db()
    assert order.status == Order.Status.AWAITING_PAYMENT

    catalog.release(hold_ids=order.hold_ids())
    services.reconcile()

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    with pytest.raises(services.HoldRanOut):
        services.begin_payment(order_id=order.pk, method="page")

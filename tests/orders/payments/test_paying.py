"""Paying twice pays once; money nobody can use goes back."""

import uuid

import pytest
from django.utils import timezone

from catalog.models import Hold, StockLevel
from catalog.stock import services as catalog
from donghai.money import Money
from donghai.steps.models import Step
from orders.checkout.models import Order
from orders.payments import sandbox, services
from orders.payments.models import Payment, Refund, SandboxCharge
from tests.catalog.test_stock import in_threads
from tests.make import make_order, make_variant


def jobs_of(subject_id: int) -> set[str]:
    return set(Step.objects.filter(subject_id=subject_id).values_list("job", flat=True))


@pytest.mark.django_db
def test_paying_allocates_the_stock_and_writes_down_what_happens_next():
    variant = make_variant(on_hand=10)
    order = make_order(variant=variant, quantity=2)

    payment = services.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)

    order.refresh_from_db()
    level = StockLevel.objects.get(pk=variant.pk)
    assert (payment.state, payment.pays_order) == ("CAPTURED", True)
    assert order.status == Order.Status.PAID
    assert (level.on_hand, level.allocated, level.reserved) == (10, 2, 0)
    assert set(services.AFTER_PAYMENT) <= jobs_of(order.pk)


@pytest.mark.django_db
def test_a_payment_told_twice_is_booked_once():
    order = make_order()
    payment = services.begin_payment(order_id=order.pk, method="page")

    for _ in range(2):
        services.settle_payment(
            payment_id=payment.pk, reference="pay_1", amount=order.total
        )

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    assert order.payments.captured().count() == 1
    assert Refund.objects.count() == 0


@pytest.mark.django_db
def test_a_second_click_gets_the_same_payment():
    order = make_order()

    first = services.begin_payment(order_id=order.pk, method="page")
    second = services.begin_payment(order_id=order.pk, method="page")

    assert first.pk == second.pk
    assert first.page_url
    charge = SandboxCharge.objects.get()
    assert charge.asked == 2


@pytest.mark.django_db
def test_the_wrong_sum_is_booked_and_sent_back():
    order = make_order()
    payment = services.begin_payment(order_id=order.pk, method="page")

    services.settle_payment(
        payment_id=payment.pk,
        reference="pay_1",
        amount=order.total - Money(1, order.currency),
    )

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert order.status == Order.Status.CANCELLED
    assert refund.amount == order.total - Money(1, order.currency)
    assert jobs_of(refund.pk) == {services.REFUND}


@pytest.mark.django_db
def test_a_declined_payment_leaves_the_pieces_held_for_another_try():
    variant = make_variant(on_hand=1)
    order = make_order(variant=variant)

    payment = services.begin_payment(order_id=order.pk, method=sandbox.DECLINES_AT_ONCE)

    assert payment.state == Payment.State.DECLINED
    assert Hold.objects.get().state == Hold.State.HELD
    again = services.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)
    assert again.pays_order


def let_the_hold_run_out(order: Order) -> None:
    payment = order.payments.get()
    services.decline_payment(payment_id=payment.pk, reference="given-up")
    Hold.objects.update(expires_at=timezone.now())
    catalog.expire_holds()


@pytest.mark.django_db
def test_late_money_takes_the_piece_again_when_it_is_still_there():
    variant = make_variant(on_hand=1)
    order = make_order(variant=variant)
    payment = services.begin_payment(order_id=order.pk, method="page")
    let_the_hold_run_out(order)

    services.settle_payment(payment_id=payment.pk, reference="r", amount=order.total)

    order.refresh_from_db()
    level = StockLevel.objects.get(pk=variant.pk)
    assert order.status == Order.Status.PAID
    assert (level.on_hand, level.allocated, level.reserved) == (1, 1, 0)


@pytest.mark.django_db
def test_late_money_goes_back_when_somebody_else_has_the_piece():
    variant = make_variant(on_hand=1)
    order = make_order(variant=variant)
    payment = services.begin_payment(order_id=order.pk, method="page")
    let_the_hold_run_out(order)
    catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())

    for _ in range(2):
        services.settle_payment(
            payment_id=payment.pk, reference="r", amount=order.total
        )

    order.refresh_from_db()
    level = StockLevel.objects.get(pk=variant.pk)
    assert order.status == Order.Status.CANCELLED
    assert (level.on_hand, level.allocated, level.reserved) == (1, 0, 1)
    assert Refund.objects.get().amount == order.total


@pytest.mark.django_db(transaction=True)
def test_return_page_and_webhook_and_reconciler_at_once_make_one_payment():
    order = make_order()
    payment = services.begin_payment(order_id=order.pk, method="page")
    sandbox.decide(reference=payment.reference, approve=True)

    results = in_threads(8, lambda i: services.ask(payment).pays_order)

    order.refresh_from_db()
    assert results == [True] * 8
    assert order.status == Order.Status.PAID
    assert order.payments.count() == 1
    assert Step.objects.filter(job="orders.book_payment").count() == 1


@pytest.mark.django_db
def test_a_webhook_before_the_response_settles_by_the_key():
    order = make_order()
    payment = services._open_payment(order.pk)
    sandbox.SandboxProvider().charge(
        key=payment.key,
        amount=payment.amount,
        method=sandbox.PAYS_AT_ONCE,
        return_url="",
    )

    for _ in range(2):
        services.take_notice(name="sandbox", event="e1", content={"key": payment.key})

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    with pytest.raises(services.AlreadyPaid):
        services.begin_payment(order_id=order.pk, method="page")
    assert order.payments.count() == 1

"""Paying: begun under a lock, asked outside of any transaction, settled once.

Return page, webhook, reconciler and the provider's answer all end in `settle_payment`.
Locks: the order, then its holds, then their stock rows by variant.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold
from catalog.stock import services as catalog
from donghai import sql, steps
from donghai.errors import Refused
from donghai.money import Money
from donghai.steps.models import Step
from orders.checkout import waiting
from orders.checkout.models import Claim, Order, OrderLine
from orders.payments.models import Notice, Payment, Refund
from orders.payments.provider import Charge, provider

log = logging.getLogger(__name__)

AFTER_PAYMENT = ("orders.pack_order", "orders.book_payment", "orders.tell_room")
REFUND = "orders.refund_payment"
BOOK_REFUND = "orders.book_refund"

SECOND_CHANCE = timedelta(minutes=5)  # to try another card after a refusal
ASK_AFTER = timedelta(seconds=20)  # no answer yet: ask the provider ourselves
GIVE_UP_AFTER = timedelta(minutes=30)


ORDER_OF = "SELECT id FROM orders_order WHERE number = %(number)s AND bag = %(bag)s"
LOCK_ORDER = """
SELECT {columns} FROM orders_order WHERE id = %(order)s FOR NO KEY UPDATE
"""
LOCK_ORDER_OF = """
SELECT {columns} FROM orders_order
WHERE id = (SELECT order_id FROM orders_payment WHERE id = %(payment)s)
FOR NO KEY UPDATE
"""
PAYMENT = "SELECT {columns} FROM orders_payment WHERE id = %(payment)s"
TRIED = "SELECT id, state FROM orders_payment WHERE order_id = %(order)s"
NOTE_PAGE = """
UPDATE orders_payment SET reference = %(reference)s, page_url = %(page)s
WHERE id = %(payment)s AND state = 'OPEN' RETURNING {columns}
"""
# The money, and with it the order if the money pays it.
BOOK = """
WITH booked AS (
    UPDATE orders_payment
    SET state = 'CAPTURED', ended_at = %(now)s, reference = %(reference)s,
        amount_minor = %(amount)s, pays_order = %(pays)s
    WHERE id = %(payment)s RETURNING order_id, pays_order)
UPDATE orders_order SET status = 'PAID', paid_at = %(now)s FROM booked
WHERE orders_order.id = booked.order_id AND booked.pays_order
"""


class NoSuchOrder(Refused):
    code = "unknown_order"
    title = _("There is no such order.")
    status = 404


class AlreadyPaid(Refused):
    code = "already_paid"
    title = _("This order is paid already.")


class HoldRanOut(Refused):
    code = "hold_expired"
    title = _("The time ran out and the pieces went back on sale. Claim them again.")


class UnknownMethod(Refused):
    code = "unknown_method"
    title = _("One cannot pay by %(method)s here.")
    status = 422


class BeingPaid(Refused):
    code = "being_paid"
    title = _("These pieces are being paid already, in another order of yours.")


def order_of(*, bag: UUID, number: str) -> int:
    """The id of an order this bag placed; NoSuchOrder for any other."""
    found = sql.row(ORDER_OF, bag=bag, number=number)
    if found is None:
        raise NoSuchOrder()
    return int(found.id)


def begin_payment(*, order_id: int, method: str, return_url: str = "") -> Payment:
    """Ask the provider for an order's money; a second click gets the same payment.

    The holds come under payment first, so that they outlast it. Refuses a paid order
    and one whose holds ran out.
    """
    if method not in provider().methods:
        raise UnknownMethod(method=method)
    payment = _open_payment(order_id)
    charge = provider().charge(
        key=payment.key,
        amount=payment.amount,
        method=method,
        return_url=return_url,
    )
    return apply(payment.pk, charge)


@transaction.atomic
def _open_payment(order_id: int) -> Payment:
    order = sql.one(Order, LOCK_ORDER, order=order_id)
    if order is None:
        raise NoSuchOrder()
    if order.status == Order.Status.PAID:
        raise AlreadyPaid()
    tried = sql.rows(TRIED, order=order_id)
    for payment in tried:
        if payment.state == Payment.State.OPEN:
            return Payment.objects.get(pk=payment.id)
    if order.status != Order.Status.AWAITING_PAYMENT:
        raise HoldRanOut()
    _put_under_payment(order.hold_ids())
    payment = Payment(
        order=order,
        provider=provider().name,
        key=f"{order.number}/{len(tried) + 1}",
        amount_minor=order.total_minor,
        currency=order.currency,
    )
    sql.insert(payment)
    return payment


def _put_under_payment(holds: Sequence[int]) -> None:
    """All of them, or a refusal that says whether another order is paying for one."""
    if catalog.begin_paying(hold_ids=holds) == len(holds):
        return
    paying = Hold.objects.filter(pk__in=holds, state=Hold.State.PAYING).count()
    raise BeingPaid() if paying == len(holds) else HoldRanOut()


def apply(payment_id: int, charge: Charge) -> Payment:
    """Take in what the provider says of a payment, whoever asked it."""
    if charge.state == Payment.State.CAPTURED:
        return settle_payment(
            payment_id=payment_id, reference=charge.reference, amount=charge.amount
        )
    if charge.state == Payment.State.DECLINED:
        return decline_payment(payment_id=payment_id, reference=charge.reference)
    waiting = sql.one(
        Payment,
        NOTE_PAGE,
        payment=payment_id,
        reference=charge.reference,
        page=charge.page_url,
    )
    return waiting or Payment.objects.get(pk=payment_id)


@transaction.atomic
def settle_payment(*, payment_id: int, reference: str, amount: Money) -> Payment:
    """Book money the provider says it received: once per payment, however often told.

    Locks the order, then holds and stock. Money is booked even when the order no longer
    wants it, its pieces are gone or the sum is wrong; then it is refunded instead.
    """
    payment = _locked(payment_id)
    if payment.state == Payment.State.CAPTURED:
        return payment
    order, was_open = payment.order, payment.state == Payment.State.OPEN
    payment.state, payment.ended_at = Payment.State.CAPTURED, timezone.now()
    payment.reference, payment.amount_minor = reference, amount.minor
    payment.pays_order = (
        order.status != Order.Status.PAID
        and amount == order.total
        and (was_open or not _is_sold(order))
        and _sell(order)
    )
    sql.change(
        BOOK,
        payment=payment_id,
        reference=reference,
        amount=amount.minor,
        pays=payment.pays_order,
        now=payment.ended_at,
    )
    if not payment.pays_order:
        _refuse(payment, was_open=was_open)
        return payment
    order.status, order.paid_at = Order.Status.PAID, payment.ended_at
    steps.schedule(*AFTER_PAYMENT, subject_id=order.pk)
    return payment


@transaction.atomic
def decline_payment(*, payment_id: int, reference: str) -> Payment:
    """The provider says no. The pieces stay held for a second chance."""
    payment = _locked(payment_id)
    if payment.state != Payment.State.OPEN:
        return payment
    payment.state, payment.ended_at = Payment.State.DECLINED, timezone.now()
    payment.reference = reference
    payment.save(update_fields=["state", "ended_at", "reference"])
    catalog.stop_paying(
        hold_ids=payment.order.hold_ids(), until=timezone.now() + SECOND_CHANCE
    )
    return payment


def withdraw_order(*, order_id: int) -> None:
    """The buyer thinks again: the order and its open charge end, the holds do not.

    What was paid meanwhile stays paid.
    """
    for payment in Payment.objects.open().filter(order=order_id):
        charge = provider().cancel(payment.key)
        if charge is not None:
            apply(payment.pk, charge)
    paying = Payment.objects.open().filter(order=OuterRef("pk"))
    Order.objects.waiting().filter(~Exists(paying), pk=order_id).update(
        status=Order.Status.CANCELLED
    )


def take_notice(*, name: str, event: str, content: dict[str, Any]) -> None:
    """A provider's webhook, verified by the caller: kept as it came, then acted on.

    The notice is only a hint: what counts is what the provider says when asked.
    """
    Notice.objects.bulk_create(
        [Notice(provider=name, event=event, content=content)], ignore_conflicts=True
    )
    payment = Payment.objects.filter(provider=name, key=content["key"]).first()
    if payment is not None and payment.state != Payment.State.CAPTURED:
        ask(payment)


def ask(payment: Payment) -> Payment:
    """Ask the provider how a payment stands and take in the answer."""
    charge = provider().find(payment.key)
    return apply(payment.pk, charge) if charge else payment


def reconcile() -> int:
    """Ask about every payment that stays open, and close those nobody will finish.

    One that can't be asked about keeps no other waiting. Returns how many there were.
    """
    waiting = Payment.objects.open().filter(begun_at__lte=timezone.now() - ASK_AFTER)
    found = list(waiting.order_by("pk")[:200])
    for payment in found:
        try:
            _chase(payment)
        except Exception as error:
            facts = {"payment": payment.pk, "error": type(error).__name__}
            log.warning("payment not reconciled", extra=facts)
    _cancel_forgotten()
    return len(found)


def _cancel_forgotten() -> None:
    """End orders whose pieces went back: they wait for money that nobody will ask for.

    Should money come all the same, `settle_payment` tries for the pieces once more.
    """
    held = OrderLine.objects.filter(
        order=OuterRef("pk"), claim__hold__state__in=Hold.OPEN
    )
    paying = Payment.objects.open().filter(order=OuterRef("pk"))
    Order.objects.waiting().filter(~Exists(held), ~Exists(paying)).update(
        status=Order.Status.CANCELLED
    )


def _chase(payment: Payment) -> None:
    if payment.begun_at > timezone.now() - GIVE_UP_AFTER:
        ask(payment)
        return
    charge = provider().cancel(payment.key)
    if charge is None:
        decline_payment(payment_id=payment.pk, reference=payment.key)
    else:
        apply(payment.pk, charge)


def refund_payment(step: Step) -> None:
    """Send a refund's money back at the provider; the step's subject is the refund."""
    refund = Refund.objects.select_related("payment").get(pk=step.subject_id)
    reference = provider().refund(
        key=refund.key,
        reference=refund.payment.reference or "",
        amount=refund.amount,
    )
    with steps.finishing(step):
        refund.state, refund.done_at = Refund.State.DONE, timezone.now()
        refund.reference = reference
        refund.save(update_fields=["state", "done_at", "reference"])
        steps.schedule(BOOK_REFUND, subject_id=refund.pk)


def _locked(payment_id: int) -> Payment:
    """The payment and its order, the order's row locked."""
    order = sql.one(Order, LOCK_ORDER_OF, payment=payment_id)
    payment = sql.one(Payment, PAYMENT, payment=payment_id)
    if order is None or payment is None:
        raise Payment.DoesNotExist(payment_id)
    payment.order = order
    return payment


def _is_sold(order: Order) -> bool:
    """Whether another order of the same claims was paid meanwhile."""
    sold = Hold.objects.filter(pk__in=order.hold_ids(), state=Hold.State.CONSUMED)
    return sold.exists()


def _sell(order: Order) -> bool:
    """Turn the order's holds into sold units; hold again what ran out meanwhile.

    All or nothing: False, with nothing changed, when a piece went to somebody else.
    """
    holds = order.hold_ids()
    try:
        with transaction.atomic():
            sold = set(catalog.consume(hold_ids=holds))
            if len(sold) < len(holds):
                _hold_again(order, sorted(set(holds) - sold))
    except catalog.NotEnoughStock:
        return False
    return True


def _hold_again(order: Order, ended: Sequence[int]) -> None:
    claims = Claim.objects.filter(hold_id__in=ended).select_related("listing")
    for claim in claims.order_by("listing__variant_id", "pk"):
        held = catalog.hold(
            variant_id=claim.listing.variant_id,
            quantity=claim.quantity,
            bag=order.bag,
        )
        claim.hold_id = held.id
        claim.save(update_fields=["hold"])
        catalog.consume(hold_ids=[held.id])


def _refuse(payment: Payment, *, was_open: bool) -> None:
    """Money nobody can use: all of it goes back, and the order ends unless paid.

    Holds that this payment had go back on sale; those under another one stay there.
    """
    order = payment.order
    if order.status == Order.Status.AWAITING_PAYMENT:
        order.status = Order.Status.CANCELLED
        order.save(update_fields=["status"])
        give_back = catalog.release_unpaid if was_open else catalog.release
        give_back(hold_ids=order.hold_ids())
        for line in order.lines.all():
            transaction.on_commit(partial(waiting.move, line.variant_id), robust=True)
    refund = Refund.objects.create(
        payment=payment,
        key=f"{payment.key}/refund",
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason="order_cannot_take_it",
    )
    steps.schedule(REFUND, subject_id=refund.pk)

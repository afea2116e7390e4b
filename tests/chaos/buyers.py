"""What people do in one run, and what must come of it."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from catalog.connections.models import WebhookMark
from catalog.models import Hold, Variant
from donghai import steps
from livestream.models import Listing
from orders.checkout.models import Order
from orders.management import truths
from orders.payments import sandbox
from orders.payments import services as payments
from orders.payments.models import Payment, Refund, SandboxCharge
from orders.shipping import services as shipping
from orders.shipping.models import ParcelOrder
from tests.catalog.connections.receiver import Receiver
from tests.chaos.world import Storm
from tests.make import (
    make_endpoint,
    make_listing,
    make_merchant,
    make_order,
    make_session,
    make_variant,
)

TOLD = ("once", "twice", "late", "lost")


@dataclass
class Shop:
    """Two sessions in two markets that show a piece with plenty in stock.

    Its merchant's till is told of everything.
    """

    till: Receiver
    austin: Listing = field(init=False)
    puebla: Listing = field(init=False)

    def __post_init__(self) -> None:
        merchant = make_merchant()
        make_endpoint(merchant, self.till.url)
        plenty = make_variant(merchant=merchant, on_hand=10_000)
        self.austin = make_listing(session=make_session(country="US"), variant=plenty)
        self.puebla = make_listing(
            session=make_session(country="MX"), variant=plenty, retail="600.00"
        )


@dataclass
class Run:
    """One run: who ordered what, and how it was meant to end."""

    paid: list[Order] = field(default_factory=list)
    too_late: list[Order] = field(default_factory=list)
    parcels: int = 0


def play(shop: Shop, storm: Storm, chance: random.Random) -> Run:
    """Buy, and wait in the storm until all that follows is done."""
    run = Run()
    with override_settings(SANDBOX_WEBHOOKS=chance.choice(TOLD)):
        run.paid += two_orders_in_one_parcel(shop)
        run.paid.append(an_order_by_the_second_card(shop))
    with override_settings(SANDBOX_WEBHOOKS=chance.choice(("once", "twice"))):
        run.too_late.append(money_that_came_too_late(run, shop, storm))
    orders = [order.pk for order in run.paid]
    paid = Order.objects.paid().filter(pk__in=orders)
    storm.until(lambda: paid.count() == len(orders), "all orders being paid")
    ask_for_a_part_back(run.paid[0])
    packed = ParcelOrder.objects.filter(order__in=orders)
    storm.until(lambda: packed.count() == len(orders), "all orders being packed")
    run.parcels = packed.values("parcel").distinct().count()
    for order in run.paid:
        shipping.send_now(order_id=order.pk)
    storm.until(lambda: not list(truths.unfinished()), "an end of all work")
    storm.until(lambda: not WebhookMark.objects.exists(), "messages of all marks")
    storm.until(lambda: not list(truths.unfinished()), "an end of all messages")
    return run


def order_now(listing: Listing, country: str, bag: uuid.UUID | None = None) -> Order:
    return make_order(listing=listing, country=country, bag=bag)


def pay_at_once(order: Order) -> Payment:
    return payments.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)


def two_orders_in_one_parcel(shop: Shop) -> list[Order]:
    bag = uuid.uuid4()
    orders = []
    for _ in range(2):
        orders.append(order_now(shop.austin, "US", bag))
        pay_at_once(orders[-1])
    return orders


def an_order_by_the_second_card(shop: Shop) -> Order:
    order = order_now(shop.puebla, "MX")
    payments.begin_payment(order_id=order.pk, method=sandbox.DECLINES_AT_ONCE)
    payment = payments.begin_payment(order_id=order.pk, method="page")
    press_pay(payment)
    return order


def money_that_came_too_late(run: Run, shop: Shop, storm: Storm) -> Order:
    """The last piece runs out for one, goes to another, and then the one pays."""
    variant: Variant = make_variant(on_hand=1)
    last_piece = make_listing(session=shop.austin.session, variant=variant)
    slow = order_now(last_piece, "US")
    payment = payments.begin_payment(order_id=slow.pk, method="page")
    payments.decline_payment(payment_id=payment.pk, reference=f"{payment.key}/over")
    Hold.objects.filter(pk__in=slow.hold_ids()).update(expires_at=timezone.now())
    expired = Hold.objects.filter(pk__in=slow.hold_ids(), state=Hold.State.EXPIRED)
    storm.until(expired.exists, "the hold's end")
    quick = order_now(last_piece, "US")
    pay_and_never_hear_back(quick)
    press_pay(payment)
    run.paid.append(quick)
    return slow


def pay_and_never_hear_back(order: Order) -> None:
    """Our own process died while the provider took the money."""
    payment = payments._open_payment(order.pk)
    sandbox.SandboxProvider().charge(
        key=payment.key,
        amount=payment.amount,
        method=sandbox.PAYS_AT_ONCE,
        return_url="",
    )


def press_pay(payment: Payment) -> None:
    charge = SandboxCharge.objects.get(key=payment.key)
    sandbox.decide(reference=charge.reference, approve=True)


@transaction.atomic
def ask_for_a_part_back(order: Order) -> None:
    """A third of a paid order's money goes back, as a clerk would decide it."""
    payment: Any = order.payments.get(pays_order=True)
    refund = Refund.objects.create(
        payment=payment,
        key=f"{payment.key}/part",
        amount_minor=payment.amount_minor // 3,
        currency=payment.currency,
        reason="part",
    )
    steps.schedule(payments.REFUND, subject_id=refund.pk)

"""From captured money to shares in yuan that can be paid out; and back, for refunds.

    payment     what the buyer paid, by what it was for, in the currency of the sale
    split       the goods' part becomes shares in yuan, as fixed at the sale
    clearing    the provider's money is at the bank
    conversion  it becomes yuan at a dealt rate; costs are owed in yuan from here on
    payable     delivered: shares can be paid when the time for returns is over
    refund      the same way back (see refunds.py)

After its conversion an order has nothing left on any foreign account, and what the
rate moved between sale and deal stands in FOREX_RESULT. Locks: the order. Every journal
has a key, so a step that runs twice books once.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from donghai import steps
from donghai.money import Money, total
from donghai.steps.models import Step
from orders.checkout.models import Order, Split
from orders.payments.models import Refund
from orders.settlement import bank, ledger, parts, refunds
from orders.settlement.ledger import Leg
from orders.settlement.models import Account, Journal, Payable
from orders.settlement.parts import GOODS, YUAN, Parts
from orders.shipping.models import Parcel

LOOK_AGAIN_SECONDS = 5.0


def book_payment(step: Step) -> None:
    """Book what a paid order brought in, and the shares fixed at its sale."""
    order = Order.objects.paid().get(pk=step.subject_id)
    paid = parts.paid(order)
    with steps.finishing(step):
        ledger.book(
            key=f"payment/{order.pk}",
            kind=Journal.Kind.PAYMENT,
            legs=[Leg(Account.PROVIDER_CLEARING, order.total), *parts.legs(paid, -1)],
            order=order,
        )
        ledger.book(
            key=f"split/{order.pk}",
            kind=Journal.Kind.SPLIT,
            legs=_split_legs(order, paid[GOODS]),
            order=order,
        )
        steps.schedule("orders.clear_funds", subject_id=order.pk)


def clear_funds(step: Step) -> None:
    """The provider's money reached the bank. The sandbox's does so at once."""
    order = Order.objects.paid().get(pk=step.subject_id)
    with steps.finishing(step):
        ledger.book(
            key=f"clearing/{order.pk}",
            kind=Journal.Kind.CLEARING,
            legs=[
                Leg(Account.BANK, order.total),
                Leg(Account.PROVIDER_CLEARING, -order.total),
            ],
            order=order,
        )
        steps.schedule("orders.convert_funds", subject_id=order.pk)


def convert_funds(step: Step) -> None:
    """Sell an order's foreign money for yuan at the rate the bank deals; yuan stays."""
    order = Order.objects.paid().get(pk=step.subject_id)
    if order.currency == YUAN:
        with steps.finishing(step):
            return
    rate = bank.bank().deal(key=step.reference, amount=order.total)
    paid = parts.paid(order)
    with steps.finishing(step):
        converted = bank.keep(order, order.total, rate, key=step.reference)
        ledger.book(
            key=f"conversion/{order.pk}",
            kind=Journal.Kind.CONVERSION,
            legs=_conversion_legs(order, paid, converted.to_amount),
            order=order,
        )


def make_payable(step: Step) -> None:
    """A parcel arrived: what is left of its shares falls due after the return window.

    Locks each order of the parcel, by id.
    """
    parcel = Parcel.objects.get(pk=step.subject_id, delivered_at__isnull=False)
    with steps.finishing(step):
        orders = Order.objects.filter(parcel_order__parcel=parcel).order_by("pk")
        for order in orders.select_for_update(no_key=True, of=("self",)):
            _require_booked(f"split/{order.pk}")
            _make_payable(order, parcel)


def book_refund(step: Step) -> None:
    """Book money sent back to a buyer; the step's subject is the refund.

    An unwanted payment just goes back. A paid order's refund waits until the order's
    own money is settled, then takes back the same part of everything.
    """
    refund = Refund.objects.select_related("payment__order").get(pk=step.subject_id)
    order = refund.payment.order
    if not refund.payment.pays_order:
        with steps.finishing(step):
            refunds.book_unwanted(refund.payment, refund)
        return
    last = "clearing" if order.currency == YUAN else "conversion"
    _require_booked(f"{last}/{order.pk}")
    rate = None
    if order.currency != YUAN:
        rate = bank.bank().deal(key=step.reference, amount=-refund.amount)
    with steps.finishing(step):
        refunds.take_back(refund, rate, key=step.reference)


def _split_legs(order: Order, goods: Money) -> list[Leg]:
    """Goods out of clearing, shares in; foreign goods pass through FOREX."""
    shares = parts.shares(order)
    legs = [
        Leg(GOODS, goods),
        *(Leg(parts.PENDING_OF_PARTY[s.party], -s.amount, s) for s in shares),
    ]
    if order.currency != YUAN:
        yuan = total([share.amount for share in shares], YUAN)
        legs += [Leg(Account.FOREX, -goods), Leg(Account.FOREX, yuan)]
    return legs


def _conversion_legs(order: Order, paid: Parts, yuan: Money) -> list[Leg]:
    """Foreign accounts to zero, costs owed in yuan; the rest is the rate's doing."""
    weights = [amount.minor for amount in paid.values()]
    turned = dict(zip(paid, yuan.split(weights), strict=True))
    shared = total([share.amount for share in parts.shares(order)], YUAN)
    legs = [
        Leg(Account.BANK, -order.total),
        Leg(Account.BANK, yuan),
        Leg(Account.FOREX, paid[GOODS]),
        Leg(Account.FOREX, -shared),
        Leg(Account.FOREX_RESULT, shared - turned[GOODS]),
    ]
    for account in paid:
        if account != GOODS:
            legs += [Leg(account, paid[account]), Leg(account, -turned[account])]
    return legs


def _make_payable(order: Order, parcel: Parcel) -> None:
    left = parts.shares_left(order)
    due = [
        share
        for share in parts.shares(order)
        if share.party in parts.PAYABLE_OF_PARTY and left.get(share.pk)
    ]
    journal = ledger.book(
        key=f"payable/{order.pk}",
        kind=Journal.Kind.PAYABLE,
        legs=[leg for share in due for leg in _falls_due(share, left[share.pk])],
        order=order,
        parcel=parcel,
    )
    if journal is None or parcel.delivered_at is None:
        return
    delivered_on = parcel.delivered_at.astimezone(ZoneInfo(settings.HOME_ZONE)).date()
    payable_on = delivered_on + timedelta(days=settings.RETURN_WINDOW_DAYS)
    Payable.objects.bulk_create(
        [
            Payable(
                split=share,
                amount_minor=left[share.pk].minor,
                payable_on=payable_on,
                journal=journal,
                **_person(share),
            )
            for share in due
        ],
        ignore_conflicts=True,
    )


def _falls_due(share: Split, amount: Money) -> tuple[Leg, Leg]:
    return (
        Leg(parts.PENDING_OF_PARTY[share.party], amount, share),
        Leg(parts.PAYABLE_OF_PARTY[share.party], -amount, share),
    )


def _person(share: Split) -> dict[str, Any]:
    if share.party == Split.Party.MERCHANT:
        return {"party": share.party, "merchant_id": share.line.merchant_id}
    return {"party": share.party, "host_id": share.line.host_id}


def _require_booked(key: str) -> None:
    """What this rests on comes from another step; wait for it."""
    if not Journal.objects.filter(key=key).exists():
        raise steps.NotYet(LOOK_AGAIN_SECONDS)

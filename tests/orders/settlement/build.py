"""Paid orders of any currency and make-up, and a bank that deals at a chosen rate."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from donghai.models import ExchangeRate
from donghai.money import Money, total
from orders.checkout.models import Claim, Order, OrderLine, Quote, QuoteLine, Split
from orders.payments.models import Payment, Refund
from orders.settlement import services
from tests.orders.later import step_in_hand

HOST_PERCENT = 32
_serial = itertools.count(1)


def make_rate(base: str, rate: Decimal, source: str = "ECB") -> ExchangeRate:
    """A row of its own day, so that any number of them can stand side by side."""
    day = date(2000, 1, 1) + timedelta(days=next(_serial))
    return ExchangeRate.objects.create(
        source=source, base=base, quote="CNY", rate=rate, valid_on=day
    )


class FixedBank:
    """A bank that deals at whatever rate the test says; set `dealt` first."""

    dealt: ExchangeRate

    def deal(self, *, key: str, amount: Money) -> ExchangeRate:
        return self.dealt


@dataclass(frozen=True)
class Sale:
    """What a test decides about an order; minor units of `currency`."""

    currency: str
    goods: Sequence[int]  # one for each line
    freight: int = 0
    duty: int = 0
    tax: int = 0
    fee: int = 0
    merchant_percent: int = 60
    rate: Decimal = Decimal(7)


def make_sale(sale: Sale, claims: Sequence[Claim]) -> Order:
    """A paid order with its quote, lines and shares, written row by row."""
    kinds = [("GOODS", minor) for minor in sale.goods]
    kinds += [("FREIGHT", sale.freight), ("DUTY", sale.duty)]
    kinds += [("TAX", sale.tax), ("FEE", sale.fee)]
    whole = sum(minor for _, minor in kinds)
    bag = uuid.uuid4()
    facts = {"bag": bag, "country": "DE", "currency": sale.currency}
    quote = Quote.objects.create(total_minor=whole, expires_at=timezone.now(), **facts)
    QuoteLine.objects.bulk_create(
        QuoteLine(
            quote=quote,
            position=position,
            kind=kind,
            label=kind,
            amount_minor=minor,
            currency=sale.currency,
            rule="TEST",
        )
        for position, (kind, minor) in enumerate(kinds)
    )
    order = Order.objects.create(
        number=f"T{next(_serial)}",
        quote=quote,
        status=Order.Status.PAID,
        paid_at=timezone.now(),
        total_minor=whole,
        **facts,
    )
    Payment.objects.create(
        order=order,
        provider="test",
        key=order.number,
        state=Payment.State.CAPTURED,
        pays_order=True,
        amount_minor=whole,
        currency=sale.currency,
    )
    _add_lines(order, sale, claims)
    return order


def _add_lines(order: Order, sale: Sale, claims: Sequence[Claim]) -> None:
    is_foreign = sale.currency != "CNY"
    rate = make_rate(sale.currency, sale.rate) if is_foreign else None
    for minor, claim in zip(sale.goods, claims, strict=False):
        listing = claim.listing
        line = OrderLine.objects.create(
            order=order,
            claim=claim,
            variant=listing.variant,
            merchant=listing.variant.product.merchant,
            host=listing.session.host,
            session=listing.session,
            quantity=1,
            unit_price_minor=minor,
            currency=sale.currency,
        )
        yuan = rate.convert(line.total) if rate else line.total
        percents = [sale.merchant_percent, HOST_PERCENT]
        percents.append(100 - sum(percents))
        shares = zip(Split.Party, yuan.split(percents), strict=True)
        Split.objects.bulk_create(
            Split(line=line, party=party, amount_minor=amount.minor, rate=rate)
            for party, amount in shares
        )


def settle(order: Order) -> None:
    """Book, clear and convert."""
    services.book_payment(step_in_hand("orders.book_payment", order.pk))
    services.clear_funds(step_in_hand("orders.clear_funds", order.pk))
    services.convert_funds(step_in_hand("orders.convert_funds", order.pk))


def make_refund(order: Order, minor: int, payment: Payment | None = None) -> Refund:
    payment = payment or order.payments.get(pays_order=True)
    return Refund.objects.create(
        payment=payment,
        key=f"{order.number}/{next(_serial)}",
        amount_minor=minor,
        currency=payment.currency,
        reason="test",
        state=Refund.State.DONE,
    )


def refund(order: Order, minor: int) -> Refund:
    """A refund the provider has sent, booked."""
    made = make_refund(order, minor)
    services.book_refund(step_in_hand("orders.book_refund", made.pk))
    return made


def sum_of(amounts: Sequence[Money], currency: str) -> int:
    return total(amounts, currency).minor

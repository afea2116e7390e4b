"""Who turns foreign money into yuan, and at what rate.

A bank is told a key and an amount and answers with a rate row of source DEALT: the rate
it really gave. A negative amount is foreign money bought back for a refund: a negative
item in the day's batch, and so at the day's rate.
"""

from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.db.models import F
from django.utils.module_loading import import_string

from donghai import steps
from donghai.home import home_day
from donghai.models import ExchangeRate
from donghai.money import Money
from livestream.sessions.pricing import rate_into_yuan
from orders.checkout.models import Order
from orders.payments.models import Refund
from orders.settlement.models import Conversion, SandboxDeal

ADAPTERS = {
    "sandbox": "orders.settlement.bank.SandboxBank",
    "by_hand": "orders.settlement.bank.ByHand",
}
SANDBOX_SPREAD = Decimal("0.003")
EIGHT_PLACES = Decimal("1e-8")
LOOK_AGAIN_SECONDS = 600.0


class Bank(Protocol):
    """Every call may be repeated: the same key means the same deal."""

    def deal(self, *, key: str, amount: Money) -> ExchangeRate:
        """Sell `amount` for yuan; the rate it was dealt at."""


class SandboxBank:
    """Gives the newest ECB rate less 0.3 %, one rate a day, and keeps its own book."""

    def deal(self, *, key: str, amount: Money) -> ExchangeRate:
        deal, is_new = SandboxDeal.objects.get_or_create(
            key=key,
            defaults={
                "amount_minor": amount.minor,
                "currency": amount.currency,
                "rate": _rate_of_today(amount.currency),
            },
        )
        if not is_new:
            SandboxDeal.objects.filter(pk=deal.pk).update(asked=F("asked") + 1)
        return deal.rate


class ByHand:
    """An accountant deals with the bank and enters the day's rate in the admin.

    Until then the money waits.
    """

    def deal(self, *, key: str, amount: Money) -> ExchangeRate:
        dealt = _dealt(amount.currency)
        if dealt is None:
            raise steps.NotYet(LOOK_AGAIN_SECONDS)
        return dealt


def bank() -> Bank:
    """The adapter named by FX_BANK."""
    adapter: type[Bank] = import_string(ADAPTERS[settings.FX_BANK])
    return adapter()


def keep(
    order: Order,
    amount: Money,
    rate: ExchangeRate,
    *,
    key: str,
    refund: Refund | None = None,
) -> Conversion:
    """Write down, once per key, what `amount` of an order's money came to in yuan."""
    yuan = rate.convert(amount)
    return Conversion.objects.get_or_create(
        key=key,
        defaults={
            "order": order,
            "refund": refund,
            "from_minor": amount.minor,
            "from_currency": amount.currency,
            "to_minor": yuan.minor,
            "to_currency": yuan.currency,
            "rate": rate,
        },
    )[0]


def _dealt(currency: str) -> ExchangeRate | None:
    return ExchangeRate.objects.filter(
        source=ExchangeRate.Source.DEALT,
        base=currency,
        quote="CNY",
        valid_on=home_day(),
    ).first()


def _rate_of_today(currency: str) -> ExchangeRate:
    today = home_day()
    reference = rate_into_yuan(currency, today)
    if reference is None:
        raise ValueError("yuan is not dealt for yuan")
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                source=ExchangeRate.Source.DEALT,
                base=currency,
                quote="CNY",
                quantity=reference.quantity,
                rate=(reference.rate * (1 - SANDBOX_SPREAD)).quantize(EIGHT_PLACES),
                valid_on=today,
            )
        ],
        ignore_conflicts=True,
    )
    return ExchangeRate.objects.get(
        source=ExchangeRate.Source.DEALT, base=currency, quote="CNY", valid_on=today
    )

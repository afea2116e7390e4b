"""What a merchant sold and what became of the money. Reads only.

Sold is her share as fixed at the sale, by the day it was paid for in Donghai; taken
back is what refunds took of it. What she is owed stands in the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import DateField, Q, Sum
from django.db.models.functions import Trunc

from catalog.models import Merchant
from donghai.home import home_day
from donghai.money import Money
from orders.checkout.models import Order, OrderLine, Split
from orders.settlement.models import Account, Journal, Payable, Posting

YUAN = "CNY"


class By(StrEnum):
    """How results are cut: the last 30 days, or the last 12 months."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """One bar: a day, or the month that begins on it."""

    begins: date
    pieces: int
    sold: Money
    taken_back: Money


@dataclass(frozen=True, slots=True)
class Owed:
    """A merchant's money now: before delivery, in the time for returns, and due."""

    pending: Money
    later: Money
    due: Money


def periods(merchant: Merchant, by: By) -> list[Period]:
    """The last 30 days or 12 months in Donghai, the newest last, those without too."""
    days = list(_begins(by, home_day()))
    since = datetime.combine(days[0], time(), ZoneInfo(settings.HOME_ZONE))
    lines = OrderLine.objects.filter(
        merchant=merchant, order__status=Order.Status.PAID, order__paid_at__gte=since
    )
    pieces = _sums(lines, "order__paid_at", "quantity", by)
    shares = Split.objects.filter(line__in=lines, party=Split.Party.MERCHANT)
    sold = _sums(shares, "line__order__paid_at", "amount_minor", by)
    back = _sums(_taken_back(merchant, since), "journal__booked_at", "amount_minor", by)
    return [
        Period(
            begins=day,
            pieces=pieces.get(day, 0),
            sold=Money(sold.get(day, 0), YUAN),
            taken_back=Money(back.get(day, 0), YUAN),
        )
        for day in days
    ]


def owed(merchant: Merchant) -> Owed:
    """From the ledger's two accounts of the merchant, and the days of its payables."""
    mine = Posting.objects.filter(merchant=merchant)
    balances = mine.balances()
    nothing = Money.zero(YUAN)
    pending = -balances.get((Account.MERCHANT_PENDING, YUAN), nothing)
    payable = -balances.get((Account.MERCHANT_PAYABLE, YUAN), nothing)
    later = Payable.objects.filter(merchant=merchant, payable_on__gt=home_day())
    sums = later.aggregate(minor=Sum("amount_minor", default=0))
    waits = Money(int(sums["minor"]), YUAN)
    return Owed(pending=pending, later=waits, due=payable - waits)


def _taken_back(merchant: Merchant, since: datetime) -> Any:
    """What refunds, and corrections of refunds, moved on the merchant's accounts."""
    kind = Journal.Kind.SHARES_BACK
    return Posting.objects.filter(
        Q(journal__kind=kind) | Q(journal__reverses__kind=kind),
        merchant=merchant,
        journal__booked_at__gte=since,
    )


def _sums(rows: Any, moment: str, amount: str, by: By) -> dict[date, int]:
    """Sums by the day or month of a moment, by Donghai's clock."""
    zone = ZoneInfo(settings.HOME_ZONE)
    begins = Trunc(moment, by.value, output_field=DateField(), tzinfo=zone)
    sums = rows.order_by().values_list(begins).annotate(Sum(amount))
    return {day: int(minor) for day, minor in sums}


def _begins(by: By, today: date) -> Iterator[date]:
    if by == By.DAY:
        yield from (today - timedelta(days=ago) for ago in range(29, -1, -1))
        return
    this = today.year * 12 + today.month - 1
    for month in range(this - 11, this + 1):
        yield date(month // 12, month % 12 + 1, 1)

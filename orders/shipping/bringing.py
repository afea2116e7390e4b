"""What merchants must bring to the hub: paid pieces whose parcel is not packed yet.

A pick list tells pieces, counts and times. It never tells who bought them or where
they go: the hub knows that, and a stall need not.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from catalog.models import Merchant, StockMovement, Variant
from orders.checkout.models import Order, OrderLine
from orders.shipping import services
from orders.shipping.models import Parcel


@dataclass(frozen=True, slots=True)
class Pick:
    """One line of a pick list. `until` is the earliest cut-off of its parcels."""

    night: date
    variant: Variant
    quantity: int
    paid_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Night:
    """The picks of one night, and how many pieces they are."""

    night: date
    picks: list[Pick]
    pieces: int


@dataclass(frozen=True, slots=True)
class Stall:
    """What one merchant brings: a page of paper."""

    merchant: Merchant
    nights: list[Night]
    pieces: int


def waiting() -> QuerySet[OrderLine]:
    """Paid lines, not taken back, in no parcel yet or in one that is still open."""
    unsold = StockMovement.objects.filter(
        hold=OuterRef("claim__hold"), kind=StockMovement.Kind.UNSOLD
    )
    lines = OrderLine.objects.filter(order__status=Order.Status.PAID)
    return lines.exclude(Exists(unsold)).filter(
        Q(order__parcel_order__isnull=True)
        | Q(order__parcel_order__parcel__state=Parcel.State.OPEN)
    )


def pieces(merchant: Merchant) -> int:
    """How many pieces a merchant has to bring."""
    mine = waiting().filter(merchant=merchant)
    return int(mine.aggregate(n=Sum("quantity", default=0))["n"])


def of_merchant(merchant: Merchant) -> Stall:
    """A merchant's own list."""
    return _stall(merchant, waiting().filter(merchant=merchant))


def of_all(*, prefix: str = "", most: int) -> tuple[list[Stall], int]:
    """The stalls that bring something, by stall number, and how many more there are.

    `prefix` begins the stall's number: a hall or a row of the market.
    """
    merchants = Merchant.objects.filter(
        pk__in=waiting().values("merchant"), stall__istartswith=prefix
    )
    ordered = sorted(merchants, key=_by_number)
    shown = ordered[:most]
    lines: dict[int, list[OrderLine]] = {merchant.pk: [] for merchant in shown}
    for line in _with_facts(waiting().filter(merchant__in=shown)):
        lines[line.merchant_id].append(line)
    stalls = [_stall(merchant, lines[merchant.pk]) for merchant in shown]
    return stalls, len(ordered) - len(shown)


def _stall(merchant: Merchant, lines: Iterable[OrderLine]) -> Stall:
    if isinstance(lines, QuerySet):
        lines = _with_facts(lines)
    picks = sorted(_picks(lines), key=lambda pick: (pick.night, pick.variant.sku))
    nights = [
        Night(night, rows, sum(row.quantity for row in rows))
        for night, group in groupby(picks, lambda pick: pick.night)
        for rows in [list(group)]
    ]
    return Stall(merchant, nights, sum(night.pieces for night in nights))


def _with_facts(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    return lines.select_related(
        "variant__product", "order__parcel_order__parcel"
    ).order_by("pk")


def _picks(lines: Iterable[OrderLine]) -> Iterator[Pick]:
    """One for each night and variant; what is due first decides for all of it."""
    found: dict[tuple[date, int], Pick] = {}
    for line in lines:
        pick = _pick(line)
        key = (pick.night, line.variant_id)
        before = found.get(key)
        if before is not None:
            pick = replace(
                before,
                quantity=before.quantity + pick.quantity,
                paid_at=min(before.paid_at, pick.paid_at),
                until=min(before.until, pick.until),
            )
        found[key] = pick
    yield from found.values()


def _pick(line: OrderLine) -> Pick:
    order = line.order
    assert order.paid_at is not None  # a paid order says when
    inside = getattr(order, "parcel_order", None)
    if inside is not None:
        night, until = inside.parcel.night, inside.parcel.closes_at
    else:
        cut_off = timedelta(hours=settings.PARCEL_CUTOFF_HOURS)
        night, until = services.night_of(order), order.placed_at + cut_off
    return Pick(night, line.variant, line.quantity, order.paid_at, until)


def _by_number(merchant: Merchant) -> tuple[list[tuple[int, str]], int]:
    """A-9 before A-10."""
    parts = re.findall(r"\d+|\D+", merchant.stall)
    return [(int(p), "") if p.isdecimal() else (0, p) for p in parts], merchant.pk

"""A session in numbers: who watched, what was claimed and paid, what it brings. Reads.

Money is what buyers paid for pieces, in the session's currency; the host's share is in
yuan, as fixed at each sale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from donghai import sql
from donghai.money import Money
from livestream.models import Listing, LiveSession, RoomEvent, ViewerSample
from orders.checkout.models import Claim, Order, OrderLine, Split

POINTS = 24  # of a small graph
MINUTE = 60

CLAIMS_SQL = """
SELECT floor(extract(epoch FROM claim.claimed_at - %(since)s) / %(every)s)::int AS part,
       count(*) AS many
FROM orders_claim claim JOIN livestream_listing listing ON listing.id = claim.listing_id
WHERE listing.session_id = %(session)s GROUP BY 1
"""

ORDERS_SQL = """
SELECT floor(extract(epoch FROM placed.paid_at - %(since)s) / %(every)s)::int AS part,
       count(DISTINCT placed.id) AS many,
       sum(line.unit_price_minor * line.quantity)::bigint AS minor
FROM orders_orderline line JOIN orders_order placed ON placed.id = line.order_id
WHERE line.session_id = %(session)s AND placed.status = 'PAID' GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Numbers:
    """So far: totals, and how each went over `minutes` long parts, oldest first."""

    minutes: int
    viewers: list[int]
    claims: list[int]
    orders: list[int]
    takings: list[int]
    peak: int
    paid: Money
    share: Money

    @property
    def claims_made(self) -> int:
        return sum(self.claims)

    @property
    def orders_paid(self) -> int:
        return sum(self.orders)

    @property
    def rows(self) -> list[tuple[int, int, int, int]]:
        """Each part for a table: its first minute, viewers, claims, orders."""
        parts = zip(self.viewers, self.claims, self.orders, strict=True)
        return [(i * self.minutes, *part) for i, part in enumerate(parts)]


@dataclass(frozen=True, slots=True)
class Piece:
    """What became of one listing."""

    listing: Listing
    times_shown: int
    shown: timedelta
    claims: int
    claimed: int
    paid: int
    takings: Money
    share: Money


def so_far(session: LiveSession) -> Numbers:
    """The numbers of a session on air or over."""
    since = session.went_live_at or timezone.now()
    until = max(session.ended_at or timezone.now(), since + timedelta(seconds=1))
    every = max(MINUTE, ceil((until - since).total_seconds() / POINTS / 60) * MINUTE)
    count = ceil((until - since).total_seconds() / every)
    facts = {"session": session.pk, "since": since, "every": every}
    claims = {row.part: row.many for row in sql.rows(CLAIMS_SQL, **facts)}
    orders = sql.rows(ORDERS_SQL, **facts)
    watched = _viewers(session, since, every, count)
    return Numbers(
        minutes=every // MINUTE,
        viewers=watched,
        claims=_parts(claims, count),
        orders=_parts({row.part: row.many for row in orders}, count),
        takings=_parts({row.part: row.minor for row in orders}, count),
        peak=max(watched, default=0),
        paid=Money(sum(row.minor for row in orders), session.currency),
        share=earned(session),
    )


def earned(session: LiveSession) -> Money:
    """The host's shares of what was paid in a session."""
    shares = Split.objects.filter(
        line__session=session,
        line__order__status=Order.Status.PAID,
        party=Split.Party.HOST,
    )
    return Money(shares.aggregate(fen=Sum("amount_minor", default=0))["fen"], "CNY")


def pieces(session: LiveSession) -> list[Piece]:
    """Every listing of a session in its order, with what became of it."""
    listings = Listing.objects.filter(session=session).for_display()
    shown = _shown(session)
    claims = _by_listing(
        Claim.objects.filter(listing__session=session).values_list(
            "listing_id", "quantity"
        )
    )
    paid = OrderLine.objects.filter(session=session, order__status=Order.Status.PAID)
    sold = _by_listing(paid.values_list("claim__listing_id", "quantity"))
    money = _by_listing(
        paid.values_list("claim__listing_id", F("unit_price_minor") * F("quantity"))
    )
    shares = _by_listing(
        Split.objects.filter(line__in=paid, party=Split.Party.HOST).values_list(
            "line__claim__listing_id", "amount_minor"
        )
    )
    return [
        Piece(
            listing=listing,
            times_shown=len(shown.get(listing.pk, [])),
            shown=sum(shown.get(listing.pk, []), timedelta()),
            claims=len(claims.get(listing.pk, [])),
            claimed=sum(claims.get(listing.pk, [])),
            paid=sum(sold.get(listing.pk, [])),
            takings=Money(sum(money.get(listing.pk, [])), session.currency),
            share=Money(sum(shares.get(listing.pk, [])), "CNY"),
        )
        for listing in listings.order_by("position", "pk")
    ]


def _shown(session: LiveSession) -> dict[int, list[timedelta]]:
    """How long each listing was shown, each time: from being pinned until it left or
    the session ended; up to three are shown at once."""
    told = RoomEvent.objects.filter(session=session, kind__in=("pin", "unpin"))
    since: dict[int, datetime] = {}
    found: dict[int, list[timedelta]] = {}
    rows = [*told.order_by("number").values_list("payload", "at")]
    for payload, at in [*rows, ({}, session.ended_at or timezone.now())]:
        up = payload.get("pinned", [])
        for listing in since.keys() - set(up):
            found.setdefault(listing, []).append(at - since.pop(listing))
        for listing in up:
            since.setdefault(listing, at)
    return found


def _viewers(
    session: LiveSession, since: datetime, every: int, count: int
) -> list[int]:
    """The most that watched in each part; one nobody counted is like the one before."""
    samples = ViewerSample.objects.filter(session=session, at__gte=since)
    most: dict[int, int] = {}
    for at, viewers in samples.values_list("at", "viewers"):
        part = int((at - since).total_seconds() // every)
        most[part] = max(most.get(part, 0), viewers)
    watched: list[int] = []
    for part in range(count):
        watched.append(most.get(part, watched[-1] if watched else 0))
    return watched


def _parts(found: Mapping[int, int], count: int) -> list[int]:
    """One number for each part; what came before or after joins the first or last."""
    parts = [0] * count
    for part, many in found.items():
        parts[min(max(part, 0), count - 1)] += many
    return parts


def _by_listing(rows: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for listing, number in rows:
        found.setdefault(listing, []).append(number)
    return found

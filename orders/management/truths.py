"""All truths in one place: what holds at any moment, and what once work is done."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from catalog.search import truths as search
from catalog.stock import truths as stock
from livestream.room import truths as rooms
from orders.checkout import truths as claims
from orders.payments import truths as payments
from orders.settlement import truths as settlement

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """Work still to do: how to count it, since when it waits and how long it may."""

    sentence: str
    sql: str  # counts; `{mine}` stands for the orders asked about
    since: str
    may_take: timedelta


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNFINISHED = (
    Work(
        "{} steps wait",
        "SELECT count(*) FROM donghai_step WHERE state = 'OPEN'",
        since="due_at",
        may_take=HOUR,
    ),
    Work(
        "{} steps need a person",
        "SELECT count(*) FROM donghai_step WHERE state = 'PARKED'",
        since="due_at",
        may_take=timedelta(0),
    ),
    Work(
        "{} payments are open",
        """SELECT count(*) FROM orders_payment p
        JOIN orders_order o ON o.id = p.order_id
        WHERE p.state = 'OPEN' AND {mine}""",
        since="p.begun_at",
        may_take=DAY,
    ),
    Work(
        "{} refunds are not done",
        "SELECT count(*) FROM orders_refund WHERE state <> 'DONE'",
        since="asked_at",
        may_take=DAY,
    ),
    Work(
        "{} paid orders are in no parcel",
        """SELECT count(*) FROM orders_order o
        LEFT JOIN orders_parcelorder p ON p.order_id = o.id
        WHERE o.status = 'PAID' AND p.id IS NULL AND {mine}""",
        since="o.paid_at",
        may_take=HOUR,
    ),
    Work(
        "{} paid orders are not declared and released",
        """SELECT count(*) FROM orders_order o
        JOIN orders_parcelorder p ON p.order_id = o.id
        JOIN orders_parcel parcel ON parcel.id = p.parcel_id
        LEFT JOIN orders_declaration d ON d.parcel_id = p.parcel_id
        WHERE coalesce(d.state, '') NOT IN ('RELEASED', 'CLOSED') AND {mine}""",
        since="parcel.closes_at",
        may_take=3 * DAY,
    ),
    Work(
        "{} paid orders are not delivered",
        """SELECT count(*) FROM orders_order o
        JOIN orders_parcelorder p ON p.order_id = o.id
        JOIN orders_parcel parcel ON parcel.id = p.parcel_id
        WHERE parcel.state <> 'DELIVERED' AND {mine}""",
        since="parcel.closes_at",
        may_take=60 * DAY,
    ),
    Work(
        "{} paid orders are not turned into yuan",
        """SELECT count(*) FROM orders_order o
        LEFT JOIN orders_conversion c ON c.order_id = o.id AND c.refund_id IS NULL
        WHERE o.status = 'PAID' AND o.currency <> 'CNY' AND c.id IS NULL AND {mine}""",
        since="o.paid_at",
        may_take=14 * DAY,
    ),
    Work(
        "{} sold lines are not split in three",
        """SELECT count(*) FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id
        WHERE o.status = 'PAID' AND {mine}
        AND (SELECT count(*) FROM orders_split s WHERE s.line_id = l.id) <> 3""",
        since="o.paid_at",
        may_take=timedelta(0),
    ),
    Work(
        "{} delivered lines owe nobody",
        """SELECT count(*) FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id
        JOIN orders_parcelorder p ON p.order_id = o.id
        JOIN orders_parcel parcel ON parcel.id = p.parcel_id
        WHERE parcel.state = 'DELIVERED' AND {mine} AND NOT EXISTS
            (SELECT 1 FROM orders_payable y JOIN orders_split s ON s.id = y.split_id
             WHERE s.line_id = l.id)""",
        since="parcel.delivered_at",
        may_take=DAY,
    ),
)
MINE = "(%(orders)s::text[] IS NULL OR o.number = ANY(%(orders)s))"
SOON = timedelta(minutes=10)  # what is due by then is work of now


def broken() -> Iterator[str]:
    """Every broken truth of this database as a sentence."""
    yield from stock.broken()
    yield from search.broken()
    yield from rooms.broken()
    yield from claims.broken()
    yield from payments.broken()
    yield from settlement.broken()


def check_nightly() -> None:
    """Say every broken truth in the log, where somebody on call is told of it."""
    for sentence in (*broken(), *overdue()):
        log.error("broken truth: %s", sentence)


def overdue() -> Iterator[str]:
    """What waits longer than it may, on a database that is at work."""
    now = timezone.now()
    return _left(lambda work: now - work.may_take)


def unfinished(orders: Sequence[str] | None = None) -> Iterator[str]:
    """What is still under way, of all orders or of those with these numbers."""
    soon = timezone.now() + SOON
    return _left(lambda work: soon, orders)


def _left(
    before: Callable[[Work], datetime], orders: Sequence[str] | None = None
) -> Iterator[str]:
    """Work that waits since `before`, as sentences."""
    named = None if orders is None else list(orders)
    with connection.cursor() as cursor:
        for work in UNFINISHED:
            sql = f"{work.sql.replace('{mine}', MINE)} AND {work.since} <= %(before)s"
            cursor.execute(sql, {"orders": named, "before": before(work)})
            number = cursor.fetchone()[0]
            if number:
                yield work.sentence.format(number)

"""All truths in one place: what holds at any moment, and what once work is done."""

import logging
from collections.abc import Iterator, Sequence

from django.db import connection

from catalog import truths as stock
from livestream import truths as rooms
from orders.payments import truths as payments
from orders.settlement import truths as settlement

log = logging.getLogger(__name__)

# Of all orders, or of those named; `orders` is null for all
UNFINISHED = {
    "{} steps wait": """
        SELECT count(*) FROM donghai_step
        WHERE state = 'OPEN' AND due_at < now() + interval '10 minutes'""",
    "{} steps need a person": (
        "SELECT count(*) FROM donghai_step WHERE state = 'PARKED'"
    ),
    "{} payments are open": """
        SELECT count(*) FROM orders_payment p JOIN orders_order o ON o.id = p.order_id
        WHERE p.state = 'OPEN' AND {mine}""",
    "{} refunds are not done": (
        "SELECT count(*) FROM orders_refund WHERE state <> 'DONE'"
    ),
    "{} paid orders are in no parcel": """
        SELECT count(*) FROM orders_order o
        LEFT JOIN orders_parcelorder p ON p.order_id = o.id
        WHERE o.status = 'PAID' AND p.id IS NULL AND {mine}""",
    "{} paid orders are not declared and released": """
        SELECT count(*) FROM orders_order o
        JOIN orders_parcelorder p ON p.order_id = o.id
        LEFT JOIN orders_declaration d ON d.parcel_id = p.parcel_id
        WHERE coalesce(d.state, '') NOT IN ('RELEASED', 'CLOSED') AND {mine}""",
    "{} paid orders are not delivered": """
        SELECT count(*) FROM orders_order o
        JOIN orders_parcelorder p ON p.order_id = o.id
        JOIN orders_parcel parcel ON parcel.id = p.parcel_id
        WHERE parcel.state <> 'DELIVERED' AND {mine}""",
    "{} paid orders are not turned into yuan": """
        SELECT count(*) FROM orders_order o
        LEFT JOIN orders_conversion c ON c.order_id = o.id AND c.refund_id IS NULL
        WHERE o.status = 'PAID' AND o.currency <> 'CNY' AND c.id IS NULL AND {mine}""",
    "{} sold lines are not split in three": """
        SELECT count(*) FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        WHERE o.status = 'PAID' AND {mine}
        AND (SELECT count(*) FROM orders_split s WHERE s.line_id = l.id) <> 3""",
    "{} delivered lines owe nobody": """
        SELECT count(*) FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
        JOIN orders_parcelorder p ON p.order_id = o.id
        JOIN orders_parcel parcel ON parcel.id = p.parcel_id
        WHERE parcel.state = 'DELIVERED' AND {mine} AND NOT EXISTS
            (SELECT 1 FROM orders_payable y JOIN orders_split s ON s.id = y.split_id
             WHERE s.line_id = l.id)""",
}
MINE = "(%(orders)s::text[] IS NULL OR o.number = ANY(%(orders)s))"


def broken() -> Iterator[str]:
    """Every broken truth of this database as a sentence."""
    yield from stock.broken()
    yield from rooms.broken()
    yield from payments.broken()
    yield from settlement.broken()


def check_nightly() -> None:
    """Say every broken truth in the log, where somebody on call is told of it."""
    for sentence in broken():
        log.error("broken truth: %s", sentence)


def unfinished(orders: Sequence[str] | None = None) -> Iterator[str]:
    """What is still under way, of all orders or of those with these numbers."""
    named = {"orders": None if orders is None else list(orders)}
    with connection.cursor() as cursor:
        for sentence, sql in UNFINISHED.items():
            cursor.execute(sql.replace("{mine}", MINE), named)
            number = cursor.fetchone()[0]
            if number:
                yield sentence.format(number)

"""All truths in one place: what must hold at any moment, and what once all work is done."""

from collections.abc import Iterator

from django.db import connection

from catalog import truths as stock
from livestream import truths as rooms
from orders.payments import truths as payments
from orders.settlement import truths as settlement

UNFINISHED = {
    "{} steps wait": "SELECT count(*) FROM donghai_step WHERE state = 'OPEN'",
    "{} steps need a person": (
        "SELECT count(*) FROM donghai_step WHERE state = 'PARKED'"
    ),
    "{} payments are open": (
        "SELECT count(*) FROM orders_payment WHERE state = 'OPEN'"
    ),
    "{} refunds are not done": (
        "SELECT count(*) FROM orders_refund WHERE state <> 'DONE'"
    ),
    "{} paid orders are in no parcel": """
        SELECT count(*) FROM orders_order o WHERE o.status = 'PAID' AND NOT EXISTS
            (SELECT 1 FROM orders_parcelorder p WHERE p.order_id = o.id)""",
    "{} parcels are not declared and released": """
        SELECT count(*) FROM orders_parcel p WHERE NOT EXISTS
            (SELECT 1 FROM orders_declaration d
             WHERE d.parcel_id = p.id AND d.last_status >= 800)""",
    "{} parcels are not delivered": (
        "SELECT count(*) FROM orders_parcel WHERE state <> 'DELIVERED'"
    ),
    "{} paid orders are not turned into yuan": """
        SELECT count(*) FROM orders_order o
        WHERE o.status = 'PAID' AND o.currency <> 'CNY' AND NOT EXISTS
            (SELECT 1 FROM orders_conversion c WHERE c.order_id = o.id)""",
    "{} sold lines are not split in three": """
        SELECT count(*) FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id AND o.status = 'PAID'
        WHERE (SELECT count(*) FROM orders_split s WHERE s.line_id = l.id) <> 3""",
}


def broken() -> Iterator[str]:
    """Every broken truth of this database as a sentence."""
    yield from stock.broken()
    yield from rooms.broken()
    yield from payments.broken()
    yield from settlement.broken()


def unfinished() -> Iterator[str]:
    """What is still under way, as sentences; nothing once an evening's work is done."""
    with connection.cursor() as cursor:
        for sentence, sql in UNFINISHED.items():
            cursor.execute(sql)
            number = cursor.fetchone()[0]
            if number:
                yield sentence.format(number)

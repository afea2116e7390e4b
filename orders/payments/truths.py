"""Checks of what must always be true of payments; each broken truth is one sentence."""

from collections.abc import Iterator

from django.db import connection

CHECKS = {
    "order %s is paid by {} payments": """
        SELECT o.number, count(p.id) FROM orders_order o
        LEFT JOIN orders_payment p ON p.order_id = o.id AND p.pays_order
        WHERE o.status = 'PAID' GROUP BY 1 HAVING count(p.id) <> 1""",
    "order %s is not paid but a payment pays it": """
        SELECT o.number, 1 FROM orders_order o
        JOIN orders_payment p ON p.order_id = o.id AND p.pays_order
        WHERE o.status <> 'PAID'""",
    "payment %s was captured, pays nothing and {} of it is not being refunded": """
        SELECT p.key, p.amount_minor - coalesce(sum(r.amount_minor), 0)
        FROM orders_payment p LEFT JOIN orders_refund r ON r.payment_id = p.id
        WHERE p.state = 'CAPTURED' AND NOT p.pays_order
        GROUP BY p.id HAVING p.amount_minor <> coalesce(sum(r.amount_minor), 0)""",
    "payment %s gave back more than it took, by {}": """
        SELECT p.key, sum(r.amount_minor) - p.amount_minor
        FROM orders_payment p JOIN orders_refund r ON r.payment_id = p.id
        GROUP BY p.id HAVING sum(r.amount_minor) > p.amount_minor""",
    "the sandbox charged %s, and we know of {} such payments": """
        SELECT c.key, count(p.id) FROM orders_sandboxcharge c
        LEFT JOIN orders_payment p ON p.key = c.key AND p.state = 'CAPTURED'
        WHERE c.state = 'CAPTURED' AND c.created_at < now() - interval '2 minutes'
        GROUP BY 1 HAVING count(p.id) <> 1""",
    "order %s is paid but {} of its holds are not sold": """
        SELECT o.number, count(h.id) FROM orders_order o
        JOIN orders_orderline l ON l.order_id = o.id
        JOIN orders_claim c ON c.id = l.claim_id
        JOIN catalog_hold h ON h.id = c.hold_id
        WHERE o.status = 'PAID' AND h.state <> 'CONSUMED' GROUP BY 1""",
    "order %s costs {} more than its quote's lines": """
        SELECT o.number, o.total_minor - sum(q.amount_minor) FROM orders_order o
        JOIN orders_quoteline q ON q.quote_id = o.quote_id
        GROUP BY o.id HAVING o.total_minor <> sum(q.amount_minor)""",
}


def broken() -> Iterator[str]:
    """Paid once, or refunded whole; the provider's book and ours agree."""
    with connection.cursor() as cursor:
        for sentence, sql in CHECKS.items():
            cursor.execute(sql)
            for name, number in cursor.fetchall():
                yield sentence.format(number) % name

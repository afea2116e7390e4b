"""Checks of what must always be true of stock; each broken truth is one sentence."""

from collections.abc import Iterator

from django.db import connection

# variant, counter, what the rows say
EXPLAINED_SQL = """
SELECT v.sku, c.name, c.counter, c.explained
FROM catalog_stocklevel s
JOIN catalog_variant v ON v.id = s.variant_id
LEFT JOIN (
    SELECT variant_id, sum(on_hand) AS on_hand, sum(allocated) AS allocated
    FROM catalog_stockmovement GROUP BY 1) m ON m.variant_id = s.variant_id
LEFT JOIN (
    SELECT variant_id, sum(quantity) AS reserved FROM catalog_hold
    WHERE state IN ('HELD', 'PAYING') GROUP BY 1) h ON h.variant_id = s.variant_id
CROSS JOIN LATERAL (VALUES
    ('on hand', s.on_hand, coalesce(m.on_hand, 0)),
    ('sold', s.allocated, coalesce(m.allocated, 0)),
    ('reserved', s.reserved, coalesce(h.reserved, 0))) c (name, counter, explained)
WHERE c.counter <> c.explained
"""

OVERSOLD_SQL = """
SELECT v.sku, s.on_hand, s.allocated, s.reserved
FROM catalog_stocklevel s JOIN catalog_variant v ON v.id = s.variant_id
WHERE s.allocated + s.reserved > s.on_hand
"""


def broken() -> Iterator[str]:
    """Nothing is oversold, and every counter equals the rows that explain it."""
    with connection.cursor() as cursor:
        cursor.execute(OVERSOLD_SQL)
        for sku, on_hand, allocated, reserved in cursor.fetchall():
            yield (
                f"{sku} is oversold: {on_hand} on hand, "
                f"{allocated} sold, {reserved} reserved"
            )
        cursor.execute(EXPLAINED_SQL)
        for sku, name, counter, explained in cursor.fetchall():
            yield f"{sku} {name} is {counter}, its rows say {explained}"

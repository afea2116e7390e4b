"""Checks of what must always be true of claims; each broken truth is one sentence."""

from collections.abc import Iterator

from donghai import sql

AWAITED_SQL = """
SELECT variant.sku, stock.awaited, coalesce(line.units, 0) AS units
FROM catalog_stocklevel stock
JOIN catalog_variant variant ON variant.id = stock.variant_id
LEFT JOIN (
    SELECT variant_id, sum(quantity) AS units FROM orders_waiting
    WHERE state = 'WAITING' GROUP BY 1) line ON line.variant_id = stock.variant_id
WHERE stock.awaited <> coalesce(line.units, 0)
"""

OVER_CAP_SQL = """
SELECT deal.id, deal.cap, sum(claim.quantity) AS units
FROM livestream_deal deal
JOIN orders_claim claim ON claim.deal_id = deal.id
JOIN catalog_hold hold ON hold.id = claim.hold_id
WHERE hold.state IN ('HELD', 'PAYING', 'CONSUMED')
GROUP BY deal.id HAVING sum(claim.quantity) > deal.cap
"""


def broken() -> Iterator[str]:
    """What is set aside is what people wait for; no deal goes beyond its cap."""
    for row in sql.rows(AWAITED_SQL):
        yield f"{row.sku} keeps {row.awaited} for its line, which wants {row.units}"
    for row in sql.rows(OVER_CAP_SQL):
        yield f"deal {row.id} is for {row.cap}, {row.units} are claimed"

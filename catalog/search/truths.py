"""Checks of what must always be true of search; each broken truth is one sentence."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

STOCK_SQL = """
SELECT r.product_id, r.in_stock FROM catalog_searchrow r
WHERE r.in_stock <> EXISTS (
    SELECT FROM catalog_variant v JOIN catalog_stocklevel s ON s.variant_id = v.id
    WHERE v.product_id = r.product_id AND s.on_hand - s.allocated - s.reserved > 0)
ORDER BY 1 LIMIT 100
"""

PRODUCT_SQL = """
SELECT p.id, r.product_id IS NULL FROM catalog_product p
JOIN catalog_merchant m ON m.id = p.merchant_id
LEFT JOIN catalog_searchrow r ON r.product_id = p.id
WHERE r.product_id IS NULL OR r.merchant_id <> p.merchant_id
   OR r.is_public <> (p.state = 'LISTED' AND m.state = 'APPROVED')
ORDER BY 1 LIMIT 100
"""

WORD_SQL = """
SELECT r.product_id, t.word
FROM catalog_searchrow r, unnest(tsvector_to_array(tokens)) t (word)
WHERE t.word !~ '[=@]'
  AND NOT EXISTS (SELECT FROM catalog_searchword w WHERE w.word = t.word COLLATE "C")
ORDER BY 1 LIMIT 100
"""


def broken() -> Iterator[str]:
    """Search knows each product as it is, its stock and all of its words."""
    yield from broken_stock()
    for product, is_missing in _rows(PRODUCT_SQL):
        how = "isn't" if is_missing else "is wrongly"
        yield f"product {product} {how} known to search"
    for product, word in _rows(WORD_SQL):
        yield f"product {product} has a word that search never learned: {word}"


def broken_stock() -> Iterator[str]:
    for product, in_stock in _rows(STOCK_SQL):
        yield f"product {product} is found as {'in' if in_stock else 'out of'} stock"


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())

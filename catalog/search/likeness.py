"""Pieces like one that's being looked at: as made, as priced, and to be had."""

from donghai import sql

NEAR = 60  # pieces looked at on each side of the price, in each of the three lists

# Along three indexes both ways from its own price: few steps wherever it stands.
LIKE_SQL = """
WITH own AS (
    SELECT * FROM catalog_searchrow WHERE product_id = %(product)s),
near AS (
    {arms})
SELECT product_id FROM near
WHERE in_stock AND product_id <> %(product)s
GROUP BY product_id ORDER BY min(kinship), min(apart), product_id LIMIT %(size)s
"""

ARM = """
(SELECT r.product_id, r.in_stock, {kinship} AS kinship,
        abs(r.price_minor - own.price_minor) AS apart
 FROM own CROSS JOIN LATERAL (
     SELECT product_id, in_stock, price_minor FROM catalog_searchrow
     WHERE is_public AND {of} AND price_minor {side} own.price_minor
     ORDER BY price_minor {way}, product_id {way} LIMIT {near}) r)
"""

BOTH = "mineral = own.mineral AND form = own.form"
KIN = ((0, BOTH), (1, "mineral = own.mineral"), (1, "form = own.form"))
STATEMENT = LIKE_SQL.format(
    arms="UNION ALL".join(
        ARM.format(kinship=kinship, of=of, side=side, way=way, near=NEAR)
        for kinship, of in KIN
        for side, way in ((">=", "ASC"), ("<", "DESC"))
    )
)


def like(product_id: int, size: int = 8) -> list[int]:
    """Listed pieces in stock: of its mineral and form first, then of either, by price.

    None for a product that search doesn't know.
    """
    rows = sql.rows(STATEMENT, product=product_id, size=size)
    return [row.product_id for row in rows]

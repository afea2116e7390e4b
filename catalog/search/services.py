"""Every write of search: in the transaction of the product it describes.

Locks: stock rows by variant id, then search rows by product id, held to the end of the
caller's transaction. Whoever writes stock and search in one transaction writes stock
first and search last: a hold that takes the last piece locks its stock row, and its
search row only as it commits. Short transactions, then: a hold may wait for them.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from django.db import transaction

from catalog.search import documents, lexicon
from catalog.search.documents import Document, Row, row_of
from catalog.search.lexicon import Fact
from catalog.search.mending import numbers_of
from donghai import sql

AT_ONCE = 1000  # documents of one statement

# A row that is new asks for its stock; one that's there is kept true by the database.
NEW_SQL = """
SELECT id FROM unnest(%(ids)s::bigint[]) id
WHERE NOT EXISTS (SELECT FROM catalog_searchrow r WHERE r.product_id = id)
"""

# Until we commit nobody else can see the new row, so nobody may change its stock.
LOCK_STOCK_SQL = """
SELECT v.product_id, s.on_hand - s.allocated - s.reserved > 0 AS is_free
FROM catalog_variant v JOIN catalog_stocklevel s ON s.variant_id = v.id
WHERE v.product_id = ANY(%(ids)s::bigint[])
ORDER BY s.variant_id FOR SHARE OF s
"""

WRITE_SQL = """
INSERT INTO catalog_searchrow AS r (
    product_id, merchant_id, price_minor, sold, mineral, form, signature, is_public,
    in_stock, facts, tokens)
SELECT product_id, merchant_id, price_minor, 0, mineral, form, signature, is_public,
       in_stock, decode(facts, 'hex'),
       array_to_tsvector(string_to_array(tokens, ' '))
FROM unnest(
    string_to_array(%(product_id)s, E'\n')::bigint[],
    string_to_array(%(merchant_id)s, E'\n')::bigint[],
    string_to_array(%(price_minor)s, E'\n')::bigint[],
    string_to_array(%(mineral)s, E'\n')::bigint[],
    string_to_array(%(form)s, E'\n')::bigint[],
    string_to_array(%(signature)s, E'\n')::bigint[],
    string_to_array(%(is_public)s, E'\n')::boolean[],
    string_to_array(%(in_stock)s, E'\n')::boolean[],
    string_to_array(%(facts)s, E'\n'), string_to_array(%(tokens)s, E'\n')
) d (product_id, merchant_id, price_minor, mineral, form, signature, is_public,
     in_stock, facts, tokens)
ORDER BY product_id
ON CONFLICT (product_id) DO UPDATE SET
    merchant_id = excluded.merchant_id, price_minor = excluded.price_minor,
    mineral = excluded.mineral, form = excluded.form, signature = excluded.signature,
    is_public = excluded.is_public, facts = excluded.facts, tokens = excluded.tokens
WHERE (r.merchant_id, r.price_minor, r.is_public, r.facts, r.tokens)
      IS DISTINCT FROM (excluded.merchant_id, excluded.price_minor, excluded.is_public,
                        excluded.facts, excluded.tokens)
"""

DROP_SKUS_SQL = """
DELETE FROM catalog_searchsku s
WHERE s.product_id = ANY(%(ids)s::bigint[])
  AND NOT EXISTS (SELECT FROM unnest(%(products)s::bigint[], %(skus)s::text[])
                  n (product_id, sku)
                  WHERE n.product_id = s.product_id AND n.sku = s.sku)
"""

SKUS_SQL = """
INSERT INTO catalog_searchsku (product_id, sku)
SELECT * FROM unnest(%(products)s::bigint[], %(skus)s::text[])
ON CONFLICT DO NOTHING
"""

WORDS_SQL = """
INSERT INTO catalog_searchword (word, near)
SELECT word, string_to_array(near, ' ')::int[]
FROM unnest(%(words)s::text[], %(near)s::text[]) n (word, near)
WHERE NOT EXISTS (SELECT FROM catalog_searchword w WHERE w.word = n.word COLLATE "C")
"""

FACTS_SQL = """
INSERT INTO catalog_searchfact (code, facet, value)
SELECT * FROM unnest(%(codes)s::bigint[], %(facets)s::text[], %(values)s::text[])
    n (code, facet, value)
WHERE NOT EXISTS (SELECT FROM catalog_searchfact f WHERE f.code = n.code)
"""

SHOW_SQL = """
WITH locked AS (
    SELECT product_id FROM catalog_searchrow
    WHERE product_id = ANY(%(ids)s::bigint[]) AND is_public <> %(is_public)s
    ORDER BY product_id FOR NO KEY UPDATE)
UPDATE catalog_searchrow r SET is_public = %(is_public)s
FROM locked WHERE r.product_id = locked.product_id
"""

HIDE_SQL = """
WITH locked AS (
    SELECT product_id FROM catalog_searchrow
    WHERE merchant_id = %(merchant)s AND is_public
    ORDER BY product_id FOR NO KEY UPDATE)
UPDATE catalog_searchrow r SET is_public = false
FROM locked WHERE r.product_id = locked.product_id
"""

SOLD_SQL = """
WITH locked AS (
    SELECT r.product_id, n.sold FROM catalog_searchrow r
    JOIN unnest(%(ids)s::bigint[], %(sold)s::bigint[]) n (product_id, sold)
      ON n.product_id = r.product_id
    WHERE r.sold <> n.sold
    ORDER BY r.product_id FOR NO KEY UPDATE OF r)
UPDATE catalog_searchrow r SET sold = locked.sold
FROM locked WHERE r.product_id = locked.product_id
"""


REMOVE_SQL = """
WITH locked AS (
    SELECT product_id FROM catalog_searchrow
    WHERE product_id = ANY(%(ids)s::bigint[]) ORDER BY product_id FOR UPDATE),
bare AS (
    DELETE FROM catalog_searchsku s USING locked
    WHERE s.product_id = locked.product_id)
DELETE FROM catalog_searchrow r USING locked WHERE r.product_id = locked.product_id
"""


@transaction.atomic
def write(these: Sequence[Document]) -> None:
    """Let products be found as they are now; a repeat changes nothing.

    Locks the stock rows of products that are new to search, then search rows. Of a
    product that comes twice the last one counts.
    """
    newest = {document.product_id: document for document in these}
    in_stock = _new_in_stock(list(newest))
    words = lexicon.current()
    ordered = [row_of(newest[product_id], words) for product_id in sorted(newest)]
    for start in range(0, len(ordered), AT_ONCE):
        rows = ordered[start : start + AT_ONCE]
        _learn_facts({fact for row in rows for fact in row.facts})
        _learn_words({word for row in rows for word in row.words})
        _write_rows(rows, in_stock)
        _write_skus(rows)


def remove(product_ids: Iterable[int]) -> None:
    """Let products be found no more. Locks their search rows."""
    sql.change(REMOVE_SQL, ids=list(product_ids))


def set_public(product_ids: Iterable[int], *, is_public: bool) -> None:
    """Show products to buyers, or hide them. Locks the search rows that change."""
    sql.change(SHOW_SQL, ids=list(product_ids), is_public=is_public)


def hide_merchant(merchant_id: int) -> None:
    """Hide all that a merchant lists; showing it again is told product by product."""
    sql.change(HIDE_SQL, merchant=merchant_id)


def refresh_sold(sold: Mapping[int, int]) -> None:
    """Say how many pieces of products were sold. Locks the search rows that change."""
    sql.change(SOLD_SQL, ids=list(sold), sold=list(sold.values()))


def _new_in_stock(product_ids: list[int]) -> set[int]:
    """Of products that are new here those in stock, which stays so until we commit."""
    new = [row.id for row in sql.rows(NEW_SQL, ids=product_ids)]
    if not new:
        return set()
    levels = sql.rows(LOCK_STOCK_SQL, ids=new)
    return {level.product_id for level in levels if level.is_free}


def _learn_facts(facts: set[Fact]) -> None:
    ordered = sorted(facts)
    sql.change(
        FACTS_SQL,
        codes=[documents.code_of(*fact) for fact in ordered],
        facets=[facet for facet, _ in ordered],
        values=[value for _, value in ordered],
    )


def _learn_words(words: set[str]) -> None:
    ordered = sorted(words)
    near = [" ".join(map(str, numbers_of(word))) for word in ordered]
    sql.change(WORDS_SQL, words=ordered, near=near)


def _write_rows(rows: list[Row], in_stock: Set[int]) -> None:
    """Columns go as one text each: a thousand values in brackets take long to read."""
    wholes = [row.document for row in rows]
    columns: dict[str, Iterable[object]] = {
        "product_id": (document.product_id for document in wholes),
        "merchant_id": (document.merchant_id for document in wholes),
        "price_minor": (document.price_minor for document in wholes),
        "mineral": (row.code("mineral") for row in rows),
        "form": (row.code("form") for row in rows),
        "signature": (row.signature for row in rows),
        "is_public": (document.is_public for document in wholes),
        "in_stock": (document.product_id in in_stock for document in wholes),
        "facts": (row.packed.hex() for row in rows),
        "tokens": (" ".join(row.tokens) for row in rows),
    }
    sql.change(
        WRITE_SQL, **{name: "\n".join(map(str, v)) for name, v in columns.items()}
    )


def _write_skus(rows: list[Row]) -> None:
    pairs = [(row.document.product_id, sku) for row in rows for sku in sorted(row.skus)]
    facts = {
        "products": [product_id for product_id, _ in pairs],
        "skus": [sku for _, sku in pairs],
    }
    sql.change(DROP_SKUS_SQL, ids=[row.document.product_id for row in rows], **facts)
    sql.change(SKUS_SQL, **facts)

"""What is left of a room's pieces, whoever sold them and wherever.

Stock moves in other rooms, on the web, in wholesale and by holds that run out. So each
process looks once a second, in one query for all its rooms, and tells a room what is
new. These frames carry no number: who comes later reads the stock as it stands then.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from donghai import sql

LOOK = 1.0  # seconds between two looks at the pinned pieces
ALL_EVERY = 5  # looks; then every listed piece is looked at

STOCK_SQL = """
WITH shown AS (
    SELECT session_id, id, variant_id FROM livestream_listing
    WHERE session_id = ANY(%(sessions)s) AND (%(whole)s OR pinned_at IS NOT NULL)),
due AS (
    SELECT variant_id, min(expires_at) AS back_at FROM catalog_hold
    WHERE state = 'HELD' AND variant_id IN (SELECT variant_id FROM shown)
    GROUP BY variant_id)
SELECT shown.session_id, shown.id AS listing_id,
       greatest(stock.on_hand - stock.allocated - stock.reserved - stock.awaited, 0)
           AS left_now,
       stock.reserved AS held, stock.awaited / variant.min_quantity AS waiting,
       due.back_at
FROM shown
JOIN catalog_variant variant ON variant.id = shown.variant_id
JOIN catalog_stocklevel stock ON stock.variant_id = shown.variant_id
LEFT JOIN due ON due.variant_id = shown.variant_id
"""


class Stock(NamedTuple):
    """What of a piece anybody may claim, what is held and until when, who waits."""

    left: int
    held: int
    waiting: int
    back_at: datetime | None


def of_rooms(
    session_ids: Iterable[int], is_whole: bool = True
) -> dict[int, dict[int, Stock]]:
    """By session and listing, in one query; without `is_whole` of pinned pieces."""
    found: dict[int, dict[int, Stock]] = {}
    for row in sql.rows(STOCK_SQL, sessions=list(session_ids), whole=is_whole):
        stock = Stock(row.left_now, row.held, row.waiting, row.back_at)
        found.setdefault(row.session_id, {})[row.listing_id] = stock
    return found


def of_room(session_id: int) -> dict[int, Stock]:
    return of_rooms([session_id]).get(session_id, {})


def changed(known: Mapping[int, Stock], found: Mapping[int, Stock]) -> dict[int, Stock]:
    return {pk: stock for pk, stock in found.items() if known.get(pk) != stock}


def encode(pieces: Mapping[int, Stock]) -> bytes:
    """As it travels, with the server's clock, by which countdowns run."""
    now = timezone.now().isoformat()
    said = [{"listing": pk, **describe(stock)} for pk, stock in pieces.items()]
    return json.dumps({"now": now, "pieces": said}, separators=(",", ":")).encode()


def describe(stock: Stock) -> dict[str, Any]:
    return {
        "left": stock.left,
        "held": stock.held,
        "waiting": stock.waiting,
        "back_at": stock.back_at.isoformat() if stock.back_at else None,
    }

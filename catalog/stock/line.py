"""Units that people stand in line for: kept from everybody else once they are free.

Who waits, and in what order, is told elsewhere; here is only how many units they want.
Each is one guarded statement on the stock row, the last write of its transaction.
"""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from catalog.stock.services import not_enough
from donghai import sql

# `catalog.stock.services.HOLD_SQL` for the next in line.
HOLD_AWAITED_SQL = """
WITH taken AS (
    UPDATE catalog_stocklevel
    SET reserved = reserved + %(quantity)s, awaited = awaited - %(quantity)s
    WHERE variant_id = %(variant)s AND awaited >= %(quantity)s
      AND on_hand - allocated - reserved >= %(quantity)s
    RETURNING variant_id)
INSERT INTO catalog_hold
    (id, variant_id, bag, quantity, state, created_at, expires_at)
SELECT %(id)s, variant_id, %(bag)s, %(quantity)s, 'HELD', %(now)s, %(until)s
FROM taken
RETURNING id
"""

AWAIT_SQL = """
UPDATE catalog_stocklevel SET awaited = awaited + %(quantity)s
WHERE variant_id = %(variant)s AND reserved > 0
  AND on_hand - allocated >= %(quantity)s
  AND on_hand - allocated - reserved - awaited < %(quantity)s
"""

STOP_AWAITING_SQL = """
UPDATE catalog_stocklevel SET awaited = awaited - %(quantity)s
WHERE variant_id = %(variant)s
"""


def hold_awaited(
    *, variant_id: int, quantity: int, bag: UUID, hold_id: int, until: datetime
) -> None:
    """Promise the next in line units that are free and awaited, until a moment.

    Raises NotEnoughStock, having written nothing.
    """
    made = sql.row(
        HOLD_AWAITED_SQL,
        id=hold_id,
        variant=variant_id,
        quantity=quantity,
        bag=bag,
        now=timezone.now(),
        until=until,
    )
    if made is None:
        raise not_enough(variant_id)


def wait_for(*, variant_id: int, quantity: int) -> bool:
    """Set units aside for somebody in line once they come back.

    False, with nothing changed, when they are free now, or what is held is too few.
    """
    return sql.change(AWAIT_SQL, variant=variant_id, quantity=quantity) == 1


def stop_waiting(*, variant_id: int, quantity: int) -> None:
    """Somebody left the line: what was set aside for them is anybody's."""
    sql.change(STOP_AWAITING_SQL, variant=variant_id, quantity=quantity)

"""Stock: every change of what is there, what is held and what is sold.

Locks: a hold row, then its stock row, stock rows by variant id. `hold` takes only its
stock row, in one guarded statement, and must be the last write of its transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.stock.models import Hold, StockLevel, StockMovement
from donghai import sql
from donghai.errors import Refused

# The guard: no row comes back when not enough is free, and nothing is written.
HOLD_SQL = """
WITH taken AS (
    UPDATE catalog_stocklevel SET reserved = reserved + %(quantity)s
    WHERE variant_id = %(variant)s
      AND on_hand - allocated - reserved - awaited >= %(quantity)s
    RETURNING variant_id)
INSERT INTO catalog_hold
    (id, variant_id, bag, quantity, state, created_at, expires_at)
SELECT coalesce(%(id)s, nextval('catalog_hold_id_seq')),
       variant_id, %(bag)s, %(quantity)s, 'HELD', %(now)s, %(until)s
FROM taken
RETURNING id
"""

KEEP_SQL = """
UPDATE catalog_hold SET expires_at = %(until)s
WHERE id = %(id)s AND state = 'HELD' AND expires_at > %(now)s
"""

END_SQL = """
WITH ended AS (
    UPDATE catalog_hold SET state = %(to)s, ended_at = %(now)s
    WHERE id = ANY(%(ids)s) AND state = ANY(%(states)s)
    RETURNING id, variant_id, quantity),
locked AS (
    SELECT variant_id FROM catalog_stocklevel
    WHERE variant_id IN (SELECT variant_id FROM ended) ORDER BY variant_id FOR UPDATE),
counted AS (
    UPDATE catalog_stocklevel s SET reserved = s.reserved - e.units
    FROM (SELECT variant_id, sum(quantity) AS units FROM ended GROUP BY 1) e
    WHERE s.variant_id = e.variant_id
      AND s.variant_id IN (SELECT variant_id FROM locked)),
moved AS (
    INSERT INTO catalog_stockmovement
        (variant_id, kind, on_hand, allocated, hold_id, reason, moved_at)
    SELECT variant_id, 'SOLD', 0, quantity, id, '', %(now)s FROM ended
    WHERE %(to)s = 'CONSUMED')
SELECT id FROM ended
"""


PAYING_SQL = """
UPDATE catalog_hold SET state = 'PAYING'
WHERE id = ANY(%(ids)s) AND state = 'HELD'
"""


class NotEnoughStock(Refused):
    code = "sold_out"
    title = _("Sold out: %(free)s left, %(held)s held for now.")


class UnknownVariant(Refused):
    code = "unknown_variant"
    title = _("There is no such piece.")
    status = 404


@dataclass(frozen=True, slots=True)
class Held:
    """A hold just made: its id and when it runs out."""

    id: int
    expires_at: datetime


def hold(
    *, variant_id: int, quantity: int, bag: UUID, hold_id: int | None = None
) -> Held:
    """Promise units of a variant to a bag for HOLD_MINUTES.

    One guarded statement; finding too little, it first ends the variant's stale holds
    and tries once more. `hold_id` is one taken from the holds' sequence before. Raises
    NotEnoughStock, having written nothing.
    """
    now = timezone.now()
    until = now + timedelta(minutes=settings.HOLD_MINUTES)
    facts = {
        "id": hold_id,
        "variant": variant_id,
        "quantity": quantity,
        "bag": bag,
        "now": now,
        "until": until,
    }
    made = sql.row(HOLD_SQL, **facts)
    if made is None and _expire_stale(variant_id, now):
        made = sql.row(HOLD_SQL, **facts)
    if made is None:
        raise not_enough(variant_id)
    return Held(made.id, until)


def keep_hold(*, hold_id: int, until: datetime) -> bool:
    """Let a hold run until then. False if it has run out, or is being paid."""
    changed = sql.change(KEEP_SQL, id=hold_id, until=until, now=timezone.now())
    return changed == 1


def expire_stale(variant_id: int) -> int:
    """End one variant's holds that ran out; returns how many."""
    return _expire_stale(variant_id, timezone.now())


def require_free(*, variant_id: int, quantity: int) -> None:
    """Raise NotEnoughStock early, before any lock; `hold` has the last word."""
    level = StockLevel.objects.filter(pk=variant_id).first()
    if level is not None and level.on_offer >= quantity:
        return
    if not _expire_stale(variant_id, timezone.now()):
        raise not_enough(variant_id)


def release(*, hold_ids: Sequence[int]) -> list[int]:
    """Give held units back at once; holds being paid or ended stay as they are."""
    return _end(hold_ids, "RELEASED", ["HELD"])


def release_unpaid(*, hold_ids: Sequence[int]) -> list[int]:
    """Give back what was being paid: only a payment's failure may call this."""
    return _end(hold_ids, "RELEASED", ["HELD", "PAYING"])


def consume(*, hold_ids: Sequence[int]) -> list[int]:
    """Turn holds into sold units (allocated), once; returns those that were still open.

    Call inside the transaction that settles the payment. Locks holds, then stock.
    """
    return _end(hold_ids, "CONSUMED", ["HELD", "PAYING"])


def begin_paying(*, hold_ids: Sequence[int]) -> int:
    """Put holds under payment: only its outcome ends them now. Returns how many.

    Holds that another payment has already are left to it.
    """
    return sql.change(PAYING_SQL, ids=list(hold_ids))


def stop_paying(*, hold_ids: Sequence[int], until: datetime) -> int:
    """The payment failed: the holds run on until then at least, to try again."""
    return Hold.objects.filter(pk__in=hold_ids, state=Hold.State.PAYING).update(
        state=Hold.State.HELD, expires_at=Greatest("expires_at", until)
    )


def expire_holds() -> int:
    """End every hold that ran out; a sweep, safe to run twice at once."""
    now = timezone.now()
    variants = (
        Hold.objects.stale(now)
        .order_by("variant_id")
        .values_list("variant_id", flat=True)
    )
    return sum(_expire_stale(variant_id, now) for variant_id in variants.distinct())


def receive(
    *,
    variant_id: int,
    quantity: int,
    reason: str = "",
    moved_by: int | None = None,
    key: UUID | None = None,
) -> bool:
    """Goods came in. A repeat with the same key changes nothing and returns False."""
    movement = StockMovement(
        variant_id=variant_id,
        kind=StockMovement.Kind.RECEIVED,
        on_hand=quantity,
        reason=reason,
        moved_by_id=moved_by,
        key=key,
    )
    return sql.insert(movement, unless_there=True)


class NotThere(Refused):
    code = "stock_is_promised"
    title = _("Only %(free)s can be taken out; the rest is held or sold.")


@transaction.atomic
def adjust(
    *,
    variant_id: int,
    change: int,
    reason: str,
    moved_by: int | None = None,
    key: UUID | None = None,
) -> bool:
    """Correct what is on hand, with a reason. Refuses to take out promised units.

    Locks the stock row. A repeat with the same key changes nothing and returns False,
    even if it would be refused by now.
    """
    level = StockLevel.objects.select_for_update().get(pk=variant_id)
    moved = StockMovement.objects.filter(variant=variant_id, key=key)
    if key is not None and moved.exists():
        return False
    if level.free + change < 0:
        raise NotThere(free=level.free)
    StockMovement.objects.create(
        variant_id=variant_id,
        kind=StockMovement.Kind.ADJUSTED,
        on_hand=change,
        reason=reason,
        moved_by_id=moved_by,
        key=key,
    )
    return True


@transaction.atomic
def book_counts(
    *, changes: Mapping[int, int], reason: str, moved_by: int, key: UUID
) -> list[int]:
    """Move stock by what a count found, each variant once per key.

    Locks the stock rows by variant id. A change that would take out promised units is
    left undone; returns the variants of those.
    """
    levels = StockLevel.objects.filter(pk__in=changes).order_by("pk")
    promised, counted = [], []
    for level in levels.select_for_update():
        if level.free + changes[level.pk] < 0:
            promised.append(level.pk)
        elif changes[level.pk]:
            counted.append(level.pk)
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                variant_id=variant_id,
                kind=StockMovement.Kind.COUNTED,
                on_hand=changes[variant_id],
                reason=reason,
                moved_by_id=moved_by,
                key=key,
            )
            for variant_id in counted
        ],
        ignore_conflicts=True,
    )
    return promised


@transaction.atomic
def set_on_hand(
    *, variant_id: int, on_hand: int, reason: str, moved_by: int | None = None
) -> None:
    """Make what is on hand this many. Locks the stock row; a repeat changes nothing.

    Refuses to go below what is promised.
    """
    level = StockLevel.objects.select_for_update().get(pk=variant_id)
    if on_hand < level.allocated + level.reserved:
        raise NotThere(free=level.free)
    if on_hand != level.on_hand:
        StockMovement.objects.create(
            variant_id=variant_id,
            kind=StockMovement.Kind.COUNTED,
            on_hand=on_hand - level.on_hand,
            reason=reason,
            moved_by_id=moved_by,
        )


def dispatch(*, hold_ids: Sequence[int]) -> None:
    """Sold units left the house: on hand and sold go down, once per hold."""
    _move_back(hold_ids, StockMovement.Kind.DISPATCHED, on_hand=-1)


def unsell(*, hold_ids: Sequence[int]) -> None:
    """A sale was taken back before it left: its units are free again, once per hold."""
    _move_back(hold_ids, StockMovement.Kind.UNSOLD, on_hand=0)


def _move_back(hold_ids: Sequence[int], kind: str, *, on_hand: int) -> None:
    sold = Hold.objects.filter(pk__in=hold_ids, state=Hold.State.CONSUMED)
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                variant_id=hold.variant_id,
                kind=kind,
                on_hand=on_hand * hold.quantity,
                allocated=-hold.quantity,
                hold=hold,
            )
            for hold in sold.order_by("variant_id", "pk")
        ],
        ignore_conflicts=True,
    )


def _end(hold_ids: Sequence[int], to: str, states: list[str]) -> list[int]:
    now = timezone.now()
    ended = sql.rows(END_SQL, ids=list(hold_ids), to=to, states=states, now=now)
    return [hold.id for hold in ended]


def _expire_stale(variant_id: int, now: datetime) -> int:
    """End one variant's stale holds; those somebody else is ending are left to them."""
    with transaction.atomic():
        stale = list(
            Hold.objects.stale(now)
            .filter(variant_id=variant_id)
            .order_by("pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:500]
        )
        return len(_end(stale, "EXPIRED", ["HELD"])) if stale else 0


def not_enough(variant_id: int) -> Refused:
    """The refusal that says what is left, what is held and when some may come back."""
    level = StockLevel.objects.filter(pk=variant_id).first()
    if level is None:
        return UnknownVariant()
    back_at = (
        Hold.objects.filter(variant_id=variant_id, state=Hold.State.HELD)
        .order_by("expires_at")
        .values_list("expires_at", flat=True)
        .first()
    )
    return NotEnoughStock(
        free=level.on_offer,
        held=level.reserved,
        waiting=level.awaited,
        back_at=back_at.isoformat() if back_at else None,
    )

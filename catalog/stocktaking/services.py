"""Stock-takes: counting bags by phone and booking what was found.

The rule of the difference. Each count keeps how many the books had on hand at the
moment it was made. What a variant differs by is the count minus that, and nothing else.
What is received or handed over after the count changes shelf and books alike, so it
needs no looking at when the take ends: the difference is added to whatever the books
say by then. A sale that has not left yet still lies on the shelf and is counted.

Scans of one variant count as of the last of them: goods that came or went between the
first and the last make the line doubtful (`Line.moved`), and the review says so.

Locks: the stock-take, then stock rows by variant id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.products.models import Variant
from catalog.stock import services as stock
from catalog.stock.models import StockLevel, StockMovement
from catalog.stocktaking.models import StockTake, StockTakeCount
from donghai import sql
from donghai.errors import Refused

State = StockTake.State
MOST = 1_000_000  # of one variant on a shelf: more is a slip

# A number typed last is where the count begins; scans after it add to it.
TALLY_SQL = """
WITH kept AS (
    SELECT id, variant_id, is_typed, quantity, expected
    FROM catalog_stocktakecount
    WHERE take_id = %(take)s AND NOT undone {among}),
span AS (
    SELECT variant_id, max(id) AS last,
           coalesce(max(id) FILTER (WHERE is_typed), 0) AS first
    FROM kept GROUP BY 1)
SELECT variant_id, greatest(sum(quantity), 0)::bigint AS counted,
       max(expected) FILTER (WHERE id = last) AS expected,
       min(expected) <> max(expected) AS moved
FROM kept JOIN span USING (variant_id)
WHERE id >= first
GROUP BY 1 ORDER BY 1
"""
TALLIES_SQL = TALLY_SQL.format(among="")
SOME_TALLIES_SQL = TALLY_SQL.format(among="AND variant_id = ANY(%(variants)s)")


class TakeEnded(Refused):
    code = "stock_take_ended"
    title = _("This stock-take has ended. Start a new one to count on.")


class NotYours(Refused):
    code = "not_your_piece"
    title = _("This is not a piece of your stall.")
    status = 404


class CountedMeanwhile(Refused):
    code = "counted_meanwhile"
    title = _("Somebody counted on meanwhile. Look at the differences again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One thing said while counting, `age` before it reached us."""

    key: UUID
    variant_id: int
    quantity: int
    is_typed: bool = False
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Line:
    """What a stock-take says of one variant."""

    variant_id: int
    counted: int
    expected: int
    moved: bool  # goods came or went between its first scan and its last

    @property
    def difference(self) -> int:
        return self.counted - self.expected


def start(*, merchant_id: int, name: str, started_by: int, key: UUID) -> StockTake:
    """Begin a round of counting. A repeat with the same key finds the first."""
    take, _is_new = StockTake.objects.get_or_create(
        key=key,
        defaults={
            "merchant_id": merchant_id,
            "name": name,
            "started_by_id": started_by,
        },
    )
    return take


@transaction.atomic
def note(
    *,
    take_id: int,
    counts: Sequence[Count],
    counted_by: int,
    undone: Collection[UUID] = (),
) -> list[Line]:
    """Write down what was counted and take back what was a slip, each key once.

    Locks the stock-take, then the stock rows, so that `expected` is what the books held
    at that moment. Returns how the variants touched stand. Refuses with TakeEnded, and
    with NotYours if any piece is another stall's.
    """
    take = StockTake.objects.select_for_update().get(pk=take_id)
    if take.state != State.OPEN:
        raise TakeEnded()
    wanted = {count.variant_id for count in counts}
    own = Variant.objects.filter(pk__in=wanted, merchant=take.merchant_id)
    if own.count() < len(wanted):
        raise NotYours()
    books = _Books(wanted, not_before=take.started_at)
    StockTakeCount.objects.bulk_create(
        [
            StockTakeCount(
                take=take,
                variant_id=count.variant_id,
                key=count.key,
                is_typed=count.is_typed,
                quantity=count.quantity,
                counted_by_id=counted_by,
                counted_at=books.moment(count.age),
                expected=books.on_hand(count.variant_id, books.moment(count.age)),
            )
            for count in counts
        ],
        ignore_conflicts=True,
    )
    slips = take.counts.filter(key__in=undone)
    touched = wanted | set(slips.values_list("variant_id", flat=True))
    slips.update(undone=True)
    return lines_of(take_id, touched)


class _Books:
    """What was on hand at a moment, of locked stock rows."""

    def __init__(self, variants: Collection[int], not_before: datetime) -> None:
        levels = StockLevel.objects.filter(pk__in=variants).order_by("pk")
        self.levels = {one.pk: one.on_hand for one in levels.select_for_update()}
        self.now, self.not_before = timezone.now(), not_before
        moved = StockMovement.objects.filter(
            variant__in=variants, moved_at__gt=not_before
        ).exclude(on_hand=0)
        self.moved = list(moved.values_list("variant_id", "moved_at", "on_hand"))

    def moment(self, age: timedelta) -> datetime:
        return max(self.now - age, self.not_before)

    def on_hand(self, variant_id: int, moment: datetime) -> int:
        since = sum(
            change
            for variant, moved_at, change in self.moved
            if variant == variant_id and moment < moved_at <= self.now
        )
        return self.levels[variant_id] - since


def lines_of(take_id: int, variants: Collection[int] | None = None) -> list[Line]:
    """The counted variants of a take, or some of them, by variant id."""
    if variants is None:
        rows = sql.rows(TALLIES_SQL, take=take_id)
    else:
        rows = sql.rows(SOME_TALLIES_SQL, take=take_id, variants=list(variants))
    return [Line(*row) for row in rows]


def mark(take_id: int) -> str:
    """Changes with every count and every slip taken back."""
    rows = StockTakeCount.objects.filter(take=take_id)
    sums = rows.aggregate(all=CountOf("pk"), undone=CountOf("pk", Q(undone=True)))
    return f"{sums['all']}.{sums['undone']}"


@transaction.atomic
def finish(
    *, take_id: int, seen: str, left_out: Collection[int], finished_by: int
) -> list[int]:
    """Book the differences, all but those left out; a repeat books nothing more.

    Locks the stock-take and the stock rows. Returns the variants that were not booked
    because their units are promised to buyers. Refuses with CountedMeanwhile when
    `seen`, the mark of what was looked at, is not how the take stands.
    """
    take = StockTake.objects.select_for_update().get(pk=take_id)
    if take.state != State.OPEN:
        return []
    if seen != mark(take_id):
        raise CountedMeanwhile()
    lines = lines_of(take_id)
    promised = stock.book_counts(
        changes={
            line.variant_id: line.difference
            for line in lines
            if line.difference and line.variant_id not in left_out
        },
        reason=take.name,
        moved_by=finished_by,
        key=take.key,
    )
    _end(take, State.BOOKED, finished_by)
    return promised


@transaction.atomic
def drop(*, take_id: int, dropped_by: int) -> None:
    """End a stock-take and book nothing; one that has ended stays as it is."""
    take = StockTake.objects.select_for_update().get(pk=take_id)
    if take.state == State.OPEN:
        _end(take, State.DROPPED, dropped_by)


def _end(take: StockTake, state: str, user_id: int) -> None:
    take.state, take.finished_by_id = state, user_id
    take.finished_at = timezone.now()
    take.save(update_fields=["state", "finished_by", "finished_at"])

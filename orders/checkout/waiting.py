"""The line for a piece that others hold: who waits is offered it before anybody else.

A line is of a variant, whichever room its people came from, and goes by `Waiting.id`.
Who waits for several units is not passed over: what comes back is gathered for her as
long as what is held may still make it enough. Once too few are left unsold her waiting
is over, and the next in line is asked. What people wait for is kept from everybody else
by the stock row itself (`StockLevel.awaited`). Locks: a place in line, then the room's
counter, then hold and stock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, StockLevel
from catalog.stock import line
from catalog.stock import services as catalog
from donghai import sql
from donghai.errors import Refused
from livestream.chat.services import plain_text
from livestream.events import services as events
from livestream.models import Listing, LiveSession
from livestream.sessions import linking
from livestream.sessions.services import require
from livestream.video import streams
from orders.checkout.tickets import Waiting

# Lines that can go on: enough is free, too few are left unsold, an offer ran out or was
# not answered, or the session is over and sells no more, by no replay either.
DUE_SQL = """
SELECT DISTINCT ticket.variant_id
FROM orders_waiting ticket
JOIN catalog_stocklevel stock ON stock.variant_id = ticket.variant_id
JOIN livestream_listing listing ON listing.id = ticket.listing_id
JOIN livestream_livesession session ON session.id = listing.session_id
WHERE ticket.state IN ('WAITING', 'OFFERED') AND (
    ticket.state = 'WAITING' AND (
        ticket.quantity <= stock.on_hand - stock.allocated - stock.reserved
        OR ticket.quantity > stock.on_hand - stock.allocated
        OR session.state <> 'ON_AIR' AND NOT EXISTS (
            SELECT FROM livestream_stream replay
            WHERE replay.session_id = session.id AND replay.kind = 'LIVE'
              AND replay.ended_at IS NOT NULL AND replay.removed_at IS NULL))
    OR ticket.state = 'OFFERED' AND NOT EXISTS (
        SELECT FROM catalog_hold hold WHERE hold.id = ticket.hold_id
        AND hold.state IN ('HELD', 'PAYING'))
    OR EXISTS (
        SELECT FROM catalog_hold hold WHERE hold.variant_id = ticket.variant_id
        AND hold.state = 'HELD' AND hold.expires_at <= %(now)s))
ORDER BY 1
"""


class NotInThisSession(Refused):
    code = "unknown_listing"
    title = _("This piece is not in the session.")
    status = 404


class ItIsFree(Refused):
    code = "it_is_free"
    title = _("It is free just now: claim it.")


class OfferOver(Refused):
    code = "offer_over"
    title = _("It is not yours to take any more: the next in line is asked.")


class HeldForYou(Refused):
    code = "held_for_you"
    title = _("It is held for you already: it waits in your bag until you pay.")


class NotInLine(Refused):
    code = "not_in_line"
    title = _("You do not wait for this piece.")
    status = 404


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where somebody stands: `ahead` of her wait so many; `until` an offer is hers."""

    listing_id: int
    ticket: int
    ahead: int
    until: datetime | None

    @property
    def is_offered(self) -> bool:
        return self.until is not None

    @property
    def place(self) -> int:
        """In line, counted from 1; 0 where it's offered."""
        return 0 if self.is_offered else self.ahead + 1


def join(*, session_id: int, listing_id: int, bag: UUID, name: str = "") -> Ticket:
    """Wait for a piece that is held, in the order of coming; a repeat changes nothing.

    Refuses what is free to claim now, what is sold for good, and what could only come
    back from her own bag. A replay sells like a session on air.
    """
    listing = _listing(session_id, listing_id)
    if streams.replay_of(session_id) is None:
        require(listing.session, LiveSession.State.ON_AIR)
    if not listing.variant.product.merchant.may_sell:
        raise linking.NotForSale()
    move(listing.variant_id)
    row = Waiting(
        listing=listing,
        variant_id=listing.variant_id,
        bag=bag,
        name=plain_text(name)[:40],
        quantity=listing.variant.min_quantity,
    )
    try:
        _enter(row)
    except IntegrityError:  # is in line already
        row = Waiting.objects.of(bag).in_line().get(listing=listing)
    return _ticket(row)


@transaction.atomic
def _enter(row: Waiting) -> None:
    row.save(force_insert=True)
    _require_others(row)
    if not line.wait_for(variant_id=row.variant_id, quantity=row.quantity):
        level = StockLevel.objects.get(pk=row.variant_id)
        if level.on_offer >= row.quantity:
            raise ItIsFree()
        raise catalog.not_enough(row.variant_id)


def _require_others(row: Waiting) -> None:
    """Somebody else holds what she waits for, or may buy it."""
    hers = Hold.objects.filter(
        variant=row.variant_id, bag=row.bag, state__in=Hold.OPEN
    ).aggregate(units=Sum("quantity", default=0))["units"]
    level = StockLevel.objects.get(pk=row.variant_id)
    if hers and level.on_hand - level.allocated - hers < row.quantity:
        raise HeldForYou()


def leave(*, session_id: int, listing_id: int, bag: UUID) -> None:
    """Wait no longer, or pass on what was offered: then the next is asked at once."""
    listing = _listing(session_id, listing_id)
    _leave(listing, bag)
    move(listing.variant_id)


@transaction.atomic
def _leave(listing: Listing, bag: UUID) -> None:
    rows = Waiting.objects.of(bag).in_line().filter(listing=listing)
    row = rows.select_for_update().first()
    if row is None:
        raise NotInLine()
    if row.state == Waiting.State.WAITING:
        _end([row], Waiting.State.LEFT)
        line.stop_waiting(variant_id=row.variant_id, quantity=row.quantity)
    elif row.hold_id is not None:
        _end([row], Waiting.State.PASSED)
        catalog.release(hold_ids=[row.hold_id])


def tickets(*, session_id: int, bag: UUID | None) -> list[Ticket]:
    """Where a bag stands in the lines of a session."""
    if bag is None:
        return []
    rows = Waiting.objects.of(bag).in_line().filter(listing__session=session_id)
    return [_ticket(row) for row in rows.order_by("pk")]


def move(variant_id: int) -> bool:
    """Offer what came back to those who come next; whether anything moved at all.

    What ran out comes back first. Safe to run anywhere, at any time, and many times at
    once: each unit is offered to exactly one.
    """
    if not Waiting.objects.in_line().filter(variant=variant_id).exists():
        return False
    moved = catalog.expire_stale(variant_id) > 0
    moved = _settle(variant_id) or moved
    while _offer_next(variant_id):
        moved = True
    return moved


def move_lines_of(session_id: int) -> None:
    """Move the lines of a session's pieces that can go on: somebody is looking."""
    rows = Waiting.objects.in_line().filter(listing__session=session_id)
    for variant_id in rows.values_list("variant_id", flat=True).distinct():
        move(variant_id)


def move_all() -> int:
    """A round: move every line that can go on; returns how many moved."""
    due = sql.rows(DUE_SQL, now=timezone.now())
    return sum(move(row.variant_id) for row in due)


def redeem(ticket: int) -> None:
    """The units offered to a ticket become a claim's, once. Locks the place in line.

    Raises OfferOver when they are not its any more.
    """
    offered = Waiting.objects.filter(pk=ticket, state=Waiting.State.OFFERED)
    if not offered.update(state=Waiting.State.TAKEN):
        raise OfferOver()


def keep_hold(hold_id: int) -> datetime:
    """Hold offered units as long as any claim's. Raises OfferOver if too late."""
    until = timezone.now() + timedelta(minutes=settings.HOLD_MINUTES)
    if not catalog.keep_hold(hold_id=hold_id, until=until):
        raise OfferOver()
    return until


@transaction.atomic
def _settle(variant_id: int) -> bool:
    """End offers that nobody took, and the waiting for what will not come back."""
    rows = Waiting.objects.in_line().filter(variant=variant_id)
    unanswered = rows.filter(state=Waiting.State.OFFERED).exclude(
        hold__state__in=Hold.OPEN
    )
    passed = unanswered.update(state=Waiting.State.PASSED)
    level = StockLevel.objects.get(pk=variant_id)
    too_few = Q(quantity__gt=level.on_hand - level.allocated)
    sells = Q(listing__session__state=LiveSession.State.ON_AIR) | Q(
        listing__session__in=streams.replayed().values("session")
    )
    over = rows.waiting().filter(too_few | ~sells).order_by("pk")
    ended = list(over.select_for_update(of=("self",)))
    if ended:
        _end(ended, Waiting.State.OVER)
        units = sum(row.quantity for row in ended)
        line.stop_waiting(variant_id=variant_id, quantity=units)
    return bool(passed or ended)


def _offer_next(variant_id: int) -> bool:
    """Offer units to who comes next; False when nobody waits or too few are free."""
    level = StockLevel.objects.get(pk=variant_id)
    if level.free <= 0 or not level.awaited:
        return False
    try:
        return _offer(variant_id)
    except catalog.NotEnoughStock:
        return False


@transaction.atomic
def _offer(variant_id: int) -> bool:
    """To the first in line, told to the room, and last the guarded hold.

    Who moves the same line at the same time waits here for that place, and then finds
    the next one.
    """
    rows = Waiting.objects.waiting().select_related("listing")
    line_of = rows.filter(variant=variant_id).order_by("pk")
    row = line_of.select_for_update(of=("self",)).first()
    if row is None:
        return False
    hold_id = sql.row("SELECT nextval('catalog_hold_id_seq') AS id").id
    until = timezone.now() + timedelta(minutes=settings.WAITING_OFFER_MINUTES)
    Waiting.objects.filter(pk=row.pk).update(
        state=Waiting.State.OFFERED, hold_id=hold_id, offered_until=until
    )
    said = {"listing": row.listing_id, "ticket": row.pk, "name": row.name}
    events.append(row.listing.session_id, "offer", said)
    line.hold_awaited(
        variant_id=variant_id,
        quantity=row.quantity,
        bag=row.bag,
        hold_id=hold_id,
        until=until,
    )
    return True


def _end(rows: Iterable[Waiting], state: str) -> None:
    keys = [row.pk for row in rows]
    Waiting.objects.filter(pk__in=keys).update(state=state)


def _ticket(row: Waiting) -> Ticket:
    ahead = Waiting.objects.waiting().filter(variant=row.variant_id, pk__lt=row.pk)
    is_offered = row.state == Waiting.State.OFFERED
    until = row.offered_until if is_offered else None
    return Ticket(row.listing_id, row.pk, 0 if is_offered else ahead.count(), until)


def _listing(session_id: int, listing_id: int) -> Any:
    rows = Listing.objects.for_display().select_related("session")
    found = rows.filter(pk=listing_id, session=session_id).first()
    if found is None:
        raise NotInThisSession()
    return found

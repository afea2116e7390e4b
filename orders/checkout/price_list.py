"""What a room sells, and for how much: read once for all who ask after a change.

When a host changes a price, thousands hear of it in the same second and ask what it is
at their doors. Each process then reads the room once, however many ask, and remembers
what a price is in a country and in some money (`doors`, `rates`).
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from donghai import memory
from livestream.deals import services as deals
from livestream.models import Deal, Listing, LiveSession
from orders.checkout.deals import with_room

MOST = 256  # rooms a process remembers


@dataclass(frozen=True, slots=True, eq=False)
class PriceList:
    """A room's listings in order and the deals that run, by listing.

    As they stand at number `as_of` of the room's log, or later: `begun` says when they
    were read. What was `answered` from it is forgotten with it.
    """

    session: LiveSession
    as_of: int
    begun: float
    listings: list[Listing]
    deals: dict[int, Deal]
    answered: dict[Any, bytes] = field(default_factory=dict)

    def is_good(self, after: int | None, asked: float) -> bool:
        """Whether it answers who asked at `asked` for what event `after` told of."""
        if self.begun >= asked:
            return True
        is_young = asked - self.begun < memory.SECONDS
        return is_young and after is not None and after <= self.as_of


_known: OrderedDict[int, PriceList] = OrderedDict()
_reading = Lock()


def of_room(session_id: int, after: int | None = None) -> PriceList:
    """No older than event `after` of the room, or than the question where it's None.

    Who asks while somebody reads waits for that and takes what he found, if it's good.
    Raises LiveSession.DoesNotExist.
    """
    asked = monotonic()
    found = _known.get(session_id)
    if found and found.is_good(after, asked):
        return found
    with _reading:
        found = _known.get(session_id)
        if not found or not found.is_good(after, asked):
            found = _known[session_id] = _read(session_id)
            _known.move_to_end(session_id)
            if len(_known) > MOST:
                _known.popitem(last=False)
    return found


def _read(session_id: int) -> PriceList:
    """The room's number first, then what it may have told of."""
    begun = monotonic()
    rooms = LiveSession.objects.for_display().select_related("log")
    session = rooms.get(pk=session_id)
    return PriceList(
        session=session,
        as_of=session.log.last_number,
        begun=begun,
        listings=listings_of(session),
        deals=running_in(session),
    )


def listings_of(session: LiveSession) -> list[Listing]:
    """Its listings in order, each with the session at hand."""
    rows = Listing.objects.filter(session=session).for_display()
    listings = list(rows.order_by("position", "pk"))
    for listing in listings:
        listing.session = session
    return listings


def running_in(session: LiveSession) -> dict[int, Deal]:
    """The deals one can claim in, by listing; only while it's on air."""
    is_on_air = session.state == LiveSession.State.ON_AIR
    return with_room(deals.of_session(session.pk)) if is_on_air else {}

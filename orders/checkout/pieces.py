"""A session's pieces as its room and its desk show them just now."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from livestream.deals import services as deals
from livestream.models import Deal, Listing, LiveSession
from livestream.room import stock
from livestream.room.stock import Stock
from orders.checkout import price_list
from orders.checkout.deals import taken_of
from orders.checkout.doors import NOBODY, Offer, offers
from orders.checkout.visitors import Visitor
from orders.checkout.waiting import Ticket

NO_CLAIMS: Mapping[int, datetime] = {}
NOTHING = Stock(left=0, held=0, waiting=0, back_at=None)


@dataclass(frozen=True, slots=True)
class Piece:
    """A listing at the visitor's door: at its normal price, and in the deal that runs.

    `ticket` is the visitor's own place in the line for it, `held_until` her own claim's
    end, `taken` what is claimed of the deal.
    """

    normal: Offer
    stock: Stock
    deal: Deal | None = None
    in_deal: Offer | None = None
    ticket: Ticket | None = None
    taken: int = 0
    held_until: datetime | None = None

    @property
    def listing(self) -> Listing:
        return self.normal.listing

    @property
    def offer(self) -> Offer:
        """What one piece costs now."""
        return self.in_deal or self.normal

    @property
    def price_minor(self) -> int:
        """Of the piece alone, without post and tax: what a claim agrees to."""
        return self.offer.listing.retail_minor

    @property
    def may_claim(self) -> bool:
        return self.stock.left > 0 or (
            self.ticket is not None and self.ticket.is_offered
        )

    @property
    def may_wait(self) -> bool:
        return not (self.may_claim or self.held_until) and self.stock.held > 0


def pieces(
    session: LiveSession,
    listings: Sequence[Listing],
    visitor: Visitor = NOBODY,
    tickets: Sequence[Ticket] = (),
    held: Mapping[int, datetime] = NO_CLAIMS,
) -> list[Piece]:
    """Each listing (with its session at hand) as its room shows it, in that order."""
    running = price_list.running_in(session)
    return _pieces(session, listings, running, visitor, tickets, held)


def at_the_desk(session: LiveSession, listings: Sequence[Listing]) -> list[Piece]:
    """The same as its host sees it: deals with nothing left in them, too."""
    return _pieces(session, listings, deals.of_session(session.pk))


def _pieces(
    session: LiveSession,
    listings: Sequence[Listing],
    running: Mapping[int, Deal],
    visitor: Visitor = NOBODY,
    tickets: Sequence[Ticket] = (),
    held: Mapping[int, datetime] = NO_CLAIMS,
) -> list[Piece]:
    left = stock.of_room(session.pk)
    mine = {ticket.listing_id: ticket for ticket in tickets}
    cheaper = in_deals(listings, running, visitor)
    taken = taken_of(running.values())
    return [
        Piece(
            normal=normal,
            stock=left.get(normal.listing.pk, NOTHING),
            deal=running.get(normal.listing.pk),
            in_deal=cheaper.get(normal.listing.pk),
            ticket=mine.get(normal.listing.pk),
            taken=taken.get(normal.listing.pk, 0),
            held_until=held.get(normal.listing.pk),
        )
        for normal in offers(listings, visitor)
    ]


def pinned(shown: Sequence[Piece]) -> list[Piece]:
    """Those shown to everybody, the one in the host's hand first."""
    up = [(one.listing.pinned_at, one) for one in shown]
    in_order = sorted((at, i) for i, (at, _one) in enumerate(up) if at is not None)
    return [up[i][1] for _at, i in reversed(in_order)]


def in_deals(
    listings: Sequence[Listing], running: Mapping[int, Deal], visitor: Visitor
) -> dict[int, Offer]:
    """Those that are in a deal, at its price, by listing."""
    cheaper = [_in(running[one.pk], one) for one in listings if one.pk in running]
    return {one.listing.pk: one for one in offers(cheaper, visitor)}


def _in(deal: Deal, listing: Listing) -> Listing:
    """The listing as it is sold in a deal."""
    cheaper = copy(listing)
    cheaper.retail_minor = deal.price_minor
    cheaper.host_share_minor = deal.host_share_minor
    deal.listing = listing
    return cheaper

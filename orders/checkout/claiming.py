"""A viewer's "mine": units of a listing held for her, with her place in line.

Locks: listing, room counter, and last of all the stock row.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, Merchant
from catalog.stock import services as catalog
from donghai import sql
from donghai.errors import Refused
from livestream.chat.services import plain_text
from livestream.models import LiveSession
from livestream.sessions import linking
from orders.checkout import deals, statements, waiting
from orders.checkout.models import Claim

MOST_PER_CLAIM = 99


class NotOnAir(Refused):
    code = "not_on_air"
    title = _("The session is not on air, so nothing can be claimed in it.")


class TooMany(Refused):
    code = "too_many"
    title = _("One claim is for 1 to %(most)s pieces.")
    status = 422


class TooFew(Refused):
    code = "too_few"
    title = _("Its merchant sells at least %(fewest)s of these at once.")
    status = 422


def claim(  # noqa: PLR0913 - the facts of a claim, nothing more
    *,
    session_id: int,
    listing_id: int,
    bag: UUID,
    quantity: int | None = None,
    name: str = "",
    price_minor: int | None = None,
    came_from: str = "",
) -> Claim:
    """Give a viewer units of a listing: a place in line and a hold, or NotEnoughStock.

    Without a quantity, what she was offered from a waiting line, which becomes the
    claim's, else the fewest its merchant sells at once; `price_minor` is the most she
    agrees to (see `deals.agree`); `came_from` is the other platform whose link brought
    her. A repeat makes a second claim. Refused, it leaves no trace.
    """
    if quantity is not None and not 1 <= quantity <= MOST_PER_CLAIM:
        raise TooMany(most=MOST_PER_CLAIM)
    offer = _offer(session_id, listing_id, bag)
    usual = offer.offered_units or offer.min_quantity
    wanted = usual if quantity is None else quantity
    if wanted < offer.min_quantity and wanted != offer.offered_units:
        raise TooFew(fewest=offer.min_quantity)
    if _bring_back(offer, wanted):
        offer = _offer(session_id, listing_id, bag)
    is_offered = offer.ticket is not None and offer.offered_units == wanted
    if not is_offered and (offer.free is None or offer.free < wanted):
        catalog.require_free(variant_id=offer.variant_id, quantity=wanted)
    agreed = deals.agree(offer, wanted, price_minor)
    made = Claim(
        listing_id=listing_id,
        hold_id=offer.offered_id if is_offered else offer.hold_id,
        deal_id=agreed.deal_id,
        bag=bag,
        name=plain_text(name)[:40],
        quantity=wanted,
        price_minor=agreed.price_minor,
        wholesale_minor=agreed.wholesale_minor,
        currency=offer.currency,
        came_from=came_from,
        claimed_at=timezone.now(),
    )
    try:
        _take(made, offer.variant_id, ticket=offer.ticket if is_offered else None)
    except waiting.OfferOver:
        waiting.move(offer.variant_id)
        raise
    except deals.Crowded:
        again: dict[str, Any] = {
            "quantity": quantity,
            "name": name,
            "price_minor": price_minor,
            "came_from": came_from,
        }
        return claim(session_id=session_id, listing_id=listing_id, bag=bag, **again)
    return made


def _offer(session_id: int, listing_id: int, bag: UUID) -> Any:
    """What is on offer to this bag just now; refuses what nobody may claim."""
    offer = sql.row(
        statements.OFFER,
        listing=listing_id,
        session=session_id,
        bag=bag,
        now=timezone.now(),
    )
    if offer is None:
        raise waiting.NotInThisSession()
    is_replayed = offer.state == LiveSession.State.ENDED and offer.has_replay
    if offer.state != LiveSession.State.ON_AIR and not is_replayed:
        raise NotOnAir()
    if offer.merchant_state != Merchant.State.APPROVED:
        raise linking.NotForSale()
    return offer


def _bring_back(offer: Any, wanted: int) -> bool:
    """Bring back what ran out where it's missed: by a line that waits, or by a deal."""
    if offer.awaited and offer.ticket is None:
        return waiting.move(offer.variant_id)
    return not deals.has_room(offer, wanted) and bool(
        catalog.expire_stale(offer.variant_id)
    )


@transaction.atomic
def _take(made: Claim, variant_id: int, ticket: int | None) -> None:
    """Place, claim, and last the guarded hold, so that the stock row is locked briefly.

    The claim names its hold before it exists: that foreign key is checked at commit.
    With a ticket of the waiting line the hold is there and only lasts longer.
    """
    if ticket is not None:
        waiting.redeem(ticket)
    made.place = linking.claim_place(
        listing_id=made.listing_id,
        quantity=made.quantity,
        name=made.name,
        now=made.claimed_at,
        is_offered=ticket is not None,
    )
    deals.keep(made)
    if ticket is not None:
        until = waiting.keep_hold(made.hold_id)
    else:
        until = catalog.hold(
            variant_id=variant_id,
            quantity=made.quantity,
            bag=made.bag,
            hold_id=made.hold_id,
        ).expires_at
    made.hold = Hold(
        pk=made.hold_id,
        variant_id=variant_id,
        bag=made.bag,
        quantity=made.quantity,
        expires_at=until,
    )


def drop(*, bag: UUID, claim_id: int) -> bool:
    """Give a claim's units back at once. False when they were not held any more."""
    claims = Claim.objects.of(bag).filter(pk=claim_id)
    holds = dict(claims.values_list("hold_id", "listing__variant_id"))
    released = catalog.release(hold_ids=list(holds))
    for hold_id in released:
        waiting.move(holds[hold_id])
    return bool(released)

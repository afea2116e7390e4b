"""A viewer's "mine": units of a listing held for her, with her place in line.

Locks: listing, room counter, and last of all the stock row.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, Merchant
from catalog.stock import services as catalog
from donghai import sql
from donghai.errors import Refused
from donghai.idempotency import KeyReused
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
    key: UUID | None = None,
) -> Claim:
    """Give a viewer units of a listing: a place in line and a hold, or NotEnoughStock.

    Without a quantity, what she was offered from a waiting line, which becomes the
    claim's, else the fewest its merchant sells at once; `price_minor` is the most she
    agrees to (see `deals.agree`); `came_from` is the other platform whose link brought
    her. A repeat makes a second claim, unless it has the `key` of the first: then it
    brings that one, in its bag. Refused, it leaves no trace.
    """
    if quantity is not None and not 1 <= quantity <= MOST_PER_CLAIM:
        raise TooMany(most=MOST_PER_CLAIM)
    wanted = Claim(
        listing_id=listing_id,
        bag=bag,
        name=plain_text(name)[:40],
        came_from=came_from,
        key=key,
    )
    if key is None:
        return _make(session_id, wanted, quantity, price_minor)
    try:
        first = _made_with(key, listing_id)
        return first or _make(session_id, wanted, quantity, price_minor)
    except (IntegrityError, Refused):  # the same at the same time took it
        first = _made_with(key, listing_id)
        if first is None:
            raise
        return first


def _make(
    session_id: int, made: Claim, quantity: int | None, price_minor: int | None
) -> Claim:
    offer = _offer(session_id, made.listing_id, made.bag)
    usual = offer.offered_units or offer.min_quantity
    wanted = usual if quantity is None else quantity
    if wanted < offer.min_quantity and wanted != offer.offered_units:
        raise TooFew(fewest=offer.min_quantity)
    if _bring_back(offer, wanted):
        offer = _offer(session_id, made.listing_id, made.bag)
    is_offered = offer.ticket is not None and offer.offered_units == wanted
    if not is_offered and (offer.free is None or offer.free < wanted):
        catalog.require_free(variant_id=offer.variant_id, quantity=wanted)
    agreed = deals.agree(offer, wanted, price_minor)
    made.hold_id = offer.offered_id if is_offered else offer.hold_id
    made.deal_id = agreed.deal_id
    made.quantity = wanted
    made.price_minor = agreed.price_minor
    made.wholesale_minor = agreed.wholesale_minor
    made.currency = offer.currency
    made.claimed_at = timezone.now()
    try:
        ticket = offer.ticket if is_offered else None
        _take(made, session_id, offer.variant_id, ticket)
    except waiting.OfferOver:
        waiting.move(offer.variant_id)
        raise
    except deals.Crowded:
        return _make(session_id, made, quantity, price_minor)
    return made


def _made_with(key: UUID, listing_id: int) -> Claim | None:
    """What the key made before, at whatever price; it is for that listing alone."""
    made = Claim.objects.select_related("hold").filter(key=key).first()
    if made and made.listing_id != listing_id:
        raise KeyReused()
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
def _take(made: Claim, session_id: int, variant_id: int, ticket: int | None) -> None:
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
    deals.keep(made, session_id=session_id)
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


def held(*, session_id: int, bag: UUID | None) -> dict[int, datetime]:
    """Until when a bag's claims in a session are held, by listing; the first to end."""
    if bag is None:
        return {}
    claims = (
        Claim.objects.of(bag)
        .open()
        .filter(listing__session=session_id, hold__expires_at__gt=timezone.now())
    )
    ends = claims.order_by("-hold__expires_at")
    return dict(ends.values_list("listing", "hold__expires_at"))


def drop(*, bag: UUID, claim_id: int) -> bool:
    """Give a claim's units back at once. False when they were not held any more."""
    claims = Claim.objects.of(bag).filter(pk=claim_id)
    holds = dict(claims.values_list("hold_id", "listing__variant_id"))
    released = catalog.release(hold_ids=list(holds))
    for hold_id in released:
        waiting.move(holds[hold_id])
    return bool(released)

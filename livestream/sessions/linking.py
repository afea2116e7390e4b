"""Pieces linked to a session, and which of them everybody is shown.

Locks: a listing, then its room's counter, then (in orders) stock.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from donghai.errors import Refused
from donghai.home import home_day
from donghai.money import Money
from hosts.models import Host
from livestream.sessions import events, pricing, sold
from livestream.sessions.models import Listing, LiveSession
from livestream.sessions.services import WrongState, own, require

MOST_TIMES_LEAST = 100  # beyond that a price is a slip of the thumb


class RetailTooLow(Refused):
    code = "retail_too_low"
    title = _("The price does not cover its costs. The least is %(least)s.")
    status = 422


class RetailTooHigh(Refused):
    code = "retail_too_high"
    title = _("Is that a nought too many? The most one may ask is %(most)s.")
    status = 422


class NotForSale(Refused):
    code = "not_for_sale"
    title = _("This piece is not for sale now.")


def preview_shares(
    *,
    session: LiveSession,
    variant: Variant,
    retail: Money,
    terms: pricing.Terms | None = None,
) -> pricing.Shares:
    """What merchant, host and centre would get of one piece.

    Raises RetailTooLow below its costs or the merchant's lowest price, and
    RetailTooHigh where only a slip can be meant.
    """
    today = timezone.localdate()
    rate = pricing.rate_into_yuan(session.currency, today)
    terms = terms or pricing.Terms.of(session.host, home_day())
    wholesale = terms.wholesale(variant)
    shares = pricing.shares(retail, wholesale, rate)
    least = pricing.least_for(variant, wholesale, session.currency, rate)
    if shares.host.minor <= 0 or retail < least:
        raise RetailTooLow(least=least, least_minor=least.minor)
    most = least * MOST_TIMES_LEAST
    if retail > most:
        raise RetailTooHigh(most=most, most_minor=most.minor)
    return shares


@transaction.atomic
def link_variant(
    *, host: Host, session_id: int, variant_id: int, retail: Money
) -> Listing:
    """Link a piece of the market to a session at a price, or change that price.

    Claims already made keep theirs, and so does the listing what the merchant asked
    when the host accepted. Refuses a price below wholesale plus costs.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
    wanted = Variant.objects.for_sale().select_related("product__merchant")
    variant = wanted.filter(pk=variant_id).first()
    if variant is None:
        raise NotForSale()
    shares = preview_shares(session=session, variant=variant, retail=retail)
    accepted = {
        "retail_minor": retail.minor,
        "currency": retail.currency,
        "host_share_minor": shares.host.minor,
        "wholesale_minor": shares.merchant.minor,
        "rate_id": shares.rate_id,
    }
    listing, _is_new = Listing.objects.update_or_create(
        session=session,
        variant=variant,
        defaults=accepted,
        create_defaults=accepted | {"position": session.listings.count() + 1},
    )
    events.append(session.pk, "listing", describe(listing, session.language))
    return listing


@transaction.atomic
def unlink(*, host: Host, session_id: int, listing_id: int) -> None:
    """Take a piece out of a session; refused once somebody claimed it."""
    session = own(host, session_id)
    listing = session.listings.select_for_update().get(pk=listing_id)
    if listing.claims_made:
        raise WrongState(state=session.get_state_display())
    listing.delete()
    events.append(session.pk, "unlist", {"listing": listing_id})


@transaction.atomic
def pin(*, host: Host, session_id: int, listing_id: int) -> Listing:
    """Show one piece to everybody; the one pinned before makes room."""
    session = own(host, session_id)
    require(session, LiveSession.State.ON_AIR)
    session.listings.filter(pinned_at__isnull=False).exclude(pk=listing_id).update(
        pinned_at=None
    )
    listing = session.listings.for_display().get(pk=listing_id)
    listing.pinned_at = timezone.now()
    listing.save(update_fields=["pinned_at"])
    events.append(session.pk, "pin", describe(listing, session.language))
    return listing


@transaction.atomic
def unpin(*, host: Host, session_id: int, listing_id: int) -> None:
    """Take the pinned piece away; nothing happens when it isn't pinned."""
    session = own(host, session_id)
    gone = session.listings.filter(pk=listing_id, pinned_at__isnull=False).update(
        pinned_at=None
    )
    if gone:
        events.append(session.pk, "unpin", {"listing": listing_id})


def claim_place(*, listing_id: int, quantity: int, name: str, now: datetime) -> int:
    """Give a claim its place in line and tell the room, in the claim's transaction.

    Locks the listing and the room's counter until that transaction ends.
    """
    payload = {"listing": listing_id, "quantity": quantity, "name": name}
    return events.append_claim(listing_id, payload, now)


def note_sale(
    *, session_id: int, listing_id: int, place: int, name: str, units: int
) -> None:
    """Tell the room that a claim was paid, and count it."""
    sold.count(listing_id=listing_id, units=units)
    events.append(
        session_id, "paid", {"listing": listing_id, "place": place, "name": name}
    )


def describe(listing: Listing, language: str) -> dict[str, Any]:
    """A listing as the room shows it; amounts in minor units of `currency`."""
    product = listing.variant.product
    level = listing.variant.stock
    return {
        "listing": listing.pk,
        "title": product.title(language),
        "size": listing.variant.size,
        "weight_g": float(listing.variant.weight_g),
        "origin": product.origin,
        "treatment": product.treatment,
        "picture": product.picture.url if product.picture else "",
        "retail_minor": listing.retail_minor,
        "currency": listing.currency,
        "left": level.free,
        "held": level.reserved,
    }

"""Pieces linked to a session, and which of them everybody is shown.

Locks: a listing, then its room's counter, then (in orders) stock.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from donghai.errors import Refused
from donghai.home import home_day
from donghai.money import Money
from hosts.models import Host
from livestream.events import services as events
from livestream.sessions import pricing
from livestream.sessions.models import Listing, LiveSession
from livestream.sessions.services import WrongState, own, require
from livestream.sold import services as sold

MOST_PINNED = 3
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


class StaysLinked(Refused):
    code = "stays_linked"
    title = _("People have waited in line for this piece, so it stays in the session.")


class NotOnTheSheet(Refused):
    code = "not_on_the_sheet"
    title = _("That piece is not in the session any more. The list is shown anew.")


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
    """Take a piece out of a session; refused once somebody claimed or awaited it."""
    session = own(host, session_id)
    listing = session.listings.select_for_update().get(pk=listing_id)
    if listing.claims_made:
        raise WrongState(state=session.get_state_display())
    try:
        listing.delete()
    except ProtectedError:
        raise StaysLinked() from None
    events.append(session.pk, "unlist", {"listing": listing_id})


@transaction.atomic
def pin(
    *, host: Host, session_id: int, listing_id: int, instead: bool = False
) -> Listing:
    """Take a piece into the hand and show it to everybody, first of at most three.

    A fourth makes the one shown longest leave. `instead` makes it take the place of the
    one in the hand now; without it that one is shown beside it.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.ON_AIR)
    listing = session.listings.for_display().get(pk=listing_id)
    shown = _pinned(session.pk)
    others = [pk for pk in shown[1 if instead else 0 :] if pk != listing_id]
    kept = others[: MOST_PINNED - 1]
    session.listings.filter(pk__in=set(shown) - {*kept, listing_id}).update(
        pinned_at=None
    )
    listing.pinned_at = timezone.now()
    listing.save(update_fields=["pinned_at"])
    said = describe(listing, session.language) | {"pinned": [listing_id, *kept]}
    events.append(session.pk, "pin", said)
    return listing


@transaction.atomic
def unpin(*, host: Host, session_id: int, listing_id: int) -> None:
    """Take a pinned piece away; nothing happens when it isn't pinned."""
    session = own(host, session_id)
    gone = session.listings.filter(pk=listing_id, pinned_at__isnull=False).update(
        pinned_at=None
    )
    if gone:
        said = {"listing": listing_id, "pinned": _pinned(session.pk)}
        events.append(session.pk, "unpin", said)


def _pinned(session_id: int) -> list[int]:
    """What is shown, the piece in the hand first."""
    rows = Listing.objects.filter(session=session_id).pinned()
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def move(
    *, host: Host, session_id: int, listing_id: int, before_id: int | None
) -> list[int]:
    """Put a piece before another one on the run sheet, or last; returns the new order.

    Two who order at once each move their own piece. Refuses when one of the two is not
    in the session any more. Locks the session.
    """
    session = own(host, session_id)
    rows = session.listings.order_by("position", "pk")
    positions = dict(rows.values_list("pk", "position"))
    if not {listing_id, before_id or listing_id} <= positions.keys():
        raise NotOnTheSheet()
    if before_id == listing_id:
        return list(positions)
    order = [pk for pk in positions if pk != listing_id]
    order.insert(order.index(before_id) if before_id else len(order), listing_id)
    moved = [
        Listing(pk=pk, position=place)
        for place, pk in enumerate(order, 1)
        if positions[pk] != place
    ]
    if moved:
        Listing.objects.bulk_update(moved, ["position"])
        events.append(session.pk, "order", {"listings": order})
    return order


def claim_place(
    *,
    listing_id: int,
    quantity: int,
    name: str,
    now: datetime,
    is_offered: bool = False,
) -> int:
    """Give a claim its place in line and tell the room, in the claim's transaction.

    `is_offered`: its units were set aside before, so that what is left stays the same.
    Locks the listing and the room's counter until that transaction ends.
    """
    payload: dict[str, Any] = {"listing": listing_id, "quantity": quantity}
    payload["name"] = name
    if is_offered:
        payload["offered"] = True
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
        "left": level.on_offer,
        "held": level.reserved,
        "waiting": level.awaited // listing.variant.min_quantity,
    }

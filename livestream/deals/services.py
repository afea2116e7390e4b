"""Starting and ending a flash deal. Locks the session, then the room's counter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from donghai.errors import Refused
from donghai.money import Money
from hosts.models import Host
from livestream.deals.models import Deal
from livestream.events import services as events
from livestream.sessions import linking, pricing
from livestream.sessions.models import Listing, LiveSession
from livestream.sessions.services import own, require

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=20)
MOST = 9999  # units of a deal


class DealRunning(Refused):
    code = "deal_running"
    title = _("A deal on this piece is running. End it before you start another.")


class NotADeal(Refused):
    code = "not_a_deal"
    title = _("A deal costs less than the normal price, which is %(normal)s.")
    status = 422


class OddDeal(Refused):
    code = "odd_deal"
    title = _(
        "A deal lasts from 30 seconds to 20 minutes, for at least one piece and at "
        "least as many as its merchant sells at once."
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Terms:
    """What a host fills in: price, time, how many in all and for each person."""

    price: Money
    lasts: timedelta
    cap: int
    per_person: int


def preview(*, listing: Listing, price: Money) -> pricing.Shares:
    """What everybody would get of one piece in a deal; checked like a normal price.

    Needs the listing's session, host and variant at hand.
    """
    if price.minor >= listing.retail_minor:
        raise NotADeal(normal=listing.retail)
    return linking.preview_shares(
        session=listing.session, variant=listing.variant, retail=price
    )


@transaction.atomic
def start(*, host: Host, session_id: int, listing_id: int, terms: Terms) -> Deal:
    """Sell a listing for less from now on, for a while. Refuses a second one at once.

    Claims already made keep their price.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.ON_AIR)
    listing = session.listings.for_display().get(pk=listing_id)
    listing.session = session
    _require_sense(terms, listing.variant)
    shares = preview(listing=listing, price=terms.price)
    now = timezone.now()
    rows = Deal.objects.filter(listing=listing, ended_at=None)
    rows.filter(ends_at__lte=now).update(ended_at=F("ends_at"))
    if rows.exists():
        raise DealRunning()
    deal = Deal.objects.create(
        listing=listing,
        price_minor=terms.price.minor,
        host_share_minor=shares.host.minor,
        wholesale_minor=shares.merchant.minor,
        rate_id=shares.rate_id,
        cap=terms.cap,
        per_person=min(terms.per_person, terms.cap),
        starts_at=now,
        ends_at=now + terms.lasts,
    )
    events.append(session.pk, "deal", describe(deal))
    return deal


@transaction.atomic
def end(*, host: Host, session_id: int, listing_id: int) -> None:
    """End a listing's deal before its time; nothing happens when none is running.

    Locks the listing, as claims do, so that no claim is half in it.
    """
    session = own(host, session_id)
    session.listings.select_for_update(no_key=True).get(pk=listing_id)
    now = timezone.now()
    rows = Deal.objects.filter(listing=listing_id, ended_at=None, ends_at__gt=now)
    if rows.update(ended_at=now):
        events.append(session.pk, "deal_over", {"listing": listing_id})


def of_session(session_id: int, moment: datetime | None = None) -> dict[int, Deal]:
    """The deals that run in a session, by listing."""
    running = Deal.objects.running(moment or timezone.now())
    rows = running.filter(
        listing__session=session_id, price_minor__lt=F("listing__retail_minor")
    )
    return {deal.listing_id: deal for deal in rows}


def describe(deal: Deal) -> dict[str, Any]:
    """A deal as the room shows it, in minor units of the listing's currency."""
    return {
        "listing": deal.listing_id,
        "price_minor": deal.price_minor,
        "currency": deal.listing.currency,
        "cap": deal.cap,
        "per_person": deal.per_person,
        "starts_at": deal.starts_at.isoformat(),
        "ends_at": deal.ends_at.isoformat(),
    }


def _require_sense(terms: Terms, variant: Variant) -> None:
    fewest = variant.min_quantity
    if (
        not SHORTEST <= terms.lasts <= LONGEST
        or not fewest <= terms.cap <= MOST
        or not fewest <= terms.per_person <= MOST
    ):
        raise OddDeal()

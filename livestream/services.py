"""Scheduling, going live, linking pieces, and what everybody in the room sees.

Locks: a listing, then its room's counter, then (in orders) stock.
"""

import unicodedata
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from donghai.errors import Refused
from donghai.home import home_day
from donghai.money import Money
from hosts.models import Host
from hosts.services import require_right_to_present
from livestream import events, pricing, sold
from livestream.models import Listing, LiveSession, Market, RoomLog

LONGEST_CHAT = 200
MOST_TIMES_LEAST = 100  # beyond that a price is a slip of the thumb
FARTHEST = timedelta(days=366)


class NotYourSession(Refused):
    code = "not_your_session"
    title = _("This session belongs to another host.")
    status = 403


class WrongState(Refused):
    code = "wrong_state"
    title = _("The session is %(state)s: this cannot be done now.")


class AlreadyOnAir(Refused):
    code = "already_on_air"
    title = _("You are on air in another session. End that one first.")


class NoSuchTime(Refused):
    code = "no_such_time"
    title = _("%(time)s does not exist there: the clocks change that night.")
    status = 422


class NotThatDay(Refused):
    code = "not_that_day"
    title = _("A session starts between now and a year from now.")
    status = 422


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


class NotYourName(Refused):
    code = "not_your_name"
    title = _("That is the host's name. Please take another.")
    status = 422


class NothingToSay(Refused):
    code = "empty_message"
    title = _("Write something first, at most %(longest)s characters.")
    status = 422


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host fills in to schedule a session; times are the market's wall time."""

    title: str
    language: str
    market: Market
    starts_on: date
    starts_time: time
    minutes: int = 120


@transaction.atomic
def schedule_session(*, host: Host, plan: Plan) -> LiveSession:
    """Put a session on the schedule. Refuses a language without certificate."""
    starts_at = moment_of(plan.starts_on, plan.starts_time, plan.market.zone)
    ends_at = starts_at + timedelta(minutes=plan.minutes)
    if ends_at <= timezone.now() or starts_at > timezone.now() + FARTHEST:
        raise NotThatDay()
    require_right_to_present(host, language=plan.language, on=plan.starts_on)
    session = LiveSession.objects.create(
        host=host,
        language=plan.language,
        market=plan.market,
        title=plan.title,
        zone=plan.market.zone,
        starts_on=plan.starts_on,
        starts_time=plan.starts_time,
        starts_at=starts_at,
        ends_at=ends_at,
        currency=plan.market.currency,
    )
    RoomLog.objects.create(session=session)
    return session


def moment_of(day: date, wall: time, zone: str) -> datetime:
    """The moment a wall clock shows `day` `wall`; the earlier one when it comes twice.

    Raises NoSuchTime for the hour that is skipped when clocks go forward.
    """
    if not MINYEAR < day.year < MAXYEAR:
        raise NotThatDay()
    local = datetime.combine(day, wall, tzinfo=ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != datetime.combine(
        day, wall
    ):
        raise NoSuchTime(time=f"{wall:%H:%M}")
    return moment


@transaction.atomic
def go_live(*, host: Host, session_id: int) -> LiveSession:
    """Open the room; a session already on air stays so. Locks the session."""
    session = _own(host, session_id)
    if session.state == LiveSession.State.ON_AIR:
        return session
    _require(session, LiveSession.State.SCHEDULED)
    if host.sessions.on_air().exists():
        raise AlreadyOnAir()
    session.state, session.went_live_at = LiveSession.State.ON_AIR, timezone.now()
    session.save(update_fields=["state", "went_live_at"])
    events.append(session.pk, "live", {})
    return session


@transaction.atomic
def end_session(*, host: Host, session_id: int) -> LiveSession:
    """Close the room; claims already made stay. Locks the session."""
    session = _own(host, session_id)
    if session.state == LiveSession.State.ENDED:
        return session
    _require(session, LiveSession.State.ON_AIR)
    session.state, session.ended_at = LiveSession.State.ENDED, timezone.now()
    session.save(update_fields=["state", "ended_at"])
    session.listings.filter(pinned_at__isnull=False).update(pinned_at=None)
    events.append(session.pk, "end", {})
    return session


@transaction.atomic
def cancel_session(*, host: Host, session_id: int) -> LiveSession:
    """Take a session off the schedule before it went live."""
    session = _own(host, session_id)
    _require(session, LiveSession.State.SCHEDULED)
    session.state = LiveSession.State.CANCELLED
    session.save(update_fields=["state"])
    events.append(session.pk, "end", {"cancelled": True})
    return session


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
    session = _own(host, session_id)
    _require(session, LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
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
    session = _own(host, session_id)
    listing = session.listings.select_for_update().get(pk=listing_id)
    if listing.claims_made:
        raise WrongState(state=session.get_state_display())
    listing.delete()
    events.append(session.pk, "unlist", {"listing": listing_id})


@transaction.atomic
def pin(*, host: Host, session_id: int, listing_id: int) -> Listing:
    """Show one piece to everybody; the one pinned before makes room."""
    session = _own(host, session_id)
    _require(session, LiveSession.State.ON_AIR)
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
    session = _own(host, session_id)
    gone = session.listings.filter(pk=listing_id, pinned_at__isnull=False).update(
        pinned_at=None
    )
    if gone:
        events.append(session.pk, "unpin", {"listing": listing_id})


@transaction.atomic
def say(*, session_id: int, name: str, text: str) -> int:
    """A line of chat, seen by everybody in the room. Returns its number."""
    said, by = plain_text(text), plain_text(name)
    if not said or not by or len(said) > LONGEST_CHAT:
        raise NothingToSay(longest=LONGEST_CHAT)
    session = LiveSession.objects.select_related("host").get(pk=session_id)
    _require(session, LiveSession.State.ON_AIR)
    if by.casefold() == session.host.name.casefold():
        raise NotYourName()
    return events.append(session_id, "chat", {"name": by, "text": said})


def plain_text(text: str) -> str:
    """One line without control or direction marks, which could dress up as others."""
    kept = "".join(x if unicodedata.category(x)[0] != "C" else " " for x in text)
    return " ".join(kept.split())


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


def _own(host: Host, session_id: int) -> LiveSession:
    session = LiveSession.objects.select_for_update(no_key=True).get(pk=session_id)
    if session.host_id != host.pk:
        raise NotYourSession()
    return session


def _require(session: LiveSession, *states: str) -> None:
    if session.state not in states:
        raise WrongState(state=session.get_state_display())

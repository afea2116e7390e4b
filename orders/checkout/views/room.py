"""The live room for viewers, and the host's desk beside it."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from donghai.paging import whole_number
from hosts.models import Host
from livestream import sharing
from livestream.chat import reading as chat
from livestream.chat.moderation import SLOW
from livestream.models import LiveSession
from livestream.platforms import codes
from livestream.room import stream
from livestream.sessions.services import next_rooms
from livestream.video import replays, streams
from livestream.video.replays import Replay
from livestream.views import platforms
from livestream.views.access import for_desk, own_session
from orders.checkout import (
    claiming,
    claims_log,
    numbers,
    pieces,
    price_list,
    waiting,
)
from orders.checkout.arrivals import came_from, note
from orders.checkout.bag import bag_of, bag_or_new, keep
from orders.checkout.models import Claim, PublishedClaims
from orders.checkout.views.at_the_door import choosing, door_words
from orders.checkout.views.prompter import prompter
from orders.checkout.visitors import visitor_of

EARLY = timedelta(minutes=30)
CHAT_SHOWN = 30
RECEIPT = re.compile(r"C(\d{1,18})-(\d{1,9})")
CLAIMS_SHOWN = 60


def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """The room: who is on air, the piece in her hand, what is said."""
    found = get_object_or_404(
        LiveSession.objects.for_display().select_related("log"), pk=session_id
    )
    visitor, bag = visitor_of(request), bag_of(request)
    listings = price_list.listings_of(found)
    if any(one.variant.stock.awaited for one in listings):
        waiting.move_lines_of(found.pk)
    tickets = waiting.tickets(session_id=found.pk, bag=bag)
    held = claiming.held(session_id=found.pk, bag=bag)
    shown = pieces.pieces(found, listings, visitor, tickets, held)
    up = pieces.pinned(shown)
    asked = whole_number(request.GET.get("piece", ""))
    destination = visitor.country or found.market_id
    replay = _replay(found)
    start = _start(request, found, replay) if replay else 0.0
    if replay and (chapter := replay.at(start)):
        up = [one for one in shown if one.listing.pk == chapter.listing]
    in_hand = next((one for one in up if one.listing.pk == asked), None)
    pinned = in_hand or next(iter(up), None)
    return render(
        request,
        "orders/session.html",
        _room(found, with_me=1)
        | {
            "here": "live",
            "pieces": shown,
            **choosing(visitor),
            "destination": destination,
            "door_words": door_words(destination),
            "money": visitor.currency or found.currency,
            "pinned": pinned,
            "came_for": next((one for one in shown if one.listing.pk == asked), None),
            "pins": up,
            "main": up[0] if up else None,
            "held": [{"listing": key, "until": end} for key, end in held.items()],
            "first_to_end": min(held.values(), default=None),
            "tickets": [_plain(one) for one in tickets],
            "video": streams.live_addresses(found),
            "replay": replay,
            "start": start,
            "is_filmed": streams.is_being_closed(found.pk),
            "sells": found.state == LiveSession.State.ON_AIR or replay is not None,
            **_doors(found),
            **_sharing(found, up),
            "has_log": found.state == LiveSession.State.ENDED
            and claims_log.is_public(found),
        },
    )


def _doors(found: LiveSession) -> dict[str, str]:
    """The JSON doors of a room, by the names its page knows them by."""
    names = {
        "claims_url": "orders:claim",
        "waiting_url": "orders:api-waiting",
        "chat_url": "livestream:api-chat",
        "reactions_url": "livestream:api-reactions",
        "room_url": "livestream:api-session",
    }
    return {key: reverse(name, args=[found.pk]) for key, name in names.items()}


def _plain(place: waiting.Ticket) -> dict[str, Any]:
    """A place in a line, as the page's scripts know it."""
    return {
        "listing": place.listing_id,
        "ticket": place.ticket,
        "place": place.place,
        "offered_until": place.until,
    }


def _sharing(found: LiveSession, up: list[pieces.Piece]) -> dict[str, Any]:
    in_hand = up[0].listing.variant.product.picture if up else None
    return {
        "share_image": found.cover or in_hand,
        "share_address": sharing.address_of(found),
        "share_code": sharing.qr_code(found),
        "linked": sharing.session_facts(found),
    }


def _replay(found: LiveSession) -> Replay | None:
    is_over = found.state == LiveSession.State.ENDED
    return replays.replay_of(found.pk) if is_over else None


def _start(request: HttpRequest, found: LiveSession, replay: Replay) -> float:
    """The second a replay begins at: one that is named, or that of a claim."""
    receipt = RECEIPT.fullmatch(request.GET.get("sold", ""))
    if receipt is None:
        return float(whole_number(request.GET.get("t", "")) or 0)
    claims = Claim.objects.filter(listing__session=found, listing=int(receipt[1]))
    sold = claims.filter(place=int(receipt[2])).first()
    if sold is None:
        return 0.0
    return replays.second_of(replay, sold.claimed_at, sold.listing_id)


def come(request: HttpRequest, code: str, platform: str = "") -> HttpResponse:
    """Follow a code from another platform: the room, that piece ready to claim."""
    listing = codes.find(code)
    if listing is None:
        raise Http404
    room = reverse("orders:session", args=[listing.session_id])
    response = redirect(f"{room}?piece={listing.pk}")
    if platform:
        note(response, platform, secure=settings.PRODUCTION)
    return response


def piece(request: HttpRequest, session_id: int, listing_id: int) -> HttpResponse:
    """One row of the list of pieces: it has just been linked."""
    after = whole_number(request.GET.get("after", ""))
    try:
        found = price_list.of_room(session_id, after)
    except LiveSession.DoesNotExist:
        raise Http404 from None
    rows = [one for one in found.listings if one.pk == listing_id]
    if not rows:
        raise Http404
    session = found.session
    tickets = waiting.tickets(session_id=session.pk, bag=bag_of(request))
    (shown,) = pieces.pieces(session, rows, visitor_of(request), tickets)
    sells = session.state == LiveSession.State.ON_AIR or _replay(session) is not None
    facts = {"piece": shown, "listing": rows[0], "session": session, "sells": sells}
    return render(request, "orders/_piece_to_claim.html", facts)


@require_POST
def claim(request: HttpRequest, session_id: int) -> HttpResponse:
    """ "Mine", by plain form: the piece is in the bag, or a message says why not."""
    listing = whole_number(request.POST.get("listing", ""))
    bag = bag_or_new(request)
    made = claiming.claim(
        session_id=session_id,
        listing_id=listing or 0,
        quantity=whole_number(request.POST.get("quantity", "")),
        price_minor=whole_number(request.POST.get(f"price-{listing}", "")),
        bag=bag,
        came_from=came_from(request),
    )
    messages.success(
        request,
        _("It is yours: place %(place)s, receipt %(receipt)s.")
        % {"place": made.place, "receipt": made.receipt},
    )
    response = redirect("orders:bag")
    keep(response, bag, secure=settings.PRODUCTION)
    return response


@require_POST
def wait_in_line(request: HttpRequest, session_id: int) -> HttpResponse:
    """Join or leave the line for a held piece, by plain form."""
    listing = whole_number(request.POST.get("listing", "")) or 0
    bag = bag_or_new(request)
    if request.POST.get("act") == "leave":
        waiting.leave(session_id=session_id, listing_id=listing, bag=bag)
        messages.success(request, _("You do not wait for it any more."))
    else:
        ticket = waiting.join(session_id=session_id, listing_id=listing, bag=bag)
        words = _("You are in line: place %(place)s. Look here again when it is free.")
        messages.success(request, words % {"place": ticket.place})
    response = redirect("orders:session", session_id)
    keep(response, bag, secure=settings.PRODUCTION)
    return response


@for_desk
def desk(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """What a host needs under her thumb while she talks."""
    found = own_session(host, session_id)
    shown = pieces.at_the_desk(found, price_list.listings_of(found))
    up = pieces.pinned(shown)
    published = PublishedClaims.objects.filter(session=found).first()
    counted = numbers.so_far(found)
    is_on_air = found.state == LiveSession.State.ON_AIR
    return render(
        request,
        "orders/desk.html",
        _room(found)
        | {
            "here": "account",
            "pieces": shown,
            "pinned": up[0] if up else None,
            "beside": up[1:],
            "prompter": prompter(found, up[0].listing if up else None),
            "claims": _claims(found),
            "earned": counted.share,
            "numbers": counted,
            "next_rooms": next_rooms(found) if is_on_air else [],
            "is_early": found.starts_at - timezone.now() > EARLY,
            "hold_minutes": settings.HOLD_MINUTES,
            "replay": streams.replay_of(found.pk),
            "slow_choices": SLOW,
            "published": published,
        }
        | platforms.on_desk(found),
    )


@for_desk
def desk_claims(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The claims as they stand, for the desk to take over what changed."""
    found = own_session(host, session_id)
    return render(request, "orders/_desk_claims.html", {"claims": _claims(found)})


def _claims(found: LiveSession) -> Any:
    """The latest claims, newest first."""
    rows = Claim.objects.filter(listing__session=found).for_display()
    return rows.order_by("-claimed_at", "-pk")[:CLAIMS_SHOWN]


def _room(found: LiveSession, with_me: int = 0) -> dict[str, Any]:
    """What viewers and host see alike. The number is read before what it counts.

    `with_me` is 1 for who is about to watch, and may be the first.
    """
    return {
        "session": found,
        "last_number": found.log.last_number,
        "viewers": max(with_me, stream.viewers(found.pk)),
        "chat": chat.last_lines(found, CHAT_SHOWN),
        "events_url": reverse("livestream:events", args=[found.pk]),
        "now": timezone.now(),
    }

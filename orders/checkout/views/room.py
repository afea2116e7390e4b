"""The live room for viewers, and the host's desk beside it."""

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
from livestream.models import Listing, LiveSession
from livestream.platforms import codes
from livestream.room import stream
from livestream.sessions.services import next_rooms
from livestream.video import streams
from livestream.views import platforms
from livestream.views.access import for_desk, own_session
from orders.checkout import numbers, services
from orders.checkout.arrivals import came_from, note
from orders.checkout.bag import bag_or_new, keep
from orders.checkout.doors import offers
from orders.checkout.models import Claim
from orders.checkout.views.prompter import prompter
from orders.checkout.visitors import visitor_of

EARLY = timedelta(minutes=30)
CHAT_SHOWN = 30
CLAIMS_SHOWN = 60


def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """The room: who is on air, the piece in her hand, what is said."""
    found = get_object_or_404(
        LiveSession.objects.for_display().select_related("log"), pk=session_id
    )
    visitor = visitor_of(request)
    shown = offers(_listings(found), visitor)
    wanted = whole_number(request.GET.get("piece", ""))
    return render(
        request,
        "orders/session.html",
        _room(found, with_me=1)
        | {
            "here": "live",
            "offers": shown,
            "destination": visitor.country or found.market_id,
            "pinned": next((one for one in shown if one.listing.pinned_at), None),
            "came_for": next((one for one in shown if one.listing.pk == wanted), None),
            "claims_url": reverse("orders:claim", args=[found.pk]),
            "chat_url": reverse("livestream:api-chat", args=[found.pk]),
            "reactions_url": reverse("livestream:api-reactions", args=[found.pk]),
            "room_url": reverse("livestream:api-session", args=[found.pk]),
            "video_url": streams.live_url(found),
            "share_image": _share_image(found),
            "share_address": sharing.address_of(found),
            "share_code": sharing.qr_code(found),
            "linked": sharing.session_facts(found),
        },
    )


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


@require_POST
def claim(request: HttpRequest, session_id: int) -> HttpResponse:
    """ "Mine", by plain form: the piece is in the bag, or a message says why not."""
    listing = whole_number(request.POST.get("listing", ""))
    quantity = whole_number(request.POST.get("quantity", ""))
    bag = bag_or_new(request)
    made = services.claim(
        session_id=session_id,
        listing_id=listing or 0,
        quantity=quantity,
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


@for_desk
def desk(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """What a host needs under her thumb while she talks."""
    found = own_session(host, session_id)
    listings = list(_listings(found))
    pinned = next((one for one in listings if one.pinned_at), None)
    claims = Claim.objects.filter(listing__session=found).for_display()
    counted = numbers.so_far(found)
    is_on_air = found.state == LiveSession.State.ON_AIR
    return render(
        request,
        "orders/desk.html",
        _room(found)
        | {
            "here": "account",
            "listings": listings,
            "pinned": pinned,
            "prompter": prompter(found, pinned),
            "claims": claims.order_by("-claimed_at", "-pk")[:CLAIMS_SHOWN],
            "earned": counted.share,
            "numbers": counted,
            "next_rooms": next_rooms(found) if is_on_air else [],
            "is_early": found.starts_at - timezone.now() > EARLY,
            "hold_minutes": settings.HOLD_MINUTES,
            "replay": streams.replay_of(found.pk),
            "slow_choices": SLOW,
        }
        | platforms.on_desk(found),
    )


def _share_image(found: LiveSession) -> Any:
    """How the show looks now, or its cover: what is passed on with its address."""
    streams.with_posters([found])
    url = getattr(found, "poster_url", "")
    return {"url": url} if url else found.cover


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
    }


def _listings(found: LiveSession) -> Any:
    """Its listings in order, each with the session at hand."""
    listings = list(
        Listing.objects.filter(session=found).for_display().order_by("position", "pk")
    )
    for listing in listings:
        listing.session = found
    return listings

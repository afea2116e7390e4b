"""A host's studio: her sessions, and running them."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from donghai.paging import whole_number
from hosts.models import Host
from livestream.models import Listing, LiveSession, RoomEvent
from livestream.schedule import planning
from livestream.sessions import linking, services
from livestream.video import streams
from livestream.views.access import for_desk, for_hosts, for_scripts_too, own_session


@for_hosts
def studio(request: HttpRequest, host: Host) -> HttpResponse:
    """A host's own sessions: on air, to come, over."""
    sessions = LiveSession.objects.for_display().filter(host=host)
    waiting = sessions.filter(state=LiveSession.State.SCHEDULED)
    upcoming = list(
        waiting.select_related("series", "studio")
        .annotate(pieces=Count("listings"))
        .order_by("starts_at")
    )
    over = [LiveSession.State.ENDED, LiveSession.State.CANCELLED]
    return render(
        request,
        "livestream/studio.html",
        {
            "here": "account",
            "host": host,
            "on_air": sessions.on_air().first(),
            "upcoming": planning.upcoming(upcoming),
            "clocks": planning.clocks_ahead(upcoming),
            "past": streams.with_replays(
                sessions.filter(state__in=over).order_by("-starts_at")[:20]
            ),
        },
    )


@for_scripts_too
@for_desk
@require_POST
def run(request: HttpRequest, host: Host, session_id: int, act: str) -> HttpResponse:
    """Go live, end, or cancel."""
    session = own_session(host, session_id)
    acts: dict[str, Callable[..., Any]] = {
        "go-live": services.go_live,
        "end": services.end_session,
        "cancel": services.cancel_session,
    }
    acts[act](host=host, session_id=session.pk)
    if act == "cancel":
        return redirect("livestream:studio")
    return redirect("orders:desk", session.pk)


@for_scripts_too
@for_desk
@require_POST
def hand_over(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Ask the room to go on to another one."""
    session = own_session(host, session_id)
    to = whole_number(request.POST.get("to", "")) or 0
    services.hand_over(host=host, session_id=session.pk, to=to)
    return redirect("orders:desk", session.pk)


@for_scripts_too
@for_desk
@require_POST
def pin(
    request: HttpRequest, host: Host, session_id: int, listing_id: int, act: str
) -> HttpResponse:
    """Take one piece into the hand, or put it down."""
    session = own_session(host, session_id)
    get_object_or_404(Listing, pk=listing_id, session=session)
    acts: dict[str, Callable[..., Any]] = {"pin": linking.pin, "unpin": linking.unpin}
    acts[act](host=host, session_id=session.pk, listing_id=listing_id)
    return redirect("orders:desk", session.pk)


@for_scripts_too
@for_desk
@require_POST
def pin_next(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Take up the piece after the one shown last; after the end comes the first."""
    session = own_session(host, session_id)
    shown = RoomEvent.objects.filter(session=session, kind="pin").order_by("-number")
    last = shown.values_list("payload__listing", flat=True).first()
    listings = list(session.listings.order_by("position", "pk").for_display())
    turn = next((i for i, one in enumerate(listings, 1) if one.pk == last), 0)
    waiting = [
        one
        for one in [*listings[turn:], *listings[:turn]]
        if one.variant.stock.on_offer > 0 and one.pk != last
    ]
    fresh = [one for one in waiting if one.pinned_at is None]
    for one in (fresh or waiting)[:1]:
        linking.pin(host=host, session_id=session.pk, listing_id=one.pk, instead=True)
    return redirect("orders:desk", session.pk)

"""JSON doors of sessions: for everybody to look at, for hosts to run."""

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from donghai.api import BIGGEST
from donghai.money import Money
from hosts.models import Host, Language
from livestream.crew import services as crew
from livestream.deals import services as deals
from livestream.models import Listing, LiveSession, Market
from livestream.room import reactions, stock
from livestream.sessions import linking, services

Answer = TypeVar("Answer")

MOST_RETAIL = 10**12  # minor units; a dearer piece is a slip of the finger


class IsHost(BasePermission):
    """Only a person with a host's profile; the view finds it as `request.host`."""

    def has_permission(self, request: Any, view: Any) -> bool:
        request.host = Host.objects.filter(user=request.user).first()
        return request.host is not None


class SessionOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.CharField()
    host = serializers.CharField(source="host.name")
    host_slug = serializers.CharField(source="host.slug")
    language = serializers.CharField()
    market = serializers.CharField(source="market_id")
    zone = serializers.CharField()
    currency = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class DealOutput(serializers.Serializer[Any]):
    listing = serializers.IntegerField()
    price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    cap = serializers.IntegerField()
    per_person = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ListingOutput(serializers.Serializer[Any]):
    listing = serializers.IntegerField()
    title = serializers.CharField()
    size = serializers.CharField()
    weight_g = serializers.IntegerField()
    origin = serializers.CharField()
    treatment = serializers.CharField()
    picture = serializers.CharField()
    retail_minor = serializers.IntegerField()
    currency = serializers.CharField()
    left = serializers.IntegerField()
    held = serializers.IntegerField()
    waiting = serializers.IntegerField()
    back_at = serializers.DateTimeField(allow_null=True, required=False)
    deal = DealOutput(allow_null=True, required=False)


class SessionDetail(SessionOutput):
    pinned = serializers.IntegerField(allow_null=True)
    pins = serializers.ListField(child=serializers.IntegerField())
    last_event = serializers.IntegerField()
    listings = ListingOutput(many=True)


class Sessions(APIView):
    """GET sessions: on air and next up. POST sessions: a host schedules one."""

    class Input(serializers.Serializer[Any]):
        title = serializers.CharField(max_length=120)
        language = serializers.ChoiceField(Language.choices)
        market = serializers.PrimaryKeyRelatedField(queryset=Market.objects.all())
        starts_on = serializers.DateField()
        starts_time = serializers.TimeField()
        minutes = serializers.IntegerField(min_value=15, max_value=720, default=120)

    def get_permissions(self) -> list[BasePermission]:
        if self.request.method != "POST":
            return []
        return [IsAuthenticated(), IsHost()]

    @extend_schema(
        responses=SessionOutput(many=True),
        parameters=[
            OpenApiParameter("state", str, enum=LiveSession.State.values),
            OpenApiParameter("language", str),
        ],
    )
    def get(self, request: Request) -> Response:
        sessions = LiveSession.objects.for_display()
        state = request.query_params.get("state", "")
        if state in LiveSession.State.values:
            sessions = sessions.filter(state=state)
        else:
            sessions = sessions.filter(state__in=["ON_AIR", "SCHEDULED"])
        if language := request.query_params.get("language"):
            sessions = sessions.in_language(language)
        sessions = sessions.order_by("starts_at", "pk")[:100]
        return Response(SessionOutput(sessions, many=True).data)

    @extend_schema(request=Input, responses={201: SessionOutput})
    def post(self, request: Any) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        session = services.schedule_session(
            host=request.host, plan=services.Plan(**wanted.validated_data)
        )
        return Response(SessionOutput(session).data, status.HTTP_201_CREATED)


class ShowSession(APIView):
    """GET sessions/{id}: the room as it stands; its events go on from `last_event`."""

    @extend_schema(responses=SessionDetail)
    def get(self, request: Request, session_id: int) -> Response:
        listings = Listing.objects.for_display().order_by("position", "pk")
        session = get_object_or_404(
            LiveSession.objects.for_display()
            .select_related("log")
            .prefetch_related(Prefetch("listings", listings)),
            pk=session_id,
        )
        shown = list(session.listings.all())
        up = [one for one in shown if one.pinned_at]
        pins = [one.pk for one in sorted(up, key=attrgetter("pinned_at"))][::-1]
        return Response(
            SessionOutput(session).data
            | {
                "pinned": pins[0] if pins else None,
                "pins": pins,
                "last_event": session.log.last_number,
                "listings": _described(session, shown),
            }
        )


def _described(session: LiveSession, shown: list[Listing]) -> list[dict[str, Any]]:
    """Listings with their stock as it is told in the room, and the deals that run."""
    left, running = stock.of_room(session.pk), deals.of_session(session.pk)
    for deal in running.values():
        deal.listing = next(one for one in shown if one.pk == deal.listing_id)
    return [
        linking.describe(one, session.language)
        | (stock.describe(left[one.pk]) if one.pk in left else {})
        | {"deal": deals.describe(running[one.pk]) if one.pk in running else None}
        for one in shown
    ]


class RunsDesk(BasePermission):
    """The session's host or an assistant of hers; others of her crew find nothing.

    The view finds the host as `request.host`, and the seat as `request.seat`. Who
    sits nowhere goes on to the service as the host they are, which then says no.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        request.seat = crew.seat_of(view.kwargs["session_id"], request.user.pk)
        if request.seat is None:
            return IsHost().has_permission(request, view)
        request.host = request.seat.session.host
        return bool(request.seat.runs_desk)


class HostDoor(APIView):
    """An act on a session by its host, or by an assistant, who is written down."""

    permission_classes = (IsAuthenticated, RunsDesk)

    def done(self, request: Any, act: Callable[[], Answer], **details: Any) -> Answer:
        if request.seat is None:
            return act()
        name = request.resolver_match.url_name.removeprefix("api-")
        return crew.noted(seat=request.seat, act=name, details=details, do=act)


class Start(HostDoor):
    """POST sessions/{id}/start: go live."""

    @extend_schema(request=None, responses=SessionOutput)
    def post(self, request: Any, session_id: int) -> Response:
        go_live = partial(services.go_live, host=request.host, session_id=session_id)
        return Response(SessionOutput(self.done(request, go_live)).data)


class End(HostDoor):
    """POST sessions/{id}/end: close the room."""

    @extend_schema(request=None, responses=SessionOutput)
    def post(self, request: Any, session_id: int) -> Response:
        end = partial(services.end_session, host=request.host, session_id=session_id)
        return Response(SessionOutput(self.done(request, end)).data)


class Listings(HostDoor):
    """POST sessions/{id}/listings: link a piece of the market at a price."""

    class Input(serializers.Serializer[Any]):
        variant = serializers.IntegerField(min_value=1, max_value=BIGGEST)
        retail_minor = serializers.IntegerField(min_value=1, max_value=MOST_RETAIL)

    @extend_schema(request=Input, responses={201: ListingOutput})
    def post(self, request: Any, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        session = get_object_or_404(LiveSession, pk=session_id)
        link = partial(
            linking.link_variant,
            host=request.host,
            session_id=session_id,
            variant_id=wanted.validated_data["variant"],
            retail=Money(wanted.validated_data["retail_minor"], session.currency),
        )
        listing = self.done(request, link, **wanted.validated_data)
        return Response(
            linking.describe(listing, session.language)
            | {"host_share_minor": listing.host_share_minor},
            status.HTTP_201_CREATED,
        )


class Pin(HostDoor):
    """POST sessions/{id}/pin: show one listing to everybody; null takes it away."""

    class Input(serializers.Serializer[Any]):
        listing = serializers.IntegerField(min_value=1, max_value=BIGGEST)
        pinned = serializers.BooleanField(default=True)

    @extend_schema(request=Input, responses={204: None})
    def post(self, request: Any, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        act: Any = linking.pin if wanted.validated_data["pinned"] else linking.unpin
        pin = partial(
            act,
            host=request.host,
            session_id=session_id,
            listing_id=wanted.validated_data["listing"],
        )
        self.done(request, pin, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Events(APIView):
    """GET sessions/{id}/events: server-sent events; resumes after Last-Event-ID.

    Answered by `livestream.room.stream` on the loop; here so that the schema names it.
    """

    @extend_schema(
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER),
            OpenApiParameter("after", int),
        ],
    )
    def get(self, request: Request, session_id: int) -> Response:
        raise exceptions.NotFound  # a number that no session has


class Reactions(APIView):
    """POST sessions/{id}/reactions: taps a page gathered; 204 whether they count.

    Answered by `livestream.room.tapping` on the loop; here so that the schema names it.
    """

    class Input(serializers.Serializer[Any]):
        kind = serializers.ChoiceField(choices=reactions.KINDS)
        count = serializers.IntegerField(
            min_value=1, max_value=reactions.MOST_AT_ONCE, default=1
        )

    @extend_schema(request=Input, responses={204: None})
    def post(self, request: Request, session_id: int) -> Response:
        raise exceptions.NotFound

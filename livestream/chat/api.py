"""JSON doors of a room's chat: for viewers to write, for the crew to keep it decent."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from donghai.api import BIGGEST
from hosts.models import Language
from livestream.chat import moderation, reading, services
from livestream.chat.models import ChatLine
from livestream.crew import services as crew
from livestream.crew.models import Role
from livestream.crew.services import Seat
from livestream.room import viewers
from livestream.sessions.models import LiveSession


class LineOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    text = serializers.CharField()
    role = serializers.CharField()


class ChatLineOutput(LineOutput):
    said_at = serializers.DateTimeField()


class Chat(APIView):
    """POST sessions/{id}/chat: say something in the room; GET: may I?

    The answer to the first line brings the viewer's token, as a cookie and as a header
    for programs. `held` is a line that only its sender and the crew see for now.
    """

    class Input(serializers.Serializer[Any]):
        name = serializers.CharField(max_length=40, required=False, default="")
        text = serializers.CharField(max_length=services.LONGEST_CHAT)
        key = serializers.UUIDField(required=False, allow_null=True, default=None)
        language = serializers.ChoiceField(
            choices=Language.choices, required=False, default=""
        )

    class Output(LineOutput):
        held = serializers.BooleanField()
        wait = serializers.IntegerField()

    class Voice(serializers.Serializer[Any]):
        slow = serializers.IntegerField()
        wait = serializers.IntegerField()
        code = serializers.CharField()
        refused = serializers.CharField()

    @extend_schema(responses=Voice)
    def get(self, request: Request, session_id: int) -> Response:
        address = viewers.address_hash(request.META.get("REMOTE_ADDR", ""))
        viewer = viewers.viewer_of(request)
        return Response(services.voice(session_id, viewer, address))

    @extend_schema(request=Input, responses={201: Output})
    def post(self, request: Request, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        said = wanted.validated_data
        seat = _seat_in_room(request, session_id)
        if seat is not None:
            line = services.answer(seat=seat, text=said["text"])
            return Response(_answered(line, 0), status.HTTP_201_CREATED)
        viewer = viewers.viewer_or_new(request)
        speaker = services.Speaker(
            viewer=viewer,
            name=said["name"],
            address_hash=viewers.address_hash(request.META.get("REMOTE_ADDR", "")),
            user_id=request.user.pk if request.user else None,
            language=said["language"],
        )
        line = services.say(
            session_id=session_id, speaker=speaker, text=said["text"], key=said["key"]
        )
        slow = services.slow_seconds(session_id)
        response = Response(_answered(line, slow), status.HTTP_201_CREATED)
        response[viewers.HEADER] = viewers.token(viewer)
        viewers.keep(response, viewer, secure=settings.PRODUCTION)
        return response


class OfTheCrew(BasePermission):
    """Only who sits in the session, found as `request.seat`; others find nothing."""

    def has_permission(self, request: Any, view: Any) -> bool:
        number, reads = view.kwargs["session_id"], request.method == "GET"
        request.seat = crew.seat_of(number, request.user.pk, reads=reads)
        if request.seat is None:
            raise exceptions.NotFound
        return True


class CrewDoor(APIView):
    """A door for host, assistants and moderators of one session."""

    permission_classes = (IsAuthenticated, OfTheCrew)


class Waiting(CrewDoor):
    """GET sessions/{id}/chat/waiting: held lines, open questions, who is silenced."""

    class Output(serializers.Serializer[Any]):
        class Silenced(serializers.Serializer[Any]):
            id = serializers.IntegerField()
            name = serializers.CharField()
            muted = serializers.BooleanField()
            banned = serializers.BooleanField()

        class Deleted(serializers.Serializer[Any]):
            id = serializers.IntegerField()
            name = serializers.CharField()
            text = serializers.CharField()

        slow = serializers.IntegerField()
        deleted = Deleted(many=True)
        held = ChatLineOutput(many=True)
        questions = ChatLineOutput(many=True)
        silenced = Silenced(many=True)

    @extend_schema(responses=Output)
    def get(self, request: Any, session_id: int) -> Response:
        return Response(self.Output(reading.waiting(request.seat.session)).data)


class Act(CrewDoor):
    """POST sessions/{id}/chat/acts: do something about a line, or undo it.

    The line is named by its number in the room, or by `id` where it was never shown.
    `minutes` is a mute's length; null mutes for the whole session.
    """

    ACTS = {
        "delete": moderation.delete,
        "restore": moderation.restore,
        "mute": moderation.mute,
        "unmute": moderation.unmute,
        "ban": moderation.ban,
        "unban": moderation.unban,
        "let_through": moderation.let_through,
        "drop": moderation.drop,
        "answered": moderation.mark_answered,
    }
    WITH_REASON = ("delete", "mute", "ban", "drop")

    class Input(serializers.Serializer[Any]):
        act = serializers.ChoiceField(
            choices=[
                *("delete", "restore", "mute", "unmute", "ban", "unban"),
                *("let_through", "drop", "answered"),
            ]
        )
        number = serializers.IntegerField(
            min_value=1, max_value=BIGGEST, required=False
        )
        id = serializers.IntegerField(min_value=1, max_value=BIGGEST, required=False)
        minutes = serializers.IntegerField(
            min_value=1,
            max_value=600,
            allow_null=True,
            default=moderation.MUTE_MINUTES,
        )
        reason = serializers.CharField(
            max_length=200, allow_blank=True, required=False, default=""
        )

    @extend_schema(request=Input, responses={204: None})
    def post(self, request: Any, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        said = wanted.validated_data
        which = {name: said[name] for name in ("number", "id") if name in said}
        if not which:
            raise exceptions.ValidationError({"number": "Which line?"})
        line = request.seat.session.lines.get(**which)
        facts: dict[str, Any] = {"seat": request.seat, "line_id": line.pk}
        if said["act"] in self.WITH_REASON:
            facts["reason"] = services.plain_text(said["reason"])
        if said["act"] == "mute":
            facts["minutes"] = said["minutes"]
        do: Any = self.ACTS[said["act"]]
        do(**facts)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Replies(CrewDoor):
    """POST sessions/{id}/chat/replies: write as who you are; `to` answers that line."""

    class Input(serializers.Serializer[Any]):
        text = serializers.CharField(max_length=services.LONGEST_CHAT)
        to = serializers.IntegerField(
            min_value=1, max_value=BIGGEST, allow_null=True, default=None
        )

    @extend_schema(request=Input, responses={201: Chat.Output})
    def post(self, request: Any, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        line = services.answer(seat=request.seat, **wanted.validated_data)
        return Response(_answered(line, 0), status.HTTP_201_CREATED)


class Slow(CrewDoor):
    """POST sessions/{id}/chat/slow: seconds between a viewer's lines, 0 for off."""

    class Input(serializers.Serializer[Any]):
        seconds = serializers.IntegerField(min_value=0, max_value=60)

    @extend_schema(request=Input, responses={204: None})
    def post(self, request: Any, session_id: int) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        moderation.slow(seat=request.seat, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _seat_in_room(request: Any, session_id: int) -> Seat | None:
    """Host and crew write as such wherever they write; so does the centre's staff."""
    user = request.user
    if user is None or not user.is_authenticated:
        return None
    seat = crew.seat_of(session_id, user.pk)
    if seat is None and user.is_staff and user.is_active:
        session = LiveSession.objects.for_display().get(pk=session_id)
        return Seat(session, user.pk, Role.CENTRE, "Donghai")
    return seat


def _answered(line: ChatLine, wait: int) -> dict[str, Any]:
    return {
        "id": line.pk,
        "number": line.number,
        "name": line.name,
        "text": line.text,
        "role": line.role,
        "held": line.state == ChatLine.State.HELD,
        "wait": wait,
    }

"""What is said in a room: by viewers within limits, by its crew with a badge."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai import steps
from donghai.errors import Refused
from livestream.chat import pace, words
from livestream.chat.models import ChatBan, ChatLine, ChatMute, ChatSettings
from livestream.chat.names import require_free
from livestream.chat.questions import is_question
from livestream.crew.models import Role
from livestream.crew.services import Seat
from livestream.events import services as events
from livestream.sessions.models import LiveSession
from livestream.sessions.services import require

LONGEST_CHAT = 200
MOST_MARKS = 4  # accents on one letter
TRANSLATE = "livestream.translate_line"
CREW_LOOKS = b'{"kind":"crew","payload":{}}'  # "something waits": who is crew asks what


class NothingToSay(Refused):
    code = "empty_message"
    title = _("Write something first, at most %(longest)s characters.")
    status = 422


class MutedForAWhile(Refused):
    code = "muted"
    title = _("The host has muted you. Write again in %(seconds)s s.")
    status = 403


class Muted(Refused):
    code = "muted_for_session"
    title = _("The host has muted you for this session. You can still watch and buy.")
    status = 403


class Banned(Refused):
    code = "banned"
    title = _(
        "You can't write here any more; you can still watch and buy. If you think that "
        "is wrong, write to the centre: %(mail)s"
    )
    status = 403


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes: a browser's number, where it is, and the person if signed in."""

    viewer: UUID
    name: str
    address_hash: str = ""
    user_id: int | None = None
    language: str = ""


@transaction.atomic
def say(
    *, session_id: int, speaker: Speaker, text: str, key: UUID | None = None
) -> ChatLine:
    """A viewer's line, seen by everybody in the room, or held for the crew to read.

    Sent again with the same key it is the line it was. Locks the viewer's and the
    address's pace, then the room's counter. Refuses a closed room (WrongState), names
    that are taken, what may not be written, who writes too fast, is muted or banned.
    """
    said, by = plain_text(text), plain_text(speaker.name)
    if not said or not by or len(said) > LONGEST_CHAT:
        raise NothingToSay(longest=LONGEST_CHAT)
    session = LiveSession.objects.select_related("host").get(pk=session_id)
    if key and (before := _sent_before(session_id, speaker.viewer, key)):
        return before
    require(session, LiveSession.State.ON_AIR)
    now = timezone.now()
    _require_voice(session, speaker, now)
    require_free(session, by)
    waits = words.judge(said, host_id=session.host_id, language=session.language)
    try:
        pace.take(
            session_id,
            viewer=speaker.viewer,
            address_hash=speaker.address_hash,
            text=said,
            slow=slow_seconds(session_id),
            now=now,
        )
    except Refused:
        if key and (before := _sent_before(session_id, speaker.viewer, key)):
            return before  # sent twice, and the other came while we waited
        raise
    line = _written(session, speaker, said, key)
    return _hold(line) if waits else tell(line)


@transaction.atomic
def answer(*, seat: Seat, text: str, to: int | None = None) -> ChatLine:
    """A line of host, crew or centre; with `to` it answers the line of that number.

    That question then counts as answered. Locks the room's counter.
    """
    said = plain_text(text)
    if not said or len(said) > LONGEST_CHAT:
        raise NothingToSay(longest=LONGEST_CHAT)
    session = seat.session
    require(session, LiveSession.State.ON_AIR)
    asked = session.lines.said().get(number=to) if to is not None else None
    if asked is not None and asked.answered_at is None:
        ChatLine.objects.filter(pk=asked.pk).update(answered_at=timezone.now())
    line = ChatLine(
        session=session,
        viewer=UUID(int=seat.user_id),
        user_id=seat.user_id,
        role=seat.role,
        name=seat.name,
        text=said,
        answers=asked,
    )
    return tell(line)


def tell(line: ChatLine) -> ChatLine:
    """Give a line its number and show it to the room, in the caller's transaction."""
    line.number = events.append(line.session_id, "chat", payload(line))
    line.state = ChatLine.State.SAID
    line.save()
    if settings.TRANSLATOR:
        steps.schedule(TRANSLATE, subject_id=line.pk, key=str(line.number))
    return line


def payload(line: ChatLine) -> dict[str, Any]:
    """A line as the room's log has it; only what isn't a viewer's says whose it is."""
    said: dict[str, Any] = {"name": line.name, "text": line.text}
    if line.role != Role.VIEWER:
        said["role"] = line.role
    if line.answers is not None:
        said |= {"to": line.answers.number, "to_name": line.answers.name}
    if line.pk is not None:
        said["was"] = line.pk  # held until now: its sender has it on the page already
    return said


def slow_seconds(session_id: int) -> int:
    """Seconds that viewers wait between two lines of theirs."""
    found = ChatSettings.objects.filter(session=session_id)
    return found.values_list("slow_seconds", flat=True).first() or 0


def look_crew(session_id: int) -> None:
    """After commit, tell those at the desk that something waits for them."""
    transaction.on_commit(lambda: events.publish(session_id, CREW_LOOKS))


def voice(session_id: int, viewer: UUID | None, address_hash: str) -> dict[str, Any]:
    """What a viewer's field should say before she writes: slow mode, mute, ban."""
    session = LiveSession.objects.select_related("host").get(pk=session_id)
    slow, now = slow_seconds(session_id), timezone.now()
    said: dict[str, Any] = {
        "slow": slow,
        "wait": pace.wait(session_id, viewer, slow, now),
        "refused": "",
        "code": "",
    }
    if viewer is not None:
        try:
            _require_voice(session, Speaker(viewer, "", address_hash), now)
        except Refused as refusal:
            said |= {"refused": str(refusal), "code": refusal.code}
            said["wait"] = refusal.details.get("seconds", 0)
    return said


def plain_text(text: str) -> str:
    """One line without control or direction marks, which could dress up as others.

    No script stacks more than a few marks on a letter; a tower of them covers others.
    """
    kept, marks = "", 0
    for sign in text:
        kind = unicodedata.category(sign)[0]
        marks = marks + 1 if kind == "M" else 0
        if marks <= MOST_MARKS:
            kept += sign if kind != "C" else " "
    return " ".join(kept.split())


def _require_voice(session: LiveSession, speaker: Speaker, now: datetime) -> None:
    """Raise Banned, Muted or MutedForAWhile."""
    bans = ChatBan.objects.against(
        session.host_id, speaker.viewer, speaker.address_hash
    )
    if bans.exists():
        raise Banned(mail=settings.CENTRE_EMAIL)
    mutes = ChatMute.objects.standing(now).filter(
        session=session, viewer=speaker.viewer
    )
    ends = list(mutes.values_list("until", flat=True))
    if None in ends:
        raise Muted()
    if ends:
        left = max(until for until in ends if until) - now
        raise MutedForAWhile(seconds=int(left.total_seconds()) + 1)


def _written(
    session: LiveSession, speaker: Speaker, said: str, key: UUID | None
) -> ChatLine:
    return ChatLine(
        session=session,
        viewer=speaker.viewer,
        address_hash=speaker.address_hash,
        user_id=speaker.user_id,
        key=key,
        name=plain_text(speaker.name),
        text=said,
        language=speaker.language,
        is_question=is_question(said, session.language),
    )


def _sent_before(session_id: int, viewer: UUID, key: UUID) -> ChatLine | None:
    sent = ChatLine.objects.filter(session=session_id, viewer=viewer, key=key)
    return sent.first()


def _hold(line: ChatLine) -> ChatLine:
    line.state = ChatLine.State.HELD
    line.save()
    look_crew(line.session_id)
    return line

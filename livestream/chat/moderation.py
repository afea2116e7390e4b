"""Keeping a room decent: lines deleted, viewers muted and banned, each taken back, too.

Every act is written down with who did it, in its own transaction. Locks the line first,
then the room's counter.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.chat.models import ChatBan, ChatLine, ChatMute, ChatSettings
from livestream.chat.services import look_crew, tell
from livestream.crew.models import ModerationAct, Role
from livestream.crew.services import Seat, note
from livestream.events import services as events

SLOW = (0, 5, 15, 30, 60)
MUTE_MINUTES = 5

# All that quoted a line goes with it: its translation, and what brought it back before
EMPTY_SQL = """
UPDATE livestream_roomevent SET payload = '{"deleted": true}'
WHERE session_id = %s AND (number = %s AND kind = 'chat'
    OR kind IN ('translated', 'restored') AND (payload->>'line')::bigint = %s)
RETURNING number
"""


class NotOfTheCrew(Refused):
    code = "of_the_crew"
    title = _("That is somebody of the crew. Remove them from it instead.")


class NotThatPace(Refused):
    code = "not_that_pace"
    title = _("Slow mode is off, or 5, 15, 30 or 60 seconds.")
    status = 422


class NotNow(Refused):
    code = "line_changed"
    title = _("Somebody else has just dealt with this line. Look again.")


@transaction.atomic
def delete(*, seat: Seat, line_id: int, reason: str = "") -> ChatLine:
    """Take a line off everybody's page and out of the log, whose numbers stay gapless.

    Its text lives on in the act alone. A repeat changes nothing.
    """
    line = _locked(seat, line_id)
    if line.state == ChatLine.State.DELETED:
        return line
    if line.state != ChatLine.State.SAID:
        raise NotNow()
    kept = {"text": line.text, "translations": line.translations}
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_SQL, [line.session_id, line.number, line.number])
        numbers = sorted(number for (number,) in cursor.fetchall())
    line.state, line.text, line.translations = ChatLine.State.DELETED, "", {}
    line.save(update_fields=["state", "text", "translations"])
    events.append(line.session_id, "deleted", {"line": line.number, "numbers": numbers})
    _note(seat, "delete", line, reason, **kept)
    return line


@transaction.atomic
def restore(*, seat: Seat, line_id: int) -> ChatLine:
    """Bring a deleted line back to where it was. One that is there stays."""
    line = _locked(seat, line_id)
    if line.state == ChatLine.State.SAID:
        return line
    if line.state != ChatLine.State.DELETED:
        raise NotNow()
    acts = ModerationAct.objects.filter(
        session=line.session_id, act="delete", number=line.number
    )
    line.text = acts.latest("pk").details["text"]
    line.state = ChatLine.State.SAID
    line.save(update_fields=["state", "text"])
    said = {"name": line.name, "text": line.text} | (
        {"role": line.role} if line.role != Role.VIEWER else {}
    )
    events.rewrite(line.session_id, line.number or 0, said)
    events.append(line.session_id, "restored", {"line": line.number, **said})
    _note(seat, "restore", line)
    return line


@transaction.atomic
def mute(
    *, seat: Seat, line_id: int, minutes: int | None = MUTE_MINUTES, reason: str = ""
) -> None:
    """Let the line's writer not write for so many minutes, or (None) all session."""
    line = _of_a_viewer(seat, line_id)
    now = timezone.now()
    until = now + timedelta(minutes=minutes) if minutes else None
    ChatMute.objects.create(
        session=seat.session, viewer=line.viewer, name=line.name, until=until
    )
    _note(seat, "mute", line, reason, minutes=minutes)


@transaction.atomic
def unmute(*, seat: Seat, line_id: int) -> bool:
    """Let the line's writer write again. False if nothing kept them from it."""
    line = _of_a_viewer(seat, line_id)
    now = timezone.now()
    mutes = ChatMute.objects.standing(now).filter(
        session=seat.session, viewer=line.viewer
    )
    lifted = mutes.update(lifted_at=now)
    if lifted:
        _note(seat, "unmute", line)
    return bool(lifted)


@transaction.atomic
def ban(*, seat: Seat, line_id: int, reason: str = "") -> ChatBan:
    """Let the line's writer, and their address, write in no room of the host.

    A seat of the centre bans from the whole house. A repeat finds the ban that stands.
    """
    line = _of_a_viewer(seat, line_id)
    host = None if seat.role == Role.CENTRE else seat.session.host
    standing = ChatBan.objects.standing().filter(host=host, viewer=line.viewer)
    if found := standing.first():
        return found
    made = ChatBan.objects.create(
        host=host,
        viewer=line.viewer,
        address_hash=line.address_hash,
        name=line.name,
        reason=reason,
        by_id=seat.user_id,
    )
    _note(seat, "ban" if host else "ban-house", line, reason, ban=made.pk)
    return made


@transaction.atomic
def unban(*, seat: Seat, line_id: int) -> bool:
    """Take a host's ban of the line's writer back; the house's only the centre can."""
    line = _of_a_viewer(seat, line_id)
    host = None if seat.role == Role.CENTRE else seat.session.host
    standing = ChatBan.objects.standing().filter(host=host, viewer=line.viewer)
    lifted = standing.update(lifted_at=timezone.now())
    if lifted:
        _note(seat, "unban" if host else "unban-house", line)
    return bool(lifted)


@transaction.atomic
def lift(*, ban_id: int, by_id: int) -> bool:
    """The centre takes any ban back. False for one that was lifted before."""
    ban = ChatBan.objects.standing().select_for_update(no_key=True, of=("self",))
    found = ban.filter(pk=ban_id).first()
    if found is None:
        return False
    found.lifted_at = timezone.now()
    found.save(update_fields=["lifted_at"])
    ModerationAct.objects.create(
        by_id=by_id,
        role=Role.CENTRE,
        act="lift-ban",
        viewer=found.viewer,
        details={"name": found.name, "ban": found.pk},
    )
    return True


@transaction.atomic
def let_through(*, seat: Seat, line_id: int) -> ChatLine:
    """Show a held line to everybody. One that was shown stays so."""
    line = _locked(seat, line_id)
    if line.state == ChatLine.State.SAID:
        return line
    if line.state != ChatLine.State.HELD:
        raise NotNow()
    tell(line)
    _note(seat, "let-through", line)
    look_crew(line.session_id)
    return line


@transaction.atomic
def drop(*, seat: Seat, line_id: int, reason: str = "") -> ChatLine:
    """Show a held line to nobody. One that was dropped stays so."""
    line = _locked(seat, line_id)
    if line.state == ChatLine.State.DROPPED:
        return line
    if line.state != ChatLine.State.HELD:
        raise NotNow()
    line.state = ChatLine.State.DROPPED
    line.save(update_fields=["state"])
    _note(seat, "drop", line, reason, text=line.text)
    look_crew(line.session_id)
    return line


@transaction.atomic
def mark_answered(*, seat: Seat, line_id: int) -> ChatLine:
    """A question was answered aloud. The moment of the first time stays."""
    line = _locked(seat, line_id)
    if line.answered_at is None:
        line.answered_at = timezone.now()
        line.save(update_fields=["answered_at"])
        _note(seat, "answered", line)
        look_crew(line.session_id)
    return line


@transaction.atomic
def slow(*, seat: Seat, seconds: int) -> None:
    """Let viewers wait between two lines, or (0) write freely; the room is told."""
    if seconds not in SLOW:
        raise NotThatPace()
    ChatSettings.objects.update_or_create(
        session=seat.session, defaults={"slow_seconds": seconds}
    )
    events.append(seat.session.pk, "slow", {"seconds": seconds})
    note(seat, "slow", details={"seconds": seconds})


def _locked(seat: Seat, line_id: int) -> ChatLine:
    """A line of the seat's own session; of another there is none."""
    lines = ChatLine.objects.select_for_update(no_key=True)
    return lines.get(pk=line_id, session=seat.session)


def _of_a_viewer(seat: Seat, line_id: int) -> ChatLine:
    line = _locked(seat, line_id)
    if line.role != Role.VIEWER:
        raise NotOfTheCrew()
    return line


def _note(
    seat: Seat, act: str, line: ChatLine, reason: str = "", **details: object
) -> None:
    note(
        seat,
        act,
        number=line.number,
        viewer=line.viewer,
        reason=reason[:200],
        details={"name": line.name} | details,
    )

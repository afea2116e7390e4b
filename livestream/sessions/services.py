"""Scheduling a session, going live, ending."""

from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai import steps
from donghai.errors import Refused
from hosts.models import Host
from hosts.services import require_right_to_present
from livestream.events import services as events
from livestream.events.models import RoomLog
from livestream.sessions.models import LiveSession, Market

FARTHEST = timedelta(days=366)
LATE = timedelta(seconds=20)  # for video that the camera still holds back at the end
AFTER_END = ("livestream.finish_video",)


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


class NoSuchRoom(Refused):
    code = "no_such_room"
    title = _("That session is neither on air nor about to begin.")
    status = 422


class NotThatDay(Refused):
    code = "not_that_day"
    title = _("A session starts between now and a year from now.")
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
    studio_id: int | None = None
    series_id: int | None = None
    zone: str = ""  # whose wall time it is, when not the market's of today

    @property
    def clock(self) -> str:
        """The zone whose wall clock the times are of."""
        return self.zone or self.market.zone


@transaction.atomic
def schedule_session(*, host: Host, plan: Plan) -> LiveSession:
    """Put a session on the schedule. Refuses a language without certificate."""
    starts_at, ends_at = span_of(plan)
    require_right_to_present(host, language=plan.language, on=plan.starts_on)
    session = LiveSession.objects.create(
        host=host,
        language=plan.language,
        market=plan.market,
        title=plan.title,
        zone=plan.clock,
        starts_on=plan.starts_on,
        starts_time=plan.starts_time,
        starts_at=starts_at,
        ends_at=ends_at,
        currency=plan.market.currency,
        studio_id=plan.studio_id,
        series_id=plan.series_id,
        series_day=plan.starts_on if plan.series_id else None,
    )
    RoomLog.objects.create(session=session)
    return session


def span_of(plan: Plan) -> tuple[datetime, datetime]:
    """From when to when. Refuses what is over, and what is more than a year away."""
    starts_at = moment_of(plan.starts_on, plan.starts_time, plan.clock)
    ends_at = starts_at + timedelta(minutes=plan.minutes)
    if ends_at <= timezone.now() or starts_at > timezone.now() + FARTHEST:
        raise NotThatDay()
    return starts_at, ends_at


def moment_of(day: date, wall: time, zone: str) -> datetime:
    """The moment a wall clock shows `day` `wall`, as RFC 5545 has it.

    The earlier one when it comes twice. In the hour that is skipped, the offset of
    before holds: later on the wall by as much as is skipped.
    """
    if not MINYEAR < day.year < MAXYEAR:
        raise NotThatDay()
    return datetime.combine(day, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@transaction.atomic
def move_session(*, host: Host, session_id: int, plan: Plan) -> LiveSession:
    """Give a session that has not begun another day, time, length or room.

    Locks the session; its clock and what is linked stay, and who waits in its room is
    told. Refuses as scheduling would.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.SCHEDULED)
    starts_at, ends_at = span_of(replace(plan, zone=session.zone))
    require_right_to_present(host, language=session.language, on=plan.starts_on)
    session.starts_on, session.starts_time = plan.starts_on, plan.starts_time
    session.starts_at, session.ends_at = starts_at, ends_at
    session.studio_id = plan.studio_id
    _note_change(session)
    session.save()
    told = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    events.append(session.pk, "moved", told)
    return session


@transaction.atomic
def go_live(*, host: Host, session_id: int) -> LiveSession:
    """Open the room; a session already on air stays so. Locks the session."""
    session = own(host, session_id)
    if session.state == LiveSession.State.ON_AIR:
        return session
    require(session, LiveSession.State.SCHEDULED)
    if host.sessions.on_air().exists():
        raise AlreadyOnAir()
    session.state, session.went_live_at = LiveSession.State.ON_AIR, timezone.now()
    session.save(update_fields=["state", "went_live_at"])
    events.append(session.pk, "live", {})
    return session


@transaction.atomic
def end_session(*, host: Host, session_id: int) -> LiveSession:
    """Close the room; claims already made stay. Locks the session."""
    session = own(host, session_id)
    if session.state == LiveSession.State.ENDED:
        return session
    require(session, LiveSession.State.ON_AIR)
    session.state, session.ended_at = LiveSession.State.ENDED, timezone.now()
    session.save(update_fields=["state", "ended_at"])
    session.listings.filter(pinned_at__isnull=False).update(pinned_at=None)
    events.append(session.pk, "end", {})
    due = session.ended_at + LATE
    steps.schedule(*AFTER_END, subject_id=session.pk, due_at=due)
    return session


@transaction.atomic
def cancel_session(*, host: Host, session_id: int) -> LiveSession:
    """Take a session off the schedule before it went live."""
    session = own(host, session_id)
    require(session, LiveSession.State.SCHEDULED)
    session.state = LiveSession.State.CANCELLED
    _note_change(session)
    session.save(update_fields=["state", "revision", "changed_at"])
    events.append(session.pk, "end", {"cancelled": True})
    return session


SOON = timedelta(minutes=15)


def next_rooms(session: LiveSession) -> list[LiveSession]:
    """Where its viewers could go next: on air or soon, of its language or market."""
    now = timezone.now()
    same = Q(language=session.language) | Q(market=session.market_id)
    soon = Q(
        state=LiveSession.State.SCHEDULED,
        starts_at__range=(now - SOON, now + SOON),
    )
    found = LiveSession.objects.for_display().exclude(pk=session.pk)
    rooms = found.filter(same, soon | Q(state=LiveSession.State.ON_AIR))
    return sorted(
        rooms.order_by("starts_at", "pk")[:50],
        key=lambda room: (
            room.state != LiveSession.State.ON_AIR,
            room.language != session.language,
        ),
    )


@transaction.atomic
def hand_over(*, host: Host, session_id: int, to: int) -> LiveSession:
    """Ask everybody in the room to go on to another one; who stays, stays.

    A repeat with another room corrects the first. Locks the session.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.ON_AIR)
    room = next((one for one in next_rooms(session) if one.pk == to), None)
    if room is None:
        raise NoSuchRoom()
    session.handed_to = room
    session.save(update_fields=["handed_to"])
    told = {"session": room.pk, "host": room.host.name, "title": room.title}
    events.append(session.pk, "handover", told)
    return session


def _note_change(session: LiveSession) -> None:
    session.revision, session.changed_at = session.revision + 1, timezone.now()


def own(host: Host, session_id: int) -> LiveSession:
    session = LiveSession.objects.select_for_update(no_key=True).get(pk=session_id)
    if session.host_id != host.pk:
        raise NotYourSession()
    return session


def require(session: LiveSession, *states: str) -> None:
    if session.state not in states:
        raise WrongState(state=session.get_state_display())

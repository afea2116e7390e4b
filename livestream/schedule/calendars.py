"""Sessions as calendars read them (RFC 5545, and RFC 7986 for feeds).

Each session is an entry of its own in the market's zone, under a name that never
changes; one that was cancelled stays in, marked. A feed has the last 60 days, so that
what just moved or was cancelled is seen, and all that is planned. Two thousand entries
take half a second: where there are more, as in a language of many hosts, it has those
nearest to now and says so. It is kept until it changes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDuration,
)

from livestream.sessions.models import LiveSession, LiveSessionQuerySet

BACK = timedelta(days=60)
MOST = 2000
KEPT = 3600  # seconds
REFRESH = timedelta(hours=1)
DAY = timedelta(days=1)
STATUS: dict[str, str] = {LiveSession.State.CANCELLED: "CANCELLED"}


def in_reach(sessions: LiveSessionQuerySet) -> LiveSessionQuerySet:
    """60 days back, and all that are planned."""
    return sessions.filter(starts_at__gt=timezone.now() - BACK)


def tag(sessions: LiveSessionQuerySet, name: str) -> str:
    """What changes whenever a feed does: its ETag, told by one statement."""
    found = in_reach(sessions).aggregate(
        Count("pk"), Max("pk"), Max("changed_at"), Sum("revision")
    )
    said = f"{name} {get_language()} {settings.SITE_URL} {sorted(found.items())}"
    return sha256(said.encode()).hexdigest()[:24]


def feed(sessions: LiveSessionQuerySet, name: str) -> bytes:
    """A calendar to subscribe to."""
    key = f"calendar:{tag(sessions, name)}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        rows = _nearest(in_reach(sessions))
        kept = written(rows, name, _reach(rows))
        cache.set(key, kept, KEPT)
    return kept


def written(sessions: Sequence[LiveSession], name: str = "", reach: str = "") -> bytes:
    """Sessions as one file; `name`, `reach` and how often to ask only for a feed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Donghai//Schedule//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("method", "PUBLISH")
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("description", reach)
        calendar.add("x-wr-caldesc", reach)
        calendar.add("refresh-interval", vDuration(REFRESH), {"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH).to_ical().decode())
    for zone in dict.fromkeys(session.zone for session in sessions):
        there = [one.starts_at.date() for one in sessions if one.zone == zone]
        calendar.add_component(_zone(zone, min(there).year, max(there).year))
    for session in sessions:
        calendar.add_component(_entry(session))
    return bytes(calendar.to_ical())


def _nearest(sessions: LiveSessionQuerySet) -> list[LiveSession]:
    now, rows = timezone.now(), sessions.for_display()
    ahead = rows.filter(ends_at__gte=now).order_by("starts_at", "pk")[:MOST]
    back = rows.filter(ends_at__lt=now).order_by("-starts_at", "-pk")
    return [*reversed(back[: MOST - len(ahead)]), *ahead]


def _reach(sessions: Sequence[LiveSession]) -> str:
    """Which sessions a feed has, for those who look for one that isn't there."""
    if len(sessions) < MOST:
        return _("The sessions of the last 60 days, and all that are planned.")
    facts = {
        "most": MOST,
        "first": f"{sessions[0].starts_at.astimezone(UTC):%Y-%m-%d}",
        "last": f"{sessions[-1].starts_at.astimezone(UTC):%Y-%m-%d}",
    }
    return (
        _(
            "The %(most)s sessions nearest to now, %(first)s to %(last)s. A host's own "
            "calendar has all of hers."
        )
        % facts
    )


def _entry(session: LiveSession) -> Event:
    there = ZoneInfo(session.zone)
    address = reverse("orders:session", args=[session.pk])
    entry = Event()
    entry.add("uid", f"session-{session.pk}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("dtstamp", session.changed_at)
    entry.add("last-modified", session.changed_at)
    entry.add("sequence", session.revision)
    entry.add("dtstart", session.starts_at.astimezone(there))
    # not DTEND: an end in the hour that comes twice would be read as the first
    entry.add("duration", session.length)
    entry.add("status", STATUS.get(session.state, "CONFIRMED"))
    entry.add("summary", f"{session.host.name} · {session.title}")
    entry.add("description", f"{settings.SITE_URL}{address}")
    entry.add("url", f"{settings.SITE_URL}{address}")
    return entry


@lru_cache(maxsize=500)
def _zone(name: str, first: int, last: int) -> Timezone:
    """A zone's changes over some years, each by the clock of before (RFC 5545, 3.6.5).

    The library's own way steps over Morocco's short winter, and says a change forward
    by the clock of afterwards.
    """
    there, made = ZoneInfo(name), Timezone()
    made.add("tzid", name)
    at, end = (
        datetime(first - 1, 1, 1, tzinfo=UTC),
        datetime(last + 1, 7, 1, tzinfo=UTC),
    )
    made.add_component(_change(there, at, at))
    while at < end:
        if _offset(there, at) != _offset(there, at + DAY):
            made.add_component(_change(there, at, _moment_of_change(there, at)))
        at += DAY
    return made


def _change(there: ZoneInfo, before: datetime, at: datetime) -> Any:
    """From the offset of `before` to that of `at`."""
    shown = at.astimezone(there)
    part = TimezoneDaylight() if shown.dst() else TimezoneStandard()
    was = _offset(there, before)
    part.add("dtstart", (at + was).replace(tzinfo=None))
    part.add("tzoffsetfrom", was)
    part.add("tzoffsetto", shown.utcoffset())
    part.add("tzname", shown.tzname())
    return part


def _moment_of_change(there: ZoneInfo, at: datetime) -> datetime:
    """The first second of the new offset within the day after `at`."""
    low, high = at, at + DAY
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset(there, middle) == _offset(there, low):
            low = middle
        else:
            high = middle
    return high


def _offset(there: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(there).utcoffset() or timedelta(0)

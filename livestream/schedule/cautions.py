"""What a host should know before she schedules a session: said, never forbidden.

Clocks that change there or in Donghai, less than eight hours of rest, and clashes: with
another session of hers, of the room, or of the language in the same market.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from donghai.templatetags.pages import country, in_words, place
from livestream.sessions.models import LiveSession
from livestream.sessions.services import moment_of

REST = timedelta(hours=8)
MOST_SAID = 3  # of one kind; the others are counted
BUSY = (LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know, in words; `kind` tells them apart."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """A session as far as it can clash; `session_id` is 0 while it's only planned."""

    host_id: int
    language: str
    market_id: str
    studio_id: int | None
    zone: str
    starts_at: datetime
    ends_at: datetime
    session_id: int = 0


def occasion_of(session: LiveSession) -> Occasion:
    return Occasion(
        host_id=session.host_id,
        language=session.language,
        market_id=session.market_id,
        studio_id=session.studio_id,
        zone=session.zone,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        session_id=session.pk,
    )


def of_clocks(
    zone: str, wall: time, days: Iterable[date], today: date
) -> list[Caution]:
    """Where the time in Donghai is not that of the date before; today is the first."""
    found, before = [], today
    for day in days:
        was, now = _home_time(before, wall, zone), _home_time(day, wall, zone)
        if was != now and day > before:
            since = before + ONE_DAY
            while _home_time(since, wall, zone) != now:
                since += ONE_DAY
            found.append(Caution("clock", _changed(since, wall, zone, (was, now))))
        found += _odd_hour(day, wall, zone)
        before = day
    return _short(found)


def of_clashes(occasions: Sequence[Occasion]) -> dict[Occasion, list[Caution]]:
    """What stands in the way of each: one query for all of them."""
    others = _neighbours(occasions)
    return {
        one: [caution for other in others for caution in _between(one, other)]
        for one in occasions
    }


def of_plan(occasions: Sequence[Occasion]) -> list[Caution]:
    """All that stands in the way of a plan, the first few of each kind."""
    by_one = of_clashes(occasions)
    return _short([caution for one in occasions for caution in by_one[one]])


def _home_time(day: date, wall: time, zone: str) -> time:
    home = ZoneInfo(settings.HOME_ZONE)
    return moment_of(day, wall, zone).astimezone(home).time()


def _changed(since: date, wall: time, zone: str, home: tuple[time, time]) -> str:
    was, now = home
    return _(
        "From %(day)s your %(wall)s in %(place)s is %(now)s in Donghai, not %(was)s."
    ) % {
        "day": _day(since),
        "wall": f"{wall:%H:%M}",
        "place": place(zone),
        "now": f"{now:%H:%M}",
        "was": f"{was:%H:%M}",
    }


def _odd_hour(day: date, wall: time, zone: str) -> list[Caution]:
    """The hour that clocks skip that day, or show twice."""
    there = ZoneInfo(zone)
    shown = moment_of(day, wall, zone).astimezone(there)
    facts = {"day": _day(day), "wall": f"{wall:%H:%M}", "place": place(zone)}
    if shown.time() != wall:
        words = _(
            "On %(day)s the clocks in %(place)s skip %(wall)s: it begins at %(then)s."
        )
        return [Caution("skipped", words % {**facts, "then": f"{shown:%H:%M}"})]
    second = shown.replace(fold=1)
    if second.utcoffset() != shown.replace(fold=0).utcoffset():
        words = _(
            "On %(day)s %(wall)s comes twice in %(place)s: it begins at the first."
        )
        return [Caution("repeated", words % facts)]
    return []


def _neighbours(occasions: Sequence[Occasion]) -> list[LiveSession]:
    """Sessions near enough to matter to any of the occasions."""
    if not occasions:
        return []
    asked = [Q(host__in={one.host_id for one in occasions})]
    asked += [
        Q(language=language, market=market)
        for language, market in {(one.language, one.market_id) for one in occasions}
    ]
    if rooms := {one.studio_id for one in occasions if one.studio_id}:
        asked.append(Q(studio__in=rooms))
    found = LiveSession.objects.for_display().select_related("studio")
    return list(
        found.filter(
            reduce(or_, asked),
            state__in=BUSY,
            starts_at__lt=max(one.ends_at for one in occasions) + REST,
            ends_at__gt=min(one.starts_at for one in occasions) - REST,
        ).order_by("starts_at", "pk")
    )


def _between(one: Occasion, other: LiveSession) -> list[Caution]:
    if other.pk == one.session_id:
        return []
    gap = max(other.starts_at - one.ends_at, one.starts_at - other.ends_at)
    overlaps, is_hers = gap < timedelta(0), other.host_id == one.host_id
    if is_hers and overlaps:
        words = _("%(day)s: you have “%(title)s” then, too, from %(time)s.")
        return [_said("own", words, one, other)]
    if is_hers and gap < REST:
        words = _("%(day)s: less than 8 hours of rest beside “%(title)s”, %(time)s.")
        return [_said("rest", words, one, other)]
    found = []
    if overlaps and one.studio_id and other.studio_id == one.studio_id:
        words = _("%(day)s: %(host)s is in %(room)s then, from %(time)s.")
        found.append(_said("room", words, one, other))
    same = (other.language, other.market_id) == (one.language, one.market_id)
    if overlaps and same:
        words = _(
            "%(day)s: %(host)s is live in %(language)s for %(market)s then, too, "
            "from %(time)s."
        )
        found.append(_said("language", words, one, other))
    return found


def _said(kind: str, words: str, one: Occasion, other: LiveSession) -> Caution:
    """In words; the times are those of the market she plans for."""
    there = ZoneInfo(one.zone)
    facts = {
        "day": in_words(one.starts_at.astimezone(there), "date"),
        "time": f"{other.starts_at.astimezone(there):%H:%M}",
        "title": other.title,
        "host": other.host.name,
        "room": other.studio or "",
        "language": other.get_language_display(),
        "market": country(other.market_id),
    }
    return Caution(kind, words % facts)


def _short(cautions: Sequence[Caution]) -> list[Caution]:
    """The first few of each kind, and how many more there are."""
    found = []
    for kind in dict.fromkeys(caution.kind for caution in cautions):
        alike = (caution for caution in cautions if caution.kind == kind)
        same = list(dict.fromkeys(alike))
        found += same[:MOST_SAID]
        more = len(same) - MOST_SAID
        if more > 0:
            words = ngettext(
                "%(n)s more date like this.", "%(n)s more dates like this.", more
            )
            found.append(Caution(kind, words % {"n": more}))
    return found


def _day(day: date) -> str:
    return in_words(datetime.combine(day, time(12), tzinfo=UTC), "date")

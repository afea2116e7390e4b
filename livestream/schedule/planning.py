"""A plan looked at before it is saved: its dates, and what speaks against them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from donghai.templatetags.pages import on_day
from hosts.models import Host
from livestream.schedule import cautions, series
from livestream.schedule.cautions import Caution, Occasion
from livestream.schedule.recurrence import Rule
from livestream.sessions import services
from livestream.sessions.models import LiveSession
from livestream.sessions.services import Plan

MONTH = timedelta(days=31)
YEAR = timedelta(days=366)  # in it each clock has changed both ways
MOST_NAMED = 6  # dates without a certificate


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a host is told about a plan; `seen` is sent back when she goes on anyway."""

    cautions: list[Caution]

    @property
    def seen(self) -> str:
        said = "\n".join(caution.words for caution in self.cautions)
        return sha256(said.encode()).hexdigest()[:16]


def look(
    *, host: Host, plan: Plan, rule: Rule | None = None, session_id: int = 0
) -> Outlook:
    """What speaks against a plan; of a session that is moved, `session_id`."""
    days = series.to_come(plan, rule) if rule else [plan.starts_on]
    zone = plan.clock
    barred = series.uncertified(host, plan.language, days) if rule else []
    made = [day for day in days if day not in barred]
    occasions = [
        _occasion(host, replace(plan, starts_on=day), session_id) for day in made
    ]
    today = timezone.localdate(timezone=ZoneInfo(zone))
    year = series.to_come(plan, rule, ahead=YEAR) if rule else made
    found = cautions.of_clocks(zone, plan.starts_time, year, today)
    found += cautions.of_plan(occasions)
    if made and barred:
        found.append(Caution("certificate", _barred(barred)))
    return Outlook(found)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A session to come, with what speaks against it."""

    session: LiveSession
    cautions: list[Caution]


def upcoming(sessions: Sequence[LiveSession]) -> list[Upcoming]:
    """Her sessions to come; those of the next month with what stands in their way."""
    soon = [one for one in sessions if one.starts_at < timezone.now() + MONTH]
    occasions = {one.pk: cautions.occasion_of(one) for one in soon}
    clashes = cautions.of_clashes(list(occasions.values()))
    return [
        Upcoming(one, clashes[occasions[one.pk]] if one.pk in occasions else [])
        for one in sessions
    ]


def clocks_ahead(sessions: Sequence[LiveSession]) -> list[Caution]:
    """What the clocks do to her sessions of the next month."""
    soon = [one for one in sessions if one.starts_at < timezone.now() + MONTH]
    found = []
    for zone, wall in dict.fromkeys((one.zone, one.starts_time) for one in soon):
        same = (one for one in soon if (one.zone, one.starts_time) == (zone, wall))
        days = sorted({one.starts_on for one in same})
        today = timezone.localdate(timezone=ZoneInfo(zone))
        found += cautions.of_clocks(zone, wall, days, today)
    return list(dict.fromkeys(found))


def _occasion(host: Host, plan: Plan, session_id: int) -> Occasion:
    starts_at, ends_at = services.span_of(plan)
    return Occasion(
        host_id=host.pk,
        language=plan.language,
        market_id=plan.market.pk,
        studio_id=plan.studio_id,
        zone=plan.clock,
        starts_at=starts_at,
        ends_at=ends_at,
        session_id=session_id,
    )


def _barred(days: list[date]) -> str:
    named = ", ".join(on_day(day) for day in days[:MOST_NAMED])
    if len(days) > MOST_NAMED:
        named += " …"
    return _(
        "Your certificate for this language is not in force on %(days)s: these dates "
        "are not made until it is renewed."
    ) % {"days": named}

"""Repeating sessions: each date becomes a session of its own, eight weeks ahead."""

import logging
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from hosts.models import Host
from hosts.services import may_present, require_right_to_present
from livestream.schedule import recurrence
from livestream.schedule.models import Series, SkippedDay
from livestream.schedule.recurrence import Rule
from livestream.sessions import services
from livestream.sessions.models import LiveSession
from livestream.sessions.services import Plan

log = logging.getLogger(__name__)

AHEAD = timedelta(weeks=8)


class NeverComes(Refused):
    code = "never_comes"
    title = _("No date of this series is still to come. Look at the days and the end.")
    status = 422


class NotYourSeries(Refused):
    code = "not_your_series"
    title = _("This series belongs to another host.")
    status = 403


@transaction.atomic
def begin(*, host: Host, plan: Plan, rule: Rule) -> Series:
    """Put a repeating session on the schedule; its first day is the plan's or later.

    Refuses a rule of which no date is to come, and one without a certificate on any.
    """
    series = Series.objects.create(
        host=host,
        language=plan.language,
        market=plan.market,
        studio_id=plan.studio_id,
        title=plan.title,
        zone=plan.clock,
        first_day=plan.starts_on,
        starts_time=plan.starts_time,
        minutes=plan.minutes,
        rule=rule.text,
        until=rule.until,
        count=rule.count,
    )
    coming = to_come(plan, rule)
    if not coming:
        raise NeverComes()
    if not fill(series.pk):
        require_right_to_present(host, language=plan.language, on=coming[0])
        raise NeverComes()
    return series


def to_come(
    plan: Plan, rule: Rule, now: datetime | None = None, ahead: timedelta = AHEAD
) -> list[date]:
    """The dates a series has from now on, usually as far ahead as sessions are made."""
    moment = now or timezone.now()
    today = moment.astimezone(ZoneInfo(plan.clock)).date()
    start = max(today - timedelta(days=1), plan.starts_on)
    lasts = timedelta(minutes=plan.minutes)
    return [
        day
        for day in recurrence.days(rule, plan.starts_on, start, start + ahead)
        if _ends(day, plan, lasts) > moment
    ]


def uncertified(host: Host, language: str, days: list[date]) -> list[date]:
    """Those of the days on which she has no certificate in force."""
    return [day for day in days if not may_present(host, language=language, on=day)]


@transaction.atomic
def fill(series_id: int) -> list[LiveSession]:
    """Make the sessions of a series that are missing within the next weeks.

    Locks the series, so that two at once make each date once; a repeat makes none.
    Dates left out, and those without a certificate, are not made.
    """
    found = Series.objects.select_for_update(of=("self",))
    series = found.select_related("host", "market").get(pk=series_id)
    if series.ended_at:
        return []
    plan = Plan(
        title=series.title,
        language=series.language,
        market=series.market,
        starts_on=series.first_day,
        starts_time=series.starts_time,
        minutes=series.minutes,
        studio_id=series.studio_id,
        series_id=series.pk,
        zone=series.zone,
    )
    coming = to_come(plan, Rule(series.rule, series.until, series.count))
    done = set(series.sessions.values_list("series_day", flat=True))
    done.update(series.skipped.values_list("day", flat=True))
    missing = [day for day in coming if day not in done]
    barred = set(uncertified(series.host, series.language, missing))
    return [
        services.schedule_session(host=series.host, plan=replace(plan, starts_on=day))
        for day in missing
        if day not in barred
    ]


def fill_horizon() -> int:
    """Make what is missing of every series; safe to run twice at once."""
    made = 0
    for series_id in Series.objects.standing().values_list("pk", flat=True):
        try:
            made += len(fill(series_id))
        except Refused as refusal:
            said = {"series": series_id, "code": refusal.code}
            log.warning("series not filled", extra=said)
    return made


@transaction.atomic
def skip(*, host: Host, session_id: int) -> LiveSession:
    """Cancel one session; a series will not make that date again."""
    session = services.cancel_session(host=host, session_id=session_id)
    if session.series_id and session.series_day:
        SkippedDay.objects.get_or_create(
            series_id=session.series_id, day=session.series_day
        )
    return session


@transaction.atomic
def end(*, host: Host, series_id: int) -> int:
    """End a series and cancel its sessions to come; says how many. A repeat does none.

    Locks the series, then each session. What is linked to them stays theirs.
    """
    series = Series.objects.select_for_update().get(pk=series_id)
    if series.host_id != host.pk:
        raise NotYourSeries()
    if series.ended_at:
        return 0
    series.ended_at = timezone.now()
    series.save(update_fields=["ended_at"])
    waiting = series.sessions.filter(state=LiveSession.State.SCHEDULED)
    coming = waiting.filter(starts_at__gt=series.ended_at).order_by("pk")
    for session in coming:
        services.cancel_session(host=host, session_id=session.pk)
    return len(coming)


def _ends(day: date, plan: Plan, lasts: timedelta) -> datetime:
    return services.moment_of(day, plan.starts_time, plan.clock) + lasts

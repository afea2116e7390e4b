"""Rules of RFC 5545 that say on which days a session comes back.

Only days: the wall time is the series' own. What cannot say a day (hours, minutes) is
refused, and so are parts with which a rule might never come and be searched for ever.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ALWAYS = {"FREQ", "INTERVAL", "WKST", "UNTIL", "COUNT"}
PARTS = {
    "DAILY": ALWAYS,
    "WEEKLY": ALWAYS | {"BYDAY"},
    "MONTHLY": ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
    "YEARLY": ALWAYS
    | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH", "BYYEARDAY", "BYWEEKNO"},
}
MOST = 1000  # of an interval or a count
UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


class NotARule(Refused):
    code = "not_a_rule"
    title = _(
        "%(rule)s is not a rule for days. Write one like FREQ=WEEKLY;BYDAY=TU,FR "
        "or FREQ=MONTHLY;BYDAY=1SA;COUNT=6."
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE without its end, and the end."""

    text: str
    until: date | None = None
    count: int | None = None


def parse(text: str, *, first_day: date, wall: time, zone: str) -> Rule:
    """Read an RRULE as people paste it. Refuses what does not say days, or no day."""
    said = text.strip().upper().removeprefix("RRULE:")
    pairs = [part.partition("=")[::2] for part in said.split(";") if part]
    parts = dict(pairs)
    allowed = PARTS.get(parts.get("FREQ", ""), set())
    if len(parts) < len(pairs) or not allowed.issuperset(parts) or len(said) > 200:
        raise NotARule(rule=text.strip()[:60])
    try:
        until = _until(parts.pop("UNTIL", ""), wall, zone)
        count = _number(parts.pop("COUNT", ""))
        _number(parts.get("INTERVAL", ""))
        rule = Rule(";".join("=".join(pair) for pair in parts.items()), until, count)
        comes = days(rule, first_day, first_day, first_day + timedelta(days=3660))
    except (ValueError, TypeError, KeyError, OverflowError, IndexError):
        raise NotARule(rule=text.strip()[:60]) from None
    if not comes:
        raise NotARule(rule=text.strip()[:60])
    return rule


def days(rule: Rule, first_day: date, after: date, before: date) -> list[date]:
    """The days a rule that begins on `first_day` comes from `after` to `before`."""
    last = min(before, rule.until or before)
    count = f";COUNT={rule.count}" if rule.count else ""
    found = rrulestr(f"{rule.text}{count}", dtstart=_midnight(first_day))
    return [at.date() for at in found.between(_midnight(after), _midnight(last), True)]


def nth_weekday(day: date) -> str:
    """FREQ=MONTHLY for the same weekday of each month; a fifth one is the last."""
    nth = (day.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{WEEKDAYS[day.weekday()]}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())  # days of a wall calendar


def _number(text: str) -> int | None:
    if not text:
        return None
    if not 1 <= int(text) <= MOST:
        raise ValueError(text)
    return int(text)


def _until(text: str, wall: time, zone: str) -> date | None:
    """The last day on which the wall time isn't past UNTIL."""
    if not text:
        return None
    found = UNTIL.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, clock, is_utc = found.groups()
    last = datetime.strptime(f"{day}{clock or '235959'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    if is_utc:
        there = last.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        last = there.replace(tzinfo=None)
    return last.date() if wall <= last.time() else last.date() - timedelta(days=1)

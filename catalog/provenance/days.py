"""Which days a claim may name, by Donghai's own calendar."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from donghai.home import home_day

FIRST = date(1980, 1, 1)  # nothing we trade was imported, worked or tested before
AHEAD = timedelta(days=731)  # two years: further ahead no delivery is agreed

HAS_BEEN = _("Write a day from %(first)s to today, %(last)s: it has happened already.")
MAY_COME = _("Write a day from %(first)s to %(last)s, two years from now.")


class NotYet(Refused):
    code = "not_yet"
    status = 422
    title = _("That day has not come yet.")


class LongAgo(Refused):
    code = "long_ago"
    status = 422
    title = _("That day is too long ago: write one since 1980.")


def faults(*, may_come: bool = False, **said: date | None) -> dict[str, str]:
    """What is wrong with days, each by the field it was said in; unsaid ones pass."""
    last = home_day() + AHEAD if may_come else home_day()
    words: Promise = MAY_COME if may_come else HAS_BEEN
    facts = {"first": date_format(FIRST), "last": date_format(last)}
    return {
        field: str(words) % facts
        for field, day in said.items()
        if day and not FIRST <= day <= last
    }


def refuse_unless_been(*days: date | None) -> None:
    """Raise for a day that has not come yet or is too long ago."""
    said = [day for day in days if day]
    if any(day > home_day() for day in said):
        raise NotYet
    if any(day < FIRST for day in said):
        raise LongAgo

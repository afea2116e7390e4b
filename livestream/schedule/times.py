"""A start as everybody needs it: by their own clock, the market's and Donghai's."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from donghai.templatetags.pages import in_words, place
from livestream.sessions.models import LiveSession


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the three: where, and what it shows."""

    where: str
    shows: str


def own(session: LiveSession, zone: str) -> str:
    """The start as somebody reads it who lives in `zone`: Tomorrow, 21:00."""
    there = session.starts_at.astimezone(ZoneInfo(zone))
    facts = {"day": in_words(there, "day"), "time": in_words(there, "time")}
    return _("%(day)s, %(time)s") % facts


def three(session: LiveSession, zone: str) -> list[Clock]:
    """Theirs, the market's, Donghai's, each with its weekday."""
    theirs = _("your time") if zone != "UTC" else "UTC"
    zones = {
        theirs: zone,
        _("in %(place)s") % {"place": place(session.zone)}: session.zone,
        _("in Donghai"): settings.HOME_ZONE,
    }
    return [
        Clock(where, _shown(session.starts_at, name)) for where, name in zones.items()
    ]


def _shown(at: datetime, zone: str) -> str:
    return in_words(at.astimezone(ZoneInfo(zone)), "weekday")

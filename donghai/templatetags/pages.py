"""What templates need to say places, languages, moments and money to the reader."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.numbers import format_decimal
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from donghai import countries
from donghai.money import Money

register = template.Library()
NO_MARKUP = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def viewer_zone(request: HttpRequest | None) -> ZoneInfo:
    """The zone the browser told us in a cookie (`donghai.js` sets it), else UTC."""
    name = request.COOKIES.get("zone", "") if request else ""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # the last is of names that nobody knows
        return ZoneInfo("UTC")


def _locale() -> Locale:
    return _locale_of(translation.get_language() or "en")


@cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(translation.to_locale(language))


@register.filter
def country(code: str) -> str:
    """A country's name as the reader calls it: DE is Germany, or 德国."""
    named = countries.names(translation.get_language() or "en")
    return named.get(code.upper(), code)


@register.filter
def language(code: str) -> str:
    """A language's name as the reader calls it: es is Spanish, or 西班牙语."""
    return str(_locale().languages.get(code.split("-", maxsplit=1)[0], code))


@register.filter
def place(zone: str) -> str:
    """The city of an IANA zone as the reader calls it."""
    return str(get_timezone_location(ZoneInfo(zone), _locale(), return_city=True))


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount kept as minor units, as the reader expects it."""
    return str(Money(minor, currency))


@register.simple_tag
def home_zone() -> str:
    """Donghai's own zone, for `moment`."""
    return str(settings.HOME_ZONE)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of static/icons.svg; those that point along the line turn with it."""
    return _icon(name, "icon turns" if name in ("next", "back") else "icon")


@cache
def _icon(name: str, kind: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        kind,
        static("icons.svg"),
        name,
    )


@register.filter
def grouped(number: int) -> str:
    """1248 as the reader groups it: 1,248."""
    return str(format_decimal(number, locale=_locale()))


@register.filter
def signed(number: int) -> str:
    """A change: +5, −2 with a true minus."""
    return f"{number:+}".replace("-", "−")


@register.filter
def clock(seconds: float) -> str:
    """A place in a recording: 0:45, 12:03, 1:02:03."""
    return lasting(timedelta(seconds=seconds))


@register.filter
def lasting(time: timedelta) -> str:
    """How long: 0:45, 12:03, 1:02:03."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def grams(weight: Decimal) -> str:
    """27 g, 0.42 g: no nought that says nothing."""
    return _("%(weight)s g") % {
        "weight": format_decimal(weight.normalize(), locale=_locale())
    }


@register.filter
def yuan(amount: Money) -> str:
    """Yuan for those who are paid in them: ¥ alone, where nobody could think of yen."""
    return str(amount).replace("CN¥", "¥")


@register.filter
def times(amount: Money, quantity: int) -> Money:
    """The price of several."""
    return amount * quantity


@register.filter
def title_in(product: Any, language: str) -> str:
    """A product's title in the language of a session."""
    return str(product.title(language))


@register.filter
def stone(product: Any) -> str:
    """The honest second line of a piece: treatment and origin."""
    labels = dict(product._meta.get_field("treatment").flatchoices)
    treatment = str(labels[product.treatment])  # get_…_display translates all of them
    return f"{treatment[:1].upper()}{treatment[1:]} · {country(product.origin)}"


@register.simple_tag(takes_context=True)
def moment(
    context: template.Context, at: datetime, show: str = "time", zone: str = ""
) -> SafeString:
    """A moment as `time`, `day`, `date` or `full`, in `zone` or else the viewer's.

    `donghai.js` says it again in the browser's own zone unless `zone` was given.
    """
    theirs = ZoneInfo(zone) if zone else viewer_zone(context.get("request"))
    words = in_words(at.astimezone(theirs), show)
    if theirs.key == "UTC" and show in ("time", "seconds", "full"):
        words += " UTC"
    return format_html(
        '<time datetime="{}" data-show="{}"{}>{}</time>',
        at.isoformat(timespec="seconds"),
        show,
        format_html(' data-zone="{}"', zone) if zone else "",
        words,
    )


def in_words(at: datetime, show: str) -> str:
    """`at` (already in the right zone) as its time, day, date or day and time."""
    if show in ("time", "seconds"):
        return date_format(at, "H:i:s" if show == "seconds" else "H:i")
    if show == "day":
        return day_in_words(at)
    if show == "weekday":
        return date_format(at, "D H:i")
    locale = "en_GB" if _locale().language == "en" else _locale()  # 22 Nov, not Nov 22
    day = format_skeleton("MMMd", at, locale=locale)
    if show == "date":
        return day
    return _("%(day)s, %(time)s") % {"day": day, "time": date_format(at, "H:i")}


def day_in_words(at: datetime) -> str:
    """Today, tomorrow, a weekday within the week, else the date."""
    today = timezone.now().astimezone(at.tzinfo).date()
    if at.date() == today:
        return _("Today")
    if at.date() == today + timedelta(days=1):
        return _("Tomorrow")
    if today < at.date() < today + timedelta(days=7):
        return date_format(at, "l")
    return in_words(at, "date")


@register.filter
def on_day(day: date) -> str:
    """A day that is still clear in years: 22 Nov 2026."""
    locale = "en_GB" if _locale().language == "en" else _locale()
    return str(format_date(day, "medium", locale=locale))


@register.filter
def said_in(words: dict[str, str], language: str) -> str:
    """Words kept by language: in this one, else in English, else in any."""
    base = language.split("-", maxsplit=1)[0]
    said = (words.get(code) for code in (language, base, "en"))
    return next(filter(None, said), next(iter(words.values()), ""))


@register.filter
def absolute(path: str) -> str:
    """An address of ours as others must write it."""
    return urljoin(f"{settings.SITE_URL}/", path)


@register.filter
def webcal(address: str) -> str:
    """A calendar's address as calendar programs subscribe to it."""
    return f"webcal:{address.partition(':')[2]}"


@register.simple_tag
def linked_data(facts: dict[str, Any]) -> SafeString:
    """Facts for search engines (JSON-LD); no word in them can end the script."""
    said = json.dumps(facts, ensure_ascii=False, default=str).translate(NO_MARKUP)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(said),  # what could be markup is escaped above
    )

"""Where a visitor wants things sent, and which money is spent there."""

from dataclasses import dataclass, replace
from typing import Any

from babel.numbers import get_currency_name, get_territory_currencies
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from donghai import rates
from donghai.money import Money
from donghai.templatetags.pages import country as name_of
from orders.checkout.book import countries

COOKIE = "country"
MONEY_COOKIE = "currency"
LASTS = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks. Prices are for the country she chose or her browser names,
    else for the market a piece is sold to, the same on every page; `home` says whose
    money she thinks in, unless she chose that, too."""

    country: str = ""
    home: str = ""
    money: str = ""

    @property
    def currency(self) -> str:
        """What she chose, or is paid with where she lives; "" if that isn't known."""
        if self.money:
            return self.money
        spent = get_territory_currencies(self.home) if self.home else []
        return str(spent[0]) if spent else ""

    def own_money(self, price: Money) -> Money | None:
        """About the same in the visitor's money; None if it is that, or has no rate."""
        if not self.currency or self.currency == price.currency:
            return None
        try:
            rate = rates.latest(price.currency, self.currency, timezone.localdate())
        except rates.NoExchangeRate:
            return None
        return rate.convert(price)


def visitor_of(request: HttpRequest) -> Visitor:
    """By the country and money she chose, else by her browser's region."""
    country, tags = country_of(request), _tags(request)
    money = request.COOKIES.get(MONEY_COOKIE, "")
    return Visitor(
        country=country,
        home=country or (_region(tags[0]) if tags else ""),
        money=money if money in rates.KNOWN else "",
    )


def country_of(request: HttpRequest) -> str:
    """What the visitor chose, else what her browser says; "" where nothing is sent.

    Browsers all over the world come as `en-us`: that says nothing of where one lives.
    """
    known = countries(timezone.localdate())
    said = request.COOKIES.get(COOKIE, "")
    if said in known:
        return said
    named = [_region(tag) for tag in _tags(request)[:1] if tag != "en-us"]
    return named[0] if named and named[0] in known else ""


def _tags(request: HttpRequest) -> list[str]:
    """The languages with a region that a browser asks for, the dearest first."""
    asked = parse_accept_lang_header(request.headers.get("accept-language", ""))
    return [tag for tag, _weight in asked if len(_region(tag)) == 2]


def _region(tag: str) -> str:
    return tag.upper().partition("-")[2]


def choose(request: HttpRequest, *, country: str, money: str | None) -> Visitor:
    """The visitor with what she chooses now; what nobody knows changes nothing.

    Money "" is again her country's own, None what it was.
    """
    visitor = visitor_of(request)
    if country in countries(timezone.localdate()):
        visitor = replace(visitor, country=country, home=country)
    if money is not None and money in ("", *rates.KNOWN):
        visitor = replace(visitor, money=money)
    return visitor


def keep(response: HttpResponse, visitor: Visitor) -> None:
    """Let her browser remember where she wants things sent, and her money."""
    kept: Any = {"max_age": LASTS, "samesite": "Lax", "httponly": True}
    if visitor.country:
        response.set_cookie(COOKIE, visitor.country, **kept)
    if visitor.money:
        response.set_cookie(MONEY_COOKIE, visitor.money, **kept)
    else:
        response.delete_cookie(MONEY_COOKIE, samesite="Lax")


def shipped_to() -> list[tuple[str, str]]:
    """Countries a freight card knows today, by their names."""
    codes = countries(timezone.localdate())
    return sorted(((code, name_of(code)) for code in codes), key=lambda pair: pair[1])


def currencies() -> list[tuple[str, str]]:
    """Money we know a rate of, by its code and name."""
    locale = translation.to_locale(translation.get_language() or "en")
    return [(code, get_currency_name(code, locale=locale)) for code in rates.KNOWN]

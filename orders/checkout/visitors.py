"""Where a visitor wants things sent, and which money is spent there."""

from dataclasses import dataclass

from babel.numbers import get_territory_currencies
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header

from donghai import rates
from donghai.money import Money
from donghai.templatetags.pages import country as name_of
from orders.checkout.book import countries

COOKIE = "country"
LASTS = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks. Prices are for the country she chose, else for the market a
    piece is sold to, the same on every page; `home` says whose money she thinks in."""

    country: str = ""
    home: str = ""

    @property
    def currency(self) -> str:
        """What is paid with where the visitor lives; "" if that isn't known."""
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
    """By the country she chose; her money else by her browser's region."""
    chosen = chosen_country(request)
    languages = parse_accept_lang_header(request.headers.get("accept-language", ""))
    regions = (tag.upper().partition("-")[2] for tag, _weight in languages)
    return Visitor(chosen, chosen or next((x for x in regions if len(x) == 2), ""))


def chosen_country(request: HttpRequest) -> str:
    """What the visitor said herself; "" for nothing, or where nothing is sent."""
    said = request.COOKIES.get(COOKIE, "")
    return said if said in countries(timezone.localdate()) else ""


def shipped_to() -> list[tuple[str, str]]:
    """Countries a freight card knows today, by their names."""
    codes = countries(timezone.localdate())
    return sorted(((code, name_of(code)) for code in codes), key=lambda pair: pair[1])

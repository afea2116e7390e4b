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
    """Somebody who looks; without a country prices are those of a session's market."""

    country: str = ""

    @property
    def currency(self) -> str:
        """What is paid with where the visitor lives; "" if that isn't known."""
        spent = get_territory_currencies(self.country) if self.country else []
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
    """By the country chosen before, else by the region of the browser's language."""
    there = countries(timezone.localdate())
    languages = parse_accept_lang_header(request.headers.get("accept-language", ""))
    regions = [tag.upper().partition("-")[2] for tag, _weight in languages]
    wanted = [chosen_country(request), *regions]
    return Visitor(next((country for country in wanted if country in there), ""))


def chosen_country(request: HttpRequest) -> str:
    """What the visitor said herself; "" for nothing, or where nothing is sent."""
    said = request.COOKIES.get(COOKIE, "")
    return said if said in countries(timezone.localdate()) else ""


def shipped_to() -> list[tuple[str, str]]:
    """Countries a freight card knows today, by their names."""
    codes = countries(timezone.localdate())
    return sorted(((code, name_of(code)) for code in codes), key=lambda pair: pair[1])

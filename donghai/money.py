"""Money: whole minor units and an ISO 4217 code, one rounding, one splitter.

Every amount in the program is a `Money` or an `_minor` column beside a `currency`.
Currencies have 0, 2 or 3 decimals (JPY, EUR, KWD); nothing here assumes two.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Self

from babel import Locale
from django.utils import translation
from iso4217 import Currency


class CurrencyMismatch(TypeError):
    """Two currencies were added or compared: always a bug in the caller."""


@cache
def decimals(currency: str) -> int:
    """Number of decimals of a currency by ISO 4217; ValueError for an unknown code."""
    exponent = Currency(currency).exponent
    if exponent is None:
        raise ValueError(f"{currency} has no minor unit")
    return int(exponent)


def round_half_up(amount: Decimal) -> int:
    """The one rounding of the program: half away from zero, to a whole minor unit."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (cents, fen, yen) of `currency`."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """From major units, rounded half up: Money.of("8.40", "EUR").minor == 840."""
        scale = Decimal(10) ** decimals(currency)
        return cls(round_half_up(Decimal(amount) * scale), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """In major units, with the currency's own number of decimals."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, percent: Decimal) -> "Money":
        """`percent` per cent of it, rounded half up."""
        return Money(round_half_up(Decimal(self.minor) * percent / 100), self.currency)

    def convert(self, rate: Decimal, to: str) -> "Money":
        """Into `to`, at `rate` major units of `to` for one of ours, rounded half up."""
        return Money.of(self.amount * rate, to)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to `weights` that add up exactly (largest remainder).

        Equal remainders go to the earlier part. ValueError unless the weights are
        non-negative and one of them is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("split needs non-negative weights, one of them positive")
        sign = -1 if self.minor < 0 else 1
        whole = abs(self.minor)
        parts = [whole * weight // total for weight in weights]
        by_remainder = sorted(
            range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i)
        )
        for i in by_remainder[: whole - sum(parts)]:
            parts[i] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def __str__(self) -> str:
        """As the person reading expects it, by the active language."""
        return _written(self, translation.get_language() or "en")


@lru_cache(maxsize=10_000)
def _written(money: Money, language: str) -> str:
    locale = Locale.parse(translation.to_locale(language))
    pattern = copy(locale.currency_formats["standard"])
    places = decimals(money.currency)  # by ISO 4217, where Unicode may differ
    pattern.frac_prec = (places, places)
    return str(
        pattern.apply(
            money.amount, locale, currency=money.currency, currency_digits=False
        )
    )


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Their sum; zero of `currency` for none."""
    return sum(amounts, Money.zero(currency))

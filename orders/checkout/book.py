"""The rules of one country on one day, frozen: all that a landed price needs to know.

A book is read from the database once in half a minute per process, country and day; the
engine then works on it without asking anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from donghai import rates
from donghai.memory import remembered
from donghai.money import Money
from donghai.rates import RateTable
from orders.checkout.freight import FreightCard
from orders.checkout.rules import (
    REGIMES,
    DestinationRule,
    TariffLine,
    TaxRate,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A `DestinationRule` as the engine sees it."""

    rule_id: str
    topic: str
    is_certain: bool
    value_basis: str = "GOODS"
    value_over: Money | None = None
    value_up_to: Money | None = None
    by_tariff: bool = False
    duty_pct: Decimal | None = None
    duty_basis: str = "GOODS"
    duty_fixed: Money | None = None
    duty_fixed_per: str = ""
    vat_mode: str = "NONE"
    origin: str = ""
    only_hs: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: DestinationRule) -> Self:
        return cls(
            rule_id=row.rule_id,
            topic=row.topic,
            is_certain=row.certainty == "HIGH",
            value_basis=row.value_basis,
            value_over=_money(row.value_over_minor, row.value_currency),
            value_up_to=_money(row.value_up_to_minor, row.value_currency),
            by_tariff=row.by_tariff,
            duty_pct=row.duty_pct,
            duty_basis=row.duty_basis,
            duty_fixed=_money(row.duty_fixed_minor, row.duty_fixed_currency),
            duty_fixed_per=row.duty_fixed_per,
            vat_mode=row.vat_mode,
            origin=row.origin,
            only_hs=_words(row.only_hs),
            postcodes=_words(row.postcodes),
        )


@dataclass(frozen=True, slots=True)
class Tax:
    """A `TaxRate`, like the VAT of Germany."""

    rule_id: str
    name: str
    pct: Decimal
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Tariff:
    """A `TariffLine` as the engine sees it; empty words fit everything."""

    rule_id: str
    hs: str
    pct: Decimal
    is_certain: bool
    form_class: str = ""
    mineral_class: str = ""
    piece_up_to: Money | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A `FreightCard` with its steps, lightest first."""

    name: str
    channel: str
    weight_step_g: int
    days: tuple[int, int]
    steps: tuple[tuple[int, Money], ...]

    def price_of(self, weight_g: int) -> Money | None:
        """What `weight_g` costs, None if it is too heavy for this channel."""
        rounded = -(-weight_g // self.weight_step_g) * self.weight_step_g
        return next((price for up_to, price in self.steps if rounded <= up_to), None)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything in force for parcels to `country` that leave on `on`."""

    country: str
    on: date
    rules: tuple[Rule, ...]
    tax: Tax | None
    tariffs: tuple[Tariff, ...]
    cards: tuple[Card, ...]
    rates: RateTable

    @classmethod
    def load(cls, country: str, on: date) -> "RuleBook":
        """The book of this process, not older than half a minute (six queries)."""
        return _book(country, on)


@remembered(most=8)
def countries(on: date) -> tuple[str, ...]:
    """Where a freight card leads on that day."""
    cards = FreightCard.objects.in_force_on(on)
    return tuple(cards.values_list("country", flat=True).distinct())


def source_of(rule_id: str) -> str:
    """Where a rule stands, as its row says; empty for a rule of our own."""
    return _sources().get(rule_id, "")


@remembered(most=1)
def _sources() -> dict[str, str]:
    return {
        rule_id: source
        for table in (DestinationRule, TariffLine)
        for rule_id, source in table.objects.values_list("rule_id", "source")
    }


@remembered(most=256)
def _book(country: str, on: date) -> RuleBook:
    tax = TaxRate.objects.filter(country=country).known_on(on).first()
    scopes = {country, tax.union} - {""} if tax else {country}
    rules = (
        DestinationRule.objects.in_force_on(on)
        .filter(scope__in=scopes, switched_on=True)
        .exclude(topic=DestinationRule.Topic.NOTE)
        .order_by("rule_id")
    )
    lines = TariffLine.objects.filter(scope__in=scopes, switched_on=True)
    cards = FreightCard.objects.in_force_on(on).filter(country=country)
    return RuleBook(
        country=country,
        on=on,
        rules=tuple(Rule.of(row) for row in sorted(rules, key=_adds_to_others)),
        tax=_tax(tax),
        tariffs=_tariffs(lines.known_on(on)),
        cards=tuple(_card(row) for row in cards.prefetch_related("steps")),
        rates=rates.table(on),
    )


def _adds_to_others(row: DestinationRule) -> bool:
    """Sorts the rule that decides about a parcel before those that add to it."""
    return row.topic not in REGIMES


def _tax(row: TaxRate | None) -> Tax | None:
    if row is None:
        return None
    return Tax(row.rule_id, row.tax, row.pct, row.certainty == "HIGH")


def _tariffs(newest_first: Iterable[TariffLine]) -> tuple[Tariff, ...]:
    """One of each meaning, the one that says most first."""
    newest: dict[tuple[object, ...], TariffLine] = {}
    for row in newest_first:
        meaning = (
            row.scope,
            row.hs,
            row.form_class,
            row.mineral_class,
            row.piece_up_to_minor,
        )
        newest.setdefault(meaning, row)
    return tuple(
        Tariff(
            rule_id=row.rule_id,
            hs=row.hs,
            pct=row.duty_pct,
            is_certain=row.certainty == "HIGH",
            form_class=row.form_class,
            mineral_class=row.mineral_class,
            piece_up_to=_money(row.piece_up_to_minor, row.piece_currency),
        )
        for row in sorted(newest.values(), key=_breadth)
    )


def _breadth(row: TariffLine) -> tuple[object, ...]:
    return (
        row.form_class == "",
        row.mineral_class == "",
        row.piece_up_to_minor is None,
        row.piece_up_to_minor or 0,
        row.rule_id,
    )


def _card(row: FreightCard) -> Card:
    return Card(
        name=row.name,
        channel=row.channel,
        weight_step_g=row.weight_step_g,
        days=(row.days_min, row.days_max),
        steps=tuple(
            sorted(
                (step.up_to_g, Money(step.price_minor, row.currency))
                for step in row.steps.all()
            )
        ),
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())

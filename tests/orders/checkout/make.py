"""Parcels for the landed price, and how its answers are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from donghai.money import Money
from orders.checkout.book import Card, RuleBook
from orders.checkout.landed import Item, LandedPrice, LineKind

TODAY = date(2026, 11, 22)
MONEY_OF = {
    "US": "USD",
    "DE": "EUR",
    "FR": "EUR",
    "RO": "EUR",
    "GB": "GBP",
    "MX": "MXN",
    "NO": "NOK",
    "CH": "CHF",
    "BR": "USD",
    "MY": "MYR",
    "JP": "JPY",
    "KR": "USD",
    "AQ": "USD",
}


def card(asked: Money, up_to_g: int = 100_000) -> Card:
    return Card("TEST", "EMS", 1, (5, 9), ((up_to_g, asked),))


def bracelet(amount: str, currency: str, quantity: int = 1, **other: object) -> Item:
    facts: dict[str, Any] = {
        "ref": "1",
        "label": "Amethyst bracelet, 8 mm",
        "hs6": "711620",
        "form": "BRACELET",
        "mineral": "AMETHYST",
        "origin": "CN",
        "unit_price": Money.of(amount, currency),
        "quantity": quantity,
        "weight_g": 30,
    }
    return Item(**(facts | other))


def told(landed_price: LandedPrice) -> list[tuple[str, str, str]]:
    """The lines below goods and shipping: kind, rule, amount."""
    return [
        (str(line.kind), line.rule, str(line.amount.amount))
        for line in landed_price.lines
        if line.kind not in (LineKind.GOODS, LineKind.FREIGHT)
    ]


def switched_off(*rule_ids: str) -> Callable[[RuleBook], RuleBook]:
    def change(book: RuleBook) -> RuleBook:
        kept = tuple(rule for rule in book.rules if rule.rule_id not in rule_ids)
        return replace(book, rules=kept)

    return change

"""The words of a landed price: what is shipped where, and what a line of it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, gettext_noop

from donghai.money import Money, total
from donghai.rates import Rate
from orders.checkout.book import RuleBook

TAXES = (gettext_noop("VAT"), gettext_noop("Sales tax"))  # what rates call themselves


class LineKind(StrEnum):
    GOODS = "GOODS"
    FREIGHT = "FREIGHT"
    DUTY = "DUTY"
    TAX = "TAX"
    FEE = "FEE"


class Certainty(StrEnum):
    GUARANTEED = "GUARANTEED"
    ESTIMATE = "ESTIMATE"


@dataclass(frozen=True, slots=True)
class Destination:
    country: str
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Some equal pieces, in the catalogue's words for form and mineral."""

    ref: str
    label: str
    hs6: str
    form: str
    mineral: str
    origin: str
    unit_price: Money
    quantity: int
    weight_g: int  # of one piece

    @property
    def value(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Line:
    """One amount, the rule it follows and the working that answers "why?".

    `label` is an English msgid whose places are filled from `working`, which is JSON.
    """

    kind: LineKind
    label: str
    amount: Money
    rule: str
    certainty: Certainty = Certainty.GUARANTEED
    rate: int | None = None
    working: Mapping[str, Any] = field(default_factory=dict)
    ref: str | None = None

    @property
    def text(self) -> str:
        """The label in the active language."""
        return text_of(self.label, self.working)


@dataclass(frozen=True, slots=True)
class LandedPrice:
    lines: tuple[Line, ...]
    total: Money
    certainty: Certainty

    def sum_of(self, kind: LineKind) -> Money:
        amounts = [line.amount for line in self.lines if line.kind == kind]
        return total(amounts, self.total.currency)


@dataclass(frozen=True, slots=True)
class Consignment:
    """One parcel as the rules see it: goods and freight in the buyer's money."""

    book: RuleBook
    items: tuple[Item, ...]
    goods: Money
    freight: Money

    @property
    def currency(self) -> str:
        return self.goods.currency

    def rate_to(self, currency: str) -> Rate:
        return self.book.rates.between(self.currency, currency)

    def rate_from(self, currency: str) -> Rate:
        return self.book.rates.between(currency, self.currency)

    def value(self, basis: str) -> Money:
        if basis == "PIECE":
            return max(item.unit_price for item in self.items)
        return self.goods + self.freight if basis == "CIF" else self.goods


def text_of(label: str, working: Mapping[str, Any]) -> str:
    """A line's label as people read it, in the active language."""
    if "tax" in working:
        working = {**working, "tax": gettext(working["tax"])}
    return gettext(label) % working


def certainty_of(is_certain: bool) -> Certainty:
    return Certainty.GUARANTEED if is_certain else Certainty.ESTIMATE


def row_of(rate: Rate | None) -> int | None:
    """The row nearest to the buyer's money; all rows stand in the working."""
    return rate.rows[-1] if rate and rate.rows else None


def plain(amount: Money) -> str:
    return f"{amount.amount} {amount.currency}"


def digits(number: Decimal) -> str:
    return f"{number.normalize():f}"

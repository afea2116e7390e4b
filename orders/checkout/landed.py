"""The landed price: goods, freight, duty, tax and fees, each line with its rule.

Pure functions over a `RuleBook`. What a place asks is in the book's rows; the code only
knows the few ways in which such rows are counted (`duties`). Every line is rounded
once, half up, and duty and tax are counted from the rounded lines above them, so that a
buyer can check them with a pencil.
"""

from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from donghai.errors import Refused
from donghai.money import total
from orders.checkout.book import RuleBook
from orders.checkout.duties import (
    NoRuleForCountry,
    NoRuleForValue,
    NoTariffForItem,
    asked_by,
    rules_for,
)
from orders.checkout.lines import (
    Certainty,
    Consignment,
    Destination,
    Item,
    LandedPrice,
    Line,
    LineKind,
    certainty_of,
    plain,
    row_of,
)
from orders.checkout.rules import REGIMES

__all__ = [
    "Certainty",
    "Destination",
    "Item",
    "LandedPrice",
    "Line",
    "LineKind",
    "NoRuleForCountry",
    "NoRuleForPlace",
    "NoRuleForValue",
    "NoTariffForItem",
    "TooHeavy",
    "price",
    "require_served",
]


class NoRuleForPlace(Refused):
    code = "no_rule_for_place"
    title = _("We cannot ship to this postcode yet")


class TooHeavy(Refused):
    code = "too_heavy"
    title = _("%(weight_g)s g is too heavy for one parcel to that country")


def price(
    *,
    destination: Destination,
    currency: str,
    items: Sequence[Item],
    ship_on: date,
    book: RuleBook,
) -> LandedPrice:
    """What `items` in one parcel cost at the buyer's door, in `currency`.

    `book` must be that of the destination's country and the day of shipping. Refuses
    with NoRuleForCountry, NoRuleForPlace, NoRuleForValue, NoTariffForItem, TooHeavy,
    and with NoExchangeRate when a limit or a freight price can't be compared.
    """
    if (book.country, book.on) != (destination.country, ship_on):
        raise ValueError("the book is of another country or day")
    require_served(destination, book)
    goods = [_goods_line(item) for item in items]
    freight = _freight_line(items, currency, book)
    parcel = Consignment(
        book=book,
        items=tuple(items),
        goods=total([line.amount for line in goods], currency),
        freight=freight.amount,
    )
    if not parcel.goods:
        raise ValueError("a parcel of no value has no landed price")
    lines = (*goods, freight, *asked_by(rules_for(parcel), parcel))
    return LandedPrice(
        lines=lines,
        total=total([line.amount for line in lines], currency),
        certainty=certainty_of(
            all(line.certainty == Certainty.GUARANTEED for line in lines)
        ),
    )


def require_served(destination: Destination, book: RuleBook) -> None:
    """Raise NoRuleForCountry or NoRuleForPlace unless we ship there."""
    if not book.cards or not any(rule.topic in REGIMES for rule in book.rules):
        raise NoRuleForCountry(country=destination.country)
    postcode = destination.postcode.replace(" ", "").upper()
    for rule in book.rules:
        if rule.topic == "TERRITORY" and postcode.startswith(rule.postcodes):
            raise NoRuleForPlace(
                country=destination.country, postcode=destination.postcode
            )


def _goods_line(item: Item) -> Line:
    return Line(
        kind=LineKind.GOODS,
        label="%(item)s",
        amount=item.value,
        rule="LISTED",
        working={
            "item": item.label,
            "unit_price": plain(item.unit_price),
            "quantity": item.quantity,
        },
        ref=item.ref,
    )


def _freight_line(items: Sequence[Item], currency: str, book: RuleBook) -> Line:
    """By the channel that is cheapest for this weight; the card's name is its rule."""
    weight_g = sum(item.weight_g * item.quantity for item in items)
    offers = []
    for card in book.cards:
        asked = card.price_of(weight_g)
        if asked is not None:
            rate = book.rates.between(asked.currency, currency)
            offers.append((rate.convert(asked), card.name, card, asked, rate))
    if not offers:
        raise TooHeavy(country=book.country, weight_g=weight_g)
    amount, name, card, asked, rate = min(offers, key=itemgetter(0, 1))
    return Line(
        kind=LineKind.FREIGHT,
        label=gettext_noop("Shipping"),
        amount=amount,
        rule=name,
        rate=row_of(rate),
        working={
            "channel": card.channel,
            "weight_g": weight_g,
            "price": plain(asked),
            "days": list(card.days),
            "rates": list(rate.rows),
        },
    )

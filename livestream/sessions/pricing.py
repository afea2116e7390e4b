"""Who gets what of a retail price, in fen, at a dated rate."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Self

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from catalog.products import typed
from donghai import rates
from donghai.errors import Refused
from donghai.models import ExchangeRate
from donghai.money import Money, decimals
from hosts.models import Host
from livestream.terms.models import HostTerms


class NoPrice(Refused):
    code = "no_price"
    title = _("Give a price.")
    status = 422


class NotAPrice(Refused):
    code = "not_a_price"
    title = _("“%(typed)s” cannot be read as a price. Write it like %(example)s.")
    status = 422


class PriceNotPositive(Refused):
    code = "price_not_positive"
    title = _("A price is more than nought.")
    status = 422


class TooManyDecimals(Refused):
    code = "too_many_decimals"
    title = _("%(currency)s has no coin that small. Write a price like %(example)s.")
    status = 422


@dataclass(frozen=True, slots=True)
class Shares:
    """Of one sale, in CNY: wholesale, the centre's part, the rest for the host."""

    merchant: Money
    host: Money
    centre: Money
    rate_id: int | None


def rate_into_yuan(currency: str, on: date) -> ExchangeRate | None:
    """The ECB rate in force; None for yuan itself. Refuses with NoExchangeRate."""
    return None if currency == "CNY" else rates.row(currency, "CNY", on)


@dataclass(frozen=True, slots=True, order=True)
class Offer:
    """Per cent off wholesale, and the last day of it."""

    percent_off: Decimal
    ends_on: date

    def of(self, wholesale: Money) -> Money:
        """What is asked instead of wholesale, what is taken off rounded half up."""
        return wholesale - wholesale.share(self.percent_off)


@dataclass(frozen=True, slots=True)
class Terms:
    """What merchants let one host have their pieces for on a day.

    The best offer by merchant and product; product None is all of a merchant's.
    """

    offers: Mapping[tuple[int, int | None], Offer]

    @classmethod
    def of(cls, host: Host, on: date) -> Self:
        rows = HostTerms.objects.in_force_on(on).filter(host=host)
        keys = rows.values_list("merchant_id", "product_id", "percent_off", "ends_on")
        worst_first = keys.order_by("percent_off", "ends_on")
        return cls({(m, p): Offer(off, until) for m, p, off, until in worst_first})

    def best(self, variant: Variant) -> Offer | None:
        """What holds for a piece: the better of the merchant's and its product's."""
        merchant = variant.merchant_id
        found = (self.offers.get((merchant, p)) for p in (None, variant.product_id))
        return max(filter(None, found), default=None)

    def wholesale(self, variant: Variant) -> Money:
        """What the merchant asks of this host for one piece."""
        offer = self.best(variant)
        return offer.of(variant.wholesale) if offer else variant.wholesale


def shares(retail: Money, wholesale: Money, rate: ExchangeRate | None) -> Shares:
    """Split a retail price: wholesale, the centre's per cent, the rest to the host.

    The host's part is negative when the price is too low; see `least_retail`.
    """
    yuan = rate.convert(retail) if rate else retail
    centre = yuan.share(Decimal(settings.CENTRE_SHARE_PERCENT))
    return Shares(
        merchant=wholesale,
        host=yuan - wholesale - centre,
        centre=centre,
        rate_id=rate.pk if rate else None,
    )


def read_price(text: str, currency: str) -> Money:
    """What a person typed as a price: ７．５０, $8, 1,234.50 and 1.234,50 alike.

    Refuses with NoPrice, NotAPrice, PriceNotPositive or TooManyDecimals.
    """
    said = re.sub(rf"^{currency}|{currency}$", "", typed.plain(text), flags=re.I)
    example = Money.of("2450" if decimals(currency) == 0 else "24.50", currency).amount
    try:
        amount = typed.decimal(said.lstrip("-−–"))
    except typed.NotANumber:
        raise NotAPrice(typed=typed.plain(text)[:30], example=example) from None
    if amount is None:
        raise NoPrice()
    if not amount or said[0] in "-−–":
        raise PriceNotPositive()
    retail = Money.of(amount, currency)
    if retail.amount != amount:
        raise TooManyDecimals(currency=currency, example=example)
    return retail


def least_retail(wholesale: Money, currency: str, rate: ExchangeRate | None) -> Money:
    """The lowest price that covers wholesale and the centre's part, rounded up."""
    kept = 1 - Decimal(settings.CENTRE_SHARE_PERCENT) / 100
    per_unit = rate.rate / rate.quantity if rate else Decimal(1)
    scale = Decimal(10) ** decimals(currency)
    minor = wholesale.amount / kept / per_unit * scale
    return Money(int(minor.to_integral_value(rounding=ROUND_CEILING)) + 1, currency)


def least_for(
    variant: Variant, wholesale: Money, currency: str, rate: ExchangeRate | None
) -> Money:
    """The lowest price a host may ask: its costs, or what the merchant wants at least.

    Rounded up, so that it's worth the merchant's figure in yuan.
    """
    least = least_retail(wholesale, currency, rate)
    if variant.least_retail_minor is None:
        return least
    return max(least, in_currency(variant.least_retail_minor, currency, rate))


def in_currency(fen: int, currency: str, rate: ExchangeRate | None) -> Money:
    """Yuan in a foreign currency, rounded up to its smallest coin."""
    per_unit = rate.rate / rate.quantity if rate else Decimal(1)
    minor = Money(fen, "CNY").amount / per_unit * Decimal(10) ** decimals(currency)
    return Money(int(minor.to_integral_value(rounding=ROUND_CEILING)), currency)


def at_a_loss(shares: Shares) -> Shares:
    """The yuan rose and the price covers its costs no more: the centre bears that.

    The merchant keeps wholesale, the host goes without, the centre's part may be below
    zero; the three still add up to what the price is worth.
    """
    return Shares(
        merchant=shares.merchant,
        host=Money.zero("CNY"),
        centre=shares.centre + shares.host,
        rate_id=shares.rate_id,
    )

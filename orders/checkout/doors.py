"""A listing as a buyer sees it: at the door, of the market it is sold to or her own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Variant
from donghai.errors import Refused
from donghai.memory import remembered
from donghai.money import Money
from donghai.templatetags.pages import country as name_of
from livestream.models import Listing
from orders.checkout import landed
from orders.checkout.book import RuleBook
from orders.checkout.visitors import Visitor

NOBODY = Visitor()


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing and what one piece of it costs landed, alone in a parcel, in `country`.

    `landed` is None where no rule knows that; the price is then the piece's own.
    `own_money` is about the price in the visitor's money, where that is another.
    """

    listing: Listing
    landed: landed.LandedPrice | None
    country: str
    visitor: Visitor = NOBODY

    @property
    def price(self) -> Money:
        return self.landed.total if self.landed else self.listing.retail

    @property
    def own_money(self) -> Money | None:
        return self.visitor.own_money(self.price)

    @property
    def is_sold_out(self) -> bool:
        return self.listing.variant.stock.on_offer <= 0

    @property
    def is_estimate(self) -> bool:
        return self.landed is not None and (
            self.landed.certainty == landed.Certainty.ESTIMATE
        )

    @property
    def caution(self) -> str:
        """What is not sure about the price, in a word or two; "" where nothing is."""
        if self.landed is None:
            return _("duty and tax not known yet")
        return _("estimated") if self.is_estimate else ""

    @property
    def promise(self) -> str:
        """What is in the price, and how sure that is."""
        where = {"country": name_of(self.country)}
        if self.landed is None:
            return (
                _("The piece alone: duty and tax not known yet · %(country)s") % where
            )
        if self.is_estimate:
            return _("Post, tax and duty included, estimated · %(country)s") % where
        return _("Post, tax and duty included · %(country)s") % where


def offers(listings: Iterable[Listing], visitor: Visitor = NOBODY) -> list[Offer]:
    """Listings (with session and product) at the visitor's door, or their market's."""
    today = timezone.localdate()
    return [_offer(listing, visitor, today) for listing in listings]


def _offer(listing: Listing, visitor: Visitor, today: date) -> Offer:
    country = visitor.country or listing.session.market_id
    item = item_of(listing.variant, listing.retail)
    return Offer(listing, _alone(item, country, today), country, visitor)


@remembered(most=20_000)
def _alone(item: landed.Item, country: str, today: date) -> landed.LandedPrice | None:
    try:
        return landed.price(
            destination=landed.Destination(country=country),
            currency=item.unit_price.currency,
            items=[item],
            ship_on=today,
            book=RuleBook.load(country, today),
        )
    except Refused:
        return None


def item_of(variant: Variant, price: Money) -> landed.Item:
    """One piece as the rules see it."""
    product = variant.product
    return landed.Item(
        ref="",
        label=str(product),
        hs6=product.hs_code[:6],
        form=product.form,
        mineral=product.mineral,
        origin="CN",
        unit_price=price,
        quantity=1,
        weight_g=variant.grams,
    )

"""A listing as a buyer sees it: at the door of the market it is sold to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from catalog.models import Variant
from donghai.errors import Refused
from donghai.memory import remembered
from donghai.money import Money
from livestream.models import Listing
from orders.checkout import landed
from orders.checkout.book import RuleBook


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing and what one piece of it costs landed, alone in a parcel.

    `landed` is None where no rule knows the market; the price is then the piece's own.
    """

    listing: Listing
    landed: landed.LandedPrice | None

    @property
    def price(self) -> Money:
        return self.landed.total if self.landed else self.listing.retail

    @property
    def is_estimate(self) -> bool:
        return self.landed is not None and (
            self.landed.certainty == landed.Certainty.ESTIMATE
        )


def offers(listings: Iterable[Listing]) -> list[Offer]:
    """Each listing (with its session and product) priced for its session's market."""
    today = timezone.localdate()
    return [Offer(listing, at_the_door(listing, today)) for listing in listings]


def at_the_door(listing: Listing, today: date) -> landed.LandedPrice | None:
    """One piece, alone, to the market's country; None where that is refused."""
    item = item_of(listing.variant, listing.retail)
    return _alone(item, listing.session.market_id, today)


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

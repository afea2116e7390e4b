"""What a merchant's first page tells of her stock: how much, and what waits for her."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, F, QuerySet, Sum, When

from catalog.merchants.models import Merchant
from catalog.products.models import Product, Variant
from catalog.stock.models import StockLevel, StockMovement
from catalog.stocktaking import alarms

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """Pieces of one merchant, and how many products they are of."""

    products: int
    drafts: int
    free: int
    held: int
    sold: int  # not yet gone


def figures(merchant: Merchant) -> Figures:
    levels = StockLevel.objects.filter(variant__merchant=merchant)
    sums = levels.aggregate(
        free=Sum(F("on_hand") - F("allocated") - F("reserved"), default=0),
        held=Sum("reserved", default=0),
        sold=Sum("allocated", default=0),
    )
    drafts = merchant.products.filter(state=Product.State.DRAFT)
    return Figures(products=merchant.products.count(), drafts=drafts.count(), **sums)


def low_stock(merchant: Merchant) -> QuerySet[Variant]:
    """What runs low, the scarcest first."""
    found = alarms.low(merchant).select_related("product", "stock")
    scarcest: QuerySet[Variant] = found.order_by("free_now", "pk")
    return scarcest


def last_movements(merchant: Merchant) -> QuerySet[StockMovement]:
    """The newest, each with the `change` of what is there, or else of what is free."""
    moved = StockMovement.objects.filter(variant__merchant=merchant).annotate(
        change=Case(
            When(on_hand=0, then=-F("allocated")),
            default=F("on_hand"),
            output_field=BigIntegerField(),
        )
    )
    return moved.select_related("variant__product", "moved_by").order_by("-pk")[:SHOWN]

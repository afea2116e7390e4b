"""What a merchant's first page tells of her stock: how much, and what waits for her."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, F, QuerySet, Sum, When

from catalog.merchants.models import Merchant
from catalog.products.models import Product, Variant
from catalog.stock.models import StockLevel, StockMovement

FREE = F("stock__on_hand") - F("stock__allocated") - F("stock__reserved")
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
    """Variants of which fewer are free than the merchant wants, the scarcest first."""
    mine = merchant.variants.filter(withdrawn_at=None, alarm_at__isnull=False)
    low = mine.annotate(free_now=FREE).filter(free_now__lt=F("alarm_at"))
    return low.select_related("product", "stock").order_by("free_now", "pk")


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

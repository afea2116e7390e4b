"""What a merchant reads of her stock: the list, the sums, a variant's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.merchants.models import Merchant
from catalog.products.models import Variant
from catalog.products.skus import plain
from catalog.stock.models import StockLevel, StockMovement
from catalog.stocktaking.alarms import FREE, low
from donghai.templatetags.charts import Level, Mark

WINDOW = timedelta(days=90)
MOST_DRAWN = 400  # movements in one picture
Kind = StockMovement.Kind


@dataclass(frozen=True, slots=True)
class Picture:
    """On hand over time, from the first moment drawn to now."""

    levels: Sequence[Level]
    marks: Sequence[Mark]
    title: str


def variants_of(merchant: Merchant, *, search: str = "", show: str = "") -> Any:
    """A merchant's variants with stock and `free_now`, by words, by what is left."""
    if show == "low":
        found = low(merchant)
    else:
        found = merchant.variants.filter(withdrawn_at=None).annotate(free_now=FREE)
    if show == "none":
        found = found.filter(free_now__lte=0)
    for word in plain(search).split()[:6]:
        titles = Q(product__titles_text__icontains=word)
        found = found.filter(titles | Q(sku__istartswith=word))
    return found.select_related("product", "stock", "low", "merchant")


def figures(merchant: Merchant) -> dict[str, Any]:
    """Sums over a merchant's stock, and how many of its variants are low."""
    levels = StockLevel.objects.filter(
        variant__merchant=merchant, variant__withdrawn_at=None
    )
    sums = levels.aggregate(
        free=Sum(F("on_hand") - F("allocated") - F("reserved"), default=0),
        held=Sum("reserved", default=0),
        sold=Sum("allocated", default=0),
    )
    return sums | {"low": low(merchant).count()}


def picture_of(variant: Variant) -> Picture:
    """The last three months of a variant, or as far back as can be drawn."""
    now = timezone.now()
    recent = variant.movements.filter(moved_at__gt=now - WINDOW).order_by("-pk")
    rows = list(recent[:MOST_DRAWN])
    level = variant.stock.on_hand
    levels, marks = [Level(now, level)], []
    for moved in rows:  # backwards from what is there now
        if moved.on_hand:
            levels.append(Level(moved.moved_at, level))
            level -= moved.on_hand
        if mark := _mark(moved):
            marks.append(mark)
    begun = _begin(variant, rows, now)
    levels.append(Level(begun, level))
    levels.reverse()
    return Picture(levels, marks, _("On hand, the last three months"))


def _begin(variant: Variant, rows: Sequence[StockMovement], now: datetime) -> datetime:
    if not rows:
        return now - WINDOW
    is_whole = len(rows) < MOST_DRAWN and variant.movements.filter(
        moved_at__lte=now - WINDOW
    )
    return now - WINDOW if is_whole else rows[-1].moved_at


def _mark(moved: StockMovement) -> Mark | None:
    if moved.kind == Kind.RECEIVED:
        return Mark(moved.moved_at, "in", f"+{moved.on_hand}")
    if moved.kind == Kind.SOLD:
        return Mark(moved.moved_at, "sold", f"{moved.allocated}")
    return None

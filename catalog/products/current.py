"""What stands, as pieces: to compare with, to put back, to write into a sheet."""

from collections.abc import Iterable

from django.db.models import QuerySet

from catalog.products.models import Variant
from catalog.products.pieces import MEASURES, Piece


def variants_of(skus: Iterable[str], *, merchant_id: int) -> dict[str, Variant]:
    """A merchant's variants by SKU, with product, stock and tiers."""
    found = Variant.objects.filter(merchant_id=merchant_id, sku__in=set(skus))
    return {one.sku: one for one in with_facts(found)}


def with_facts(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Variants with all that a piece says of them."""
    return variants.select_related("product", "stock").prefetch_related("tiers")


def piece_of(variant: Variant) -> Piece:
    """A variant (`with_facts`) as a piece."""
    product = variant.product
    return Piece(
        sku=variant.sku,
        product=product.code,
        **{name: getattr(product, name) for name in FACTS},
        size=variant.size,
        **{name: getattr(variant, name) for name in MEASURES},
        weight_g=variant.weight_g,
        wholesale_minor=variant.wholesale_minor,
        min_quantity=variant.min_quantity,
        tiers=tiers_of(variant),
        suggested_retail_minor=variant.suggested_retail_minor,
        least_retail_minor=variant.least_retail_minor,
        is_one_off=variant.is_one_off,
        on_hand=variant.stock.on_hand,
        alarm_at=variant.alarm_at,
        hs_code=product.hs_code,
        titles=product.own_titles,
        story=product.story,
    )


def current(skus: Iterable[str], *, merchant_id: int) -> dict[str, Piece]:
    """What stands under these SKUs of one merchant."""
    found = variants_of(skus, merchant_id=merchant_id)
    return {sku: piece_of(variant) for sku, variant in found.items()}


def tiers_of(variant: Variant) -> tuple[tuple[int, int], ...]:
    tiers = [(tier.from_quantity, tier.wholesale_minor) for tier in variant.tiers.all()]
    return tuple(sorted(tiers))


FACTS = ("mineral", "form", "treatment", "colour", "motif", "metal", "origin")

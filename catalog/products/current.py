"""What stands, as pieces: to compare with, to put back, to write into a sheet."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from django.db.models import QuerySet

from catalog.products.models import Product, Variant
from catalog.products.pieces import MEASURES, Piece
from catalog.products.skus import alike

Found = TypeVar("Found", bound=QuerySet[Variant])


def variants_of(skus: Iterable[str], *, merchant_id: int) -> dict[str, Variant]:
    """A merchant's variants by SKU as asked for, with product, stock and tiers."""
    asked = {sku: alike(sku) for sku in skus}
    found = Variant.objects.filter(merchant_id=merchant_id).by_sku(*asked.values())
    known = {alike(one.sku): one for one in with_facts(found)}
    return {sku: known[key] for sku, key in asked.items() if key in known}


def with_facts(variants: Found) -> Found:
    """Variants with all that a piece says of them."""
    return variants.select_related("product", "stock").prefetch_related("tiers")


def piece_of(variant: Variant) -> Piece:
    """A variant (`with_facts`) as a piece."""
    return replace(
        of_product(variant.product, variant.sku),
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
    )


def of_product(product: Product, sku: str) -> Piece:
    """What a product says of each of its variants."""
    return Piece(
        sku=sku,
        product=product.code,
        **{name: getattr(product, name) for name in FACTS},
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

"""Pieces and stock as merchants' systems see them: at the doors and in webhooks alike.

Money is whole fen. Weights and sizes are decimal text ("27.50"), so that no system
rounds them. `piece` is what PUT takes, word for word.
"""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from catalog.products.current import piece_of, with_facts
from catalog.products.models import Product, Variant, VariantQuerySet
from catalog.products.pieces import Piece
from catalog.products.skus import plain
from catalog.stock.models import StockLevel

WITHDRAWN = Product.State.WITHDRAWN
READ_ONLY = ("sku",)


def variants(merchant_id: int) -> VariantQuerySet:
    """A merchant's variants with all that is shown of them."""
    return with_facts(Variant.objects.filter(merchant_id=merchant_id))


def product_facts(variant: Variant) -> dict[str, Any]:
    """A variant (of `variants`) as JSON takes it."""
    product = variant.product
    return {
        "sku": variant.sku,
        "state": WITHDRAWN.value if variant.withdrawn_at else product.state,
        "changed_at": product.changed_at.isoformat(),
        "customs": {
            "hs_code": product.hs_code,
            "is_confirmed": product.customs_confirmed_at is not None,
        },
        "titles": product.titles,
        "piece": piece_facts(variant),
    }


def piece_facts(variant: Variant) -> dict[str, Any]:
    """What PUT would take to say the same again.

    A customs code that nobody confirmed is left out: to send it back would confirm it.
    """
    piece = piece_of(variant)
    facts = {
        one.name: _plain(getattr(piece, one.name))
        for one in fields(Piece)
        if one.name not in READ_ONLY
    }
    facts["tiers"] = [
        {"from_quantity": quantity, "wholesale_minor": minor}
        for quantity, minor in piece.tiers or ()
    ]
    if variant.product.customs_confirmed_at is None:
        facts["hs_code"] = ""
    return facts


def stock_facts(level: StockLevel) -> dict[str, Any]:
    """A stock row (with its variant) as JSON takes it."""
    return {
        "sku": level.variant.sku,
        "on_hand": level.on_hand,
        "sold": level.allocated,
        "held": level.reserved,
        "free": 0 if level.variant.withdrawn_at else level.free,
    }


def piece_from(sku: str, said: Mapping[str, Any]) -> Piece:
    """The piece that a checked body says. Null is unsaid, as what is left out."""
    facts = {name: value for name, value in said.items() if value is not None}
    if "tiers" in facts:
        facts["tiers"] = tuple(
            sorted((x["from_quantity"], x["wholesale_minor"]) for x in facts["tiers"])
        )
    return Piece(sku=plain(sku), **facts)


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value

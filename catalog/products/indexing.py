"""Products as search sees them. Written last in the transaction that changes them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from catalog.merchants.models import Merchant
from catalog.products.models import Product, Variant
from catalog.search import services as search
from catalog.search.documents import Document, size_band


def index(product_ids: Iterable[int]) -> None:
    """Write the search rows of products, in the caller's transaction, by id."""
    found = (
        Product.objects.filter(pk__in=set(product_ids))
        .select_related("merchant")
        .prefetch_related("variants")
        .order_by("pk")
    )
    search.write([document_of(product) for product in found])


def document_of(product: Product) -> Document:
    """A product (with merchant and variants) as search keeps it."""
    merchant = product.merchant
    variants = [one for one in product.variants.all() if one.withdrawn_at is None]
    is_public = (
        product.state == Product.State.LISTED
        and merchant.state == Merchant.State.APPROVED
    )
    facets = {
        name: (value,)
        for name in ("mineral", "form", "colour", "treatment", "origin", "motif")
        if (value := getattr(product, name))
    }
    return Document(
        product_id=product.pk,
        merchant_id=merchant.pk,
        is_public=is_public,
        facets=facets
        | {
            "size": tuple(sorted({size for one in variants for size in sizes(one)})),
            "one_off": ("yes" if any(x.is_one_off for x in variants) else "no",),
        },
        price_minor=min((one.wholesale_minor for one in variants), default=0),
        texts=(*product.titles.values(), merchant.name, merchant.name_zh),
        skus=tuple(one.sku for one in variants),
    )


def sizes(variant: Variant) -> Iterator[str]:
    """What a person filters by: the bead's size, else the band of the longest side."""
    if variant.bead_mm:
        yield f"{variant.bead_mm.normalize():f}"
        return
    sides = ("length_mm", "width_mm", "height_mm", "diameter_mm")
    longest: Decimal = max((getattr(variant, x) or Decimal(0)) for x in sides)
    if longest:
        yield size_band(longest)

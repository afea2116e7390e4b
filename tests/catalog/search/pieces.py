"""Products as search is told of them."""

from catalog.products.models import Variant
from catalog.search import services as search
from catalog.search.documents import Document
from catalog.search.finding import Query, find
from tests import make
from tests.make import make_merchant


def make_variant(**facts) -> Variant:
    """One that search hasn't heard of."""
    return make.make_variant(is_found=False, **facts)


def make_document(variant=None, **facts):
    """A listed amethyst bracelet, unless told otherwise; `facets` are added to it."""
    variant = variant or make_variant(merchant=facts.pop("merchant", None))
    facets = {"mineral": ("AMETHYST",), "form": ("BRACELET",)} | facts.pop("facets", {})
    defaults = {
        "product_id": variant.product_id,
        "merchant_id": variant.product.merchant_id,
        "is_public": True,
        "facets": {facet: values for facet, values in facets.items() if values},
        "price_minor": variant.wholesale_minor,
        "texts": (),
        "skus": (variant.sku,),
    }
    return Document(**defaults | facts)


def list_piece(**facts) -> int:
    """Write one; its product."""
    document = make_document(**facts)
    search.write([document])
    return document.product_id


def found(text="", **asked) -> list[int]:
    return find(Query(text=text, **asked)).product_ids


__all__ = ["found", "list_piece", "make_document", "make_merchant"]

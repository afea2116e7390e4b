"""A product as search engines read it: what it is, and at what price it is sold."""

from typing import Any

from django.urls import reverse

from catalog.products.models import Product
from catalog.provenance import linked
from donghai.templatetags.pages import absolute
from livestream.models import LiveSession
from orders.checkout.doors import Offer

AVAILABLE = {True: "https://schema.org/InStock", False: "https://schema.org/SoldOut"}


def product_facts(
    product: Product, offers: list[Offer], language: str
) -> dict[str, Any]:
    facts = linked.product_facts(product, language)
    if offers:
        facts["offers"] = [_offer(offer) for offer in offers]
    return facts


def _offer(offer: Offer) -> dict[str, Any]:
    """The price of one piece at the door, in its session's money and hours."""
    session, variant = offer.listing.session, offer.listing.variant
    facts = {
        "@type": "Offer",
        "sku": variant.sku,
        "price": str(offer.price.amount),
        "priceCurrency": offer.price.currency,
        "availability": AVAILABLE[variant.stock.on_offer > 0],
        "availabilityEnds": session.ends_at.isoformat(),
        "url": absolute(reverse("orders:session", args=[session.pk])),
        "eligibleRegion": offer.country,
    }
    if session.state != LiveSession.State.ON_AIR:
        facts["availabilityStarts"] = session.starts_at.isoformat()
    return facts

"""What a buyer looks at first: home, the market, one product."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation

from catalog.glossary.models import reader_language
from catalog.models import Product, Variant
from catalog.products.browsing import Looker, browse
from catalog.products.describing import description, story
from catalog.provenance.views import passports
from catalog.search.likeness import like
from donghai.home import home_day
from donghai.money import Money
from hosts.models import Host
from livestream.models import Listing, LiveSession
from livestream.room import stream
from livestream.sessions import pricing
from livestream.video import streams
from orders.checkout import linked
from orders.checkout.doors import Offer, offers
from orders.checkout.views.at_the_door import choosing
from orders.checkout.visitors import Visitor, visitor_of

ON_HOME = 12
ALIKE = 4


@dataclass(frozen=True, slots=True)
class Card:
    """A product with its next offer; a host sees what its first variant costs her."""

    product: Product
    offer: Offer | None
    wholesale: Money | None


def home(request: HttpRequest) -> HttpResponse:
    """Who is on air, who is next, and some of what they show."""
    sessions = LiveSession.objects.for_display()
    on_air = streams.with_posters(sessions.on_air().order_by("-went_live_at")[:ON_HOME])
    next_up = list(sessions.next_up(timezone.now())[:8])
    return render(
        request,
        "orders/home.html",
        {
            "here": "live",
            "on_air": [(session, stream.viewers(session.pk)) for session in on_air],
            "next_up": next_up,
            "offers": _window([*on_air, *next_up], visitor_of(request)),
        },
    )


def _window(sessions: list[LiveSession], visitor: Visitor) -> list[Offer]:
    """The first two pieces of each session: ten of them, no product twice."""
    chosen: dict[int, Listing] = {}
    listings = _for_buyers(
        Listing.objects.filter(session__in=sessions, position__lte=2)
    )
    for listing in listings.order_by("position", "pk")[:40]:
        if listing.variant.stock.on_offer > 0:
            chosen.setdefault(listing.variant.product_id, listing)
    return offers(list(chosen.values())[:10], visitor)


def market(request: HttpRequest) -> HttpResponse:
    """Every listed piece, by words in any language and by facts, page by page."""
    terms = _terms(request)
    is_trade = terms is not None
    shelf = browse(request.GET, Looker(reader_language(), is_trade=is_trade))
    return render(
        request,
        "orders/market.html",
        {
            "here": "market",
            "shelf": shelf,
            "cards": _cards(shelf.products, visitor_of(request), terms),
            "next_after": shelf.next_after,
            "is_first": shelf.is_first,
        },
    )


def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """One product: what it is, who sells it live, what is left."""
    found = get_object_or_404(Product.objects.listed().with_stock(), pk=product_id)
    alike = Product.objects.with_stock().in_bulk(like(found.pk, ALIKE))
    visitor = visitor_of(request)
    coming = offers(_coming_listings([found])[:8], visitor)
    language = translation.get_language() or "en"
    terms = _terms(request)
    return render(
        request,
        "orders/product.html",
        {
            "here": "market",
            "product": found,
            "description": description(found, language),
            "story": story(found, language),
            "offers": coming,
            "origin": passports.compact(found),
            "linked": linked.product_facts(found, coming, language),
            "others": _cards(list(alike.values()), visitor, terms),
            **choosing(visitor),
            "sees_wholesale": terms is not None,
            "variants": _at_her_price(found, terms),
        },
    )


def _terms(request: HttpRequest) -> pricing.Terms | None:
    """Hosts choose by what they pay; buyers, who have none, see the price at their
    door."""
    user: Any = request.user
    host = Host.objects.filter(user=user).first() if user.is_authenticated else None
    return pricing.Terms.of(host, home_day()) if host else None


def _at_her_price(
    product: Product, terms: pricing.Terms | None
) -> list[tuple[Variant, Money | None]]:
    """A product's variants, each with what the host who looks pays if that is less."""
    return [
        (variant, terms.wholesale(variant) if terms and terms.best(variant) else None)
        for variant in product.variants.all()
    ]


def _cards(
    products: list[Product], visitor: Visitor, terms: pricing.Terms | None
) -> list[Card]:
    """Each product with its next offer: on air first, then the soonest."""
    first: dict[int, Offer] = {}
    for offer in offers(_coming_listings(products), visitor):
        first.setdefault(offer.listing.variant.product_id, offer)
    return [
        Card(
            product,
            first.get(product.pk),
            terms.wholesale(product.variants.all()[0]) if terms else None,
        )
        for product in products
    ]


def _coming_listings(products: Iterable[Product]) -> list[Listing]:
    """Listings of sessions on air or to come, one for each product and session."""
    states = [LiveSession.State.ON_AIR, LiveSession.State.SCHEDULED]
    found = _for_buyers(
        Listing.objects.filter(
            variant__product__in=list(products),
            session__state__in=states,
            session__ends_at__gt=timezone.now(),
        )
    ).order_by("session__state", "session__starts_at", "position")
    once: dict[tuple[int, int], Listing] = {}
    for listing in found:
        once.setdefault((listing.variant.product_id, listing.session_id), listing)
    return list(once.values())


def _for_buyers(listings: Any) -> Any:
    return listings.for_display().select_related("session__host", "session__market")

"""A host's market beside one of her sessions: find, see her share, add in one tap."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.glossary.models import reader_language
from catalog.models import Merchant, Product, Variant
from catalog.products.browsing import Looker, Shelf, browse
from catalog.search.likeness import like
from donghai.errors import Refused
from donghai.home import home_day
from donghai.money import Money
from donghai.paging import whole_number
from donghai.templatetags.pages import language, yuan
from hosts.models import Host, Language
from livestream.collections import services as collections
from livestream.models import Collection, Listing, LiveSession
from livestream.sessions import linking, pricing
from livestream.sold import services as sold
from livestream.views.access import for_desk, for_hosts, own_session

PAGE = 12
ALIKE = 12
USUAL_MARKUP = Decimal("1.6")  # over the least price: what a new piece is suggested at


@dataclass(frozen=True, slots=True)
class Row:
    """A variant with a price to consider: the shares of it, or why it can't be.

    `linked` is its price in the session, `offer` what its merchant takes off for this
    host today.
    """

    variant: Variant
    retail: Money | None
    shares: pricing.Shares | None
    refusal: str
    linked: Money | None
    offer: pricing.Offer | None

    @property
    def margin(self) -> int:
        """The host's part of what the buyer pays, in whole per cent."""
        assert self.shares is not None
        whole = self.shares.host + self.shares.merchant + self.shares.centre
        part = self.shares.host.amount / whole.amount * 100
        return int(part.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Card:
    """A product as the market lists it, with what was sold of it last night."""

    product: Product
    rows: Sequence[Row]
    sold: int


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at instead of the market: view "like", "sold" or "collection"."""

    view: str = ""
    heading: str = ""
    products: Sequence[int] = ()
    language: str = ""
    collection: Collection | None = None

    @property
    def kept(self) -> set[int]:
        """The variants that can be taken out of what is looked at."""
        return collections.pieces_of(self.collection) if self.collection else set()


@dataclass(frozen=True, slots=True)
class Counter:
    """What all rows of one page are priced with: session, terms, what is linked."""

    session: LiveSession
    terms: pricing.Terms
    linked: dict[int, Money]

    @classmethod
    def of(cls, session: LiveSession) -> "Counter":
        listings = Listing.objects.filter(session=session)
        linked = {one.variant_id: one.retail for one in listings}
        terms = pricing.Terms.of(session.host, home_day())
        return cls(session, terms, linked)

    def row(self, variant: Variant, typed: str | None = None) -> Row:
        """A variant at a typed price, at its price in the session, or a fair one."""
        linked, offer = self.linked.get(variant.pk), self.terms.best(variant)
        retail = None
        try:
            if typed is None:
                retail = linked or suggestion(self.session, variant, self.terms)
            else:
                retail = pricing.read_price(typed, self.session.currency)
            shares = linking.preview_shares(
                session=self.session, variant=variant, retail=retail, terms=self.terms
            )
        except Refused as refusal:
            return Row(variant, retail, None, str(refusal), linked, offer)
        return Row(variant, retail, shares, "", linked, offer)


@for_hosts
def market(request: HttpRequest, host: Host) -> HttpResponse:
    """The market beside the session on air or the next one; else plan one first.

    What is asked of the market stays in the address on the way.
    """
    sessions = host.sessions.all()
    now = sessions.on_air().first() or sessions.next_up(timezone.now()).first()
    if now is None:
        messages.info(request, _("Plan a session first, then choose its pieces."))
        return redirect(reverse("livestream:plan", query=request.GET))
    return redirect(reverse("livestream:pieces", args=[now.pk], query=request.GET))


@for_desk
def pieces(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The market beside a session; each piece shows the host's share at a price."""
    session = own_session(host, session_id)
    is_host = request.seat.is_host  # type: ignore[attr-defined]
    counter = Counter.of(session)
    look = _look(request, host)
    shelf, products = _shelf(request, look)
    nights = sold.last_night(look.language)
    return render(
        request,
        "livestream/pieces.html",
        {
            "here": "account",
            "session": session,
            "sessions": _own_sessions(host)[:20] if is_host else [],
            "listings": _listings(session),
            "back": request.get_full_path(),
            "shelf": shelf,
            "cards": [_card(product, counter, nights) for product in products],
            "nights": nights,
            "languages": dict(Language.choices),
            "collections": collections.of(host),
            "is_host": is_host,
            "offering": _offering(counter.terms),
            "look": look,
            "kept": look.kept,
            "next_after": "" if look.view else shelf.next_after,
            "is_first": shelf.is_first or bool(look.view),
        },
    )


@for_desk
def piece(
    request: HttpRequest, host: Host, session_id: int, variant_id: int
) -> HttpResponse:
    """Her share of a piece at the price that was typed; without scripts a message."""
    session = own_session(host, session_id)
    variant = _for_sale(variant_id)
    asked = request.POST if request.method == "POST" else request.GET
    row = Counter.of(session).row(variant, asked.get("retail"))
    if request.method != "POST":
        return render(request, "livestream/_variant_answer.html", _answer(row))
    if row.shares is None:
        messages.error(request, row.refusal)
    else:
        words = _("%(sku)s at %(price)s: you get %(share)s of each.")
        facts = {
            "sku": variant.sku,
            "price": row.retail,
            "share": yuan(row.shares.host),
        }
        messages.info(request, words % facts)
    return redirect(back_to(request, session.pk))


def in_its_row(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say why not beside the piece: a script gets only the reason."""

    @wraps(view)
    def answer(request: HttpRequest, session_id: int) -> HttpResponse:
        try:
            return view(request, session_id)
        except Refused as refusal:
            if request.headers.get("HX-Request"):
                return _refused_part(request, str(refusal))
            messages.error(request, str(refusal))
            return redirect(back_to(request, session_id))

    return answer


@in_its_row
@for_desk
@require_POST
def link(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Accept the price in the box: the piece joins the session, or it is said why not.

    A script gets the row and the list of the session anew; after a refusal what she
    typed stays in the box.
    """
    session = own_session(host, session_id)
    wanted = whole_number(request.POST.get("variant", ""))
    variant_id = get_object_or_404(Variant, pk=wanted).pk
    listing = linking.link_variant(
        host=host,
        session_id=session.pk,
        variant_id=variant_id,
        retail=pricing.read_price(request.POST.get("retail", ""), session.currency),
    )
    words = _("%(sku)s is in your session; you get %(share)s of each.") % {
        "sku": listing.variant.sku,
        "share": yuan(listing.host_share),
    }
    if request.headers.get("HX-Request"):
        return _linked_part(request, session, variant_id, words)
    messages.success(request, words)
    return redirect(back_to(request, session.pk))


@for_desk
@require_POST
def unlink(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """Take a piece out that nobody claimed."""
    session = own_session(host, session_id)
    get_object_or_404(Listing, pk=listing_id, session=session)
    linking.unlink(host=host, session_id=session.pk, listing_id=listing_id)
    return redirect(back_to(request, session.pk))


def _look(request: HttpRequest, host: Host) -> Look:
    """Which shelf the address asks for; a collection must be hers."""
    asked = request.GET
    if "like" in asked:
        pk = whole_number(asked["like"]) or 0
        piece = Product.objects.listed().filter(pk=pk).first()
        words = _("Pieces like “%(piece)s”") if piece else _("Pieces like this")
        return Look("like", words % {"piece": piece}, like(pk, ALIKE))
    spoken = asked.get("sold", "")
    if spoken in Language.values:
        facts = {"language": language(spoken)}
        words = _("Sold last night in %(language)s") % facts
        return Look("sold", words, sold.most_sold(spoken), language=spoken)
    if "collection" in asked:
        pk = whole_number(asked["collection"]) or 0
        found = get_object_or_404(Collection, pk=pk, host=host)
        words = _("Your collection “%(name)s”") % {"name": found.name}
        ids = collections.products_of(found)
        return Look("collection", words, ids, collection=found)
    return Look()


def _shelf(request: HttpRequest, look: Look) -> tuple[Shelf, list[Product]]:
    """What the address asks for: the market, what is like a piece, what was sold."""
    shelf = browse(request.GET, Looker(reader_language(), is_trade=True, size=PAGE))
    if not look.view:
        return shelf, shelf.products
    rows = Product.objects.listed().with_stock().in_bulk(look.products)
    return shelf, [rows[pk] for pk in look.products if pk in rows]


def _offering(terms: pricing.Terms) -> list[Merchant]:
    """Merchants who have terms with her in force, the best first."""
    best = sorted(terms.offers.items(), key=lambda found: found[1], reverse=True)
    ids = list(dict.fromkeys(merchant for (merchant, _product), _offer in best))[:10]
    named = Merchant.objects.in_bulk(ids)
    return [named[pk] for pk in ids]


def _card(product: Product, counter: Counter, nights: sold.Night) -> Card:
    variants = list(product.variants.all())
    for variant in variants:
        variant.product = product
    units = sum(nights.units.get(variant.pk, 0) for variant in variants)
    return Card(product, [counter.row(variant) for variant in variants], units)


def _for_sale(variant_id: int) -> Variant:
    found = Variant.objects.for_sale().select_related("product__merchant", "stock")
    return get_object_or_404(found, pk=variant_id)


def _answer(row: Row) -> dict[str, Any]:
    return {"row": row, "answered": row.variant.pk, "refusal": row.refusal}


def _refused_part(request: HttpRequest, words: str) -> HttpResponse:
    """Why not, in the place where the share of that row stands."""
    variant_id = whole_number(request.POST["variant"])
    facts = {"answered": variant_id, "refusal": words}
    part = render(request, "livestream/_variant_answer.html", facts)
    part["HX-Retarget"] = f"#answer-{variant_id}"
    return part


def _linked_part(
    request: HttpRequest, session: LiveSession, variant_id: int, words: str
) -> HttpResponse:
    """The row as it stands now, what is in the session now, and words for her ears."""
    facts = {
        "row": Counter.of(session).row(_for_sale(variant_id)),
        "session": session,
        "back": back_to(request, session.pk),
        "listings": _listings(session),
    }
    part = render(request, "livestream/_variant_linked.html", facts)
    part["HX-Trigger"] = json.dumps({"donghai:say": words})
    return part


def _listings(session: LiveSession) -> Any:
    return session.listings.for_display().order_by("position", "pk")


def _own_sessions(host: Host) -> Any:
    """Those that pieces can still join, the one on air first."""
    states = [LiveSession.State.ON_AIR, LiveSession.State.SCHEDULED]
    found = LiveSession.objects.for_display().filter(host=host, state__in=states)
    return found.order_by("state", "starts_at")


def suggestion(session: LiveSession, variant: Variant, terms: pricing.Terms) -> Money:
    """A fair first price in whole units: the merchant's, else the usual markup."""
    rate = pricing.rate_into_yuan(session.currency, timezone.localdate())
    wholesale = terms.wholesale(variant)
    least = pricing.least_for(variant, wholesale, session.currency, rate)
    if variant.suggested_retail_minor is not None:
        asked = pricing.in_currency(
            variant.suggested_retail_minor, session.currency, rate
        )
        whole = max(least, asked).amount.to_integral_value(ROUND_CEILING)
    else:
        whole = (least.amount * USUAL_MARKUP).quantize(Decimal(1))
        whole = max(whole, least.amount.to_integral_value(ROUND_CEILING))
    return Money.of(whole, least.currency)


def back_to(request: HttpRequest, session_id: int) -> str:
    """The page of ours the form stood on, else the market beside the session."""
    wanted = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if is_ours else f"/studio/{session_id}/pieces/"

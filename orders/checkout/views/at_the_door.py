"""Prices at a visitor's door: which door that is, and what a room costs there."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from donghai import rates
from donghai.paging import whole_number
from donghai.templatetags.pages import country as name_of
from livestream.models import Listing, LiveSession
from orders.checkout import price_list, visitors
from orders.checkout.book import countries
from orders.checkout.doors import Offer, offers
from orders.checkout.pieces import in_deals
from orders.checkout.price_list import PriceList
from orders.checkout.visitors import Visitor

KEPT = 30  # seconds that caches on the way may answer with the same
MOST = 500  # answers remembered of one price list


def choosing(visitor: Visitor) -> dict[str, Any]:
    """What `_deliver_to.html` lets a visitor choose from."""
    return {
        "visitor": visitor,
        "destinations": visitors.shipped_to(),
        "currencies": visitors.currencies(),
    }


def door_words(country: str) -> str:
    """Whose prices a room's list of pieces tells."""
    return _(
        "Prices at your door · %(country)s. Win several and the post is paid once."
    ) % {"country": name_of(country)}


@require_POST
def deliver_to(request: HttpRequest) -> HttpResponse:
    """Remember where, and in which money, prices are to be told; go back to them.

    A script that wants no page is told which country and money these are now.
    """
    country = request.POST.get("country", "")
    money = request.POST.get("currency")
    chosen = visitors.choose(request, country=country, money=money)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    answer: HttpResponse = redirect(back if is_ours else "orders:market")
    if not request.accepts("text/html"):
        facts = {"country": chosen.country, "currency": chosen.currency}
        answer = JsonResponse(facts)
    visitors.keep(answer, chosen)
    return answer


@require_GET
def prices(
    request: HttpRequest, session_id: int, country: str, currency: str, language: str
) -> HttpResponse:
    """What a room's pieces, or one, cost at a door: alike for all who stand there.

    Everybody asks at once when a price changes. So nothing of who asks counts, and
    caches on the way may keep the answer: it is no older than event `after`.
    """
    after = whole_number(request.GET.get("after", ""))
    wanted = whole_number(request.GET.get("piece", ""))
    try:
        found = price_list.of_room(session_id, after)
    except LiveSession.DoesNotExist:
        raise Http404 from None
    _require_door(found.session, country, currency, language)
    said = _said(found, wanted, Visitor(country, "", currency), language)
    answer = HttpResponse(said, "application/json")
    # what is asked for before it happened must not be kept for when it has
    is_kept = after is not None and after <= found.as_of
    answer["Cache-Control"] = f"public, max-age={KEPT}" if is_kept else "no-store"
    return answer


def _require_door(
    session: LiveSession, country: str, currency: str, language: str
) -> None:
    is_somewhere = country in (session.market_id, *countries(timezone.localdate()))
    is_money = currency in (session.currency, *rates.KNOWN)
    if not is_somewhere or not is_money or language not in dict(settings.LANGUAGES):
        raise Http404


def _said(
    found: PriceList, wanted: int | None, visitor: Visitor, language: str
) -> bytes:
    """The answer, made once for all who stand at one door."""
    listings = tuple(one for one in found.listings if wanted in (None, one.pk))
    door = listings, visitor, language
    if door not in found.answered:
        if len(found.answered) > MOST:  # nobody has so many viewers' doors
            found.answered.clear()
        with translation.override(language):
            told = json.dumps(_told(found, listings, visitor))
        found.answered[door] = told.encode()
    return found.answered[door]


def _told(
    found: PriceList, listings: tuple[Listing, ...], visitor: Visitor
) -> dict[str, Any]:
    cheaper = in_deals(listings, found.deals, visitor)
    pieces = []
    for normal in offers(listings, visitor):
        piece = {"listing": normal.listing.pk, "normal": _price(normal)}
        if in_deal := cheaper.get(normal.listing.pk):
            until = found.deals[normal.listing.pk].ends_at.isoformat()
            piece["deal"] = _price(in_deal) | {"until": until}
        pieces.append(piece)
    return {"door": door_words(visitor.country), "pieces": pieces}


def _price(offer: Offer) -> dict[str, Any]:
    """An offer as the room's script shows it, in words of the active language."""
    own = offer.own_money
    return {
        "minor": offer.listing.retail_minor,
        "price": str(offer.price),
        "own": f"≈ {own}" if own else "",
        "promise": offer.promise,
        "caution": offer.caution,
    }

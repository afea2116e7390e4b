"""What a host changes while she sells: the order, a price, a flash deal."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from donghai.errors import Refused
from donghai.paging import whole_number
from donghai.templatetags.pages import yuan
from hosts.models import Host
from livestream.deals import services as deals
from livestream.models import Listing, LiveSession
from livestream.sessions import linking, pricing
from livestream.views.access import for_desk, for_scripts_too, own_session

MINUTES = (1, 3, 5, 10)
USUAL_MINUTES = 5
USUAL_CAP = 10  # pieces of a deal


@for_scripts_too
@for_desk
@require_POST
def move(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """Put a piece elsewhere on the run sheet: before another, or one up or down."""
    session = own_session(host, session_id)
    linking.move(
        host=host,
        session_id=session.pk,
        listing_id=listing_id,
        before_id=_before(request, session, listing_id),
    )
    return redirect("orders:desk", session.pk)


def _before(request: HttpRequest, session: LiveSession, listing_id: int) -> int | None:
    """The piece that the moved one shall stand before, None for the end."""
    step = {"up": -1, "down": 1}.get(request.POST.get("step", ""))
    if step is None:
        return whole_number(request.POST.get("before", ""))
    rows = session.listings.order_by("position", "pk")
    order = list(rows.values_list("pk", flat=True))
    if listing_id not in order:
        raise linking.NotOnTheSheet()
    place = order.index(listing_id)
    order.remove(listing_id)
    place = min(max(0, place + step), len(order))
    return order[place] if place < len(order) else None


@for_desk
def selling(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """One piece's price and its flash deal; for the desk only the part of the page."""
    listing = _listing(host, session_id, listing_id)
    deal = deals.of_session(session_id).get(listing.pk)
    if deal is not None:
        deal.listing = listing
    is_part = bool(request.headers.get("HX-Request"))
    template = "_selling" if is_part else "selling"
    return render(
        request,
        f"livestream/{template}.html",
        {
            "here": "account",
            "session": listing.session,
            "listing": listing,
            "deal": deal,
            "minutes": MINUTES,
            "usual_minutes": USUAL_MINUTES,
            "usual_cap": _usual_cap(listing),
            "asked": _share(listing, listing.retail, is_deal=False),
            "now": timezone.now(),
        },
    )


@for_desk
def share(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """Her share at the price that was typed, or why that price cannot be."""
    listing = _listing(host, session_id, listing_id)
    is_deal = "deal" in request.GET
    typed = request.GET.get("deal" if is_deal else "retail", "")
    try:
        price = pricing.read_price(typed, listing.currency)
        asked = _share(listing, price, is_deal=is_deal)
    except Refused as refused:
        asked = {"refusal": str(refused)}
    facts = asked | {"answer_id": "share-deal" if is_deal else "share-retail"}
    return render(request, "livestream/_her_share.html", facts)


@for_scripts_too
@for_desk
@require_POST
def change_price(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """A new normal price; claims already made keep theirs."""
    listing = _listing(host, session_id, listing_id)
    price = pricing.read_price(request.POST.get("retail", ""), listing.currency)
    changed = linking.link_variant(
        host=host,
        session_id=session_id,
        variant_id=listing.variant_id,
        retail=price,
    )
    facts = {"price": changed.retail, "share": yuan(changed.host_share)}
    messages.success(request, _("It costs %(price)s now; you get %(share)s.") % facts)
    return redirect("orders:desk", session_id)


@for_scripts_too
@for_desk
@require_POST
def start_deal(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """Less for a few minutes. What was typed is read here, judged by the service."""
    listing = _listing(host, session_id, listing_id)
    terms = deals.Terms(
        price=pricing.read_price(request.POST.get("deal", ""), listing.currency),
        lasts=timedelta(seconds=_seconds(request)),
        cap=whole_number(request.POST.get("cap", "")) or 0,
        per_person=whole_number(request.POST.get("per_person", "")) or 0,
    )
    deals.start(host=host, session_id=session_id, listing_id=listing.pk, terms=terms)
    return redirect("orders:desk", session_id)


@for_scripts_too
@for_desk
@require_POST
def end_deal(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    listing = _listing(host, session_id, listing_id)
    deals.end(host=host, session_id=session_id, listing_id=listing.pk)
    return redirect("orders:desk", session_id)


def _seconds(request: HttpRequest) -> int:
    """How long: a number of seconds of her own, else the minutes she tapped."""
    seconds = whole_number(request.POST.get("seconds", ""))
    minutes = whole_number(request.POST.get("minutes", "")) or 0
    return min(seconds or minutes * 60, 86_400)


def _usual_cap(listing: Listing) -> int:
    """A handful, or what there is."""
    on_offer = listing.variant.stock.on_offer
    return max(listing.variant.min_quantity, min(USUAL_CAP, on_offer))


def _share(listing: Listing, price: Any, *, is_deal: bool) -> dict[str, Any]:
    try:
        if is_deal:
            return {"shares": deals.preview(listing=listing, price=price)}
        shares = linking.preview_shares(
            session=listing.session, variant=listing.variant, retail=price
        )
    except Refused as refused:
        return {"refusal": str(refused)}
    return {"shares": shares}


def _listing(host: Host, session_id: int, listing_id: int) -> Listing:
    session = own_session(host, session_id)
    rows = Listing.objects.for_display()
    listing: Listing = get_object_or_404(rows, pk=listing_id, session=session)
    listing.session = session
    return listing

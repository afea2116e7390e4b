"""A merchant's day: her first page, and what she brings to the hub tonight."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.merchants.access import for_members
from catalog.models import Merchant
from catalog.workspace import home
from orders.shipping import bringing


@for_members
def today(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The figures, and what waits for somebody of the stall."""
    low = home.low_stock(merchant)
    return render(
        request,
        "orders/today.html",
        {
            "here": "today",
            "merchant": merchant,
            "figures": home.figures(merchant),
            "to_bring": bringing.pieces(merchant),
            "low": low[: home.SHOWN],
            "low_count": low.count(),
            "movements": home.last_movements(merchant),
        },
    )


@for_members
def bring(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The pick list of the night, to tick off on paper or on the phone."""
    return render(
        request,
        "orders/bring.html",
        {
            "here": "bring",
            "merchant": merchant,
            "stall": bringing.of_merchant(merchant),
            "zone": settings.HOME_ZONE,
        },
    )

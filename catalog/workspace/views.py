"""A merchant's own pages: which stall, what is listed, what is left, counting again."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalog.glossary.models import reader_language
from catalog.merchants import people
from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant, MerchantMember
from catalog.products.models import Product, ProductQuerySet
from catalog.search.finding import MOST_SIZE, Query, find
from donghai.paging import page_of

PAGE = 20


@login_required
def front(request: HttpRequest) -> HttpResponse:
    """To the only stall somebody acts for; else to choose one, to join or to apply."""
    user_id: Any = request.user.pk
    members = list(MerchantMember.objects.of(user_id).order_by("pk"))
    invitations = people.open_for(user_id)
    if len(members) == 1 and not invitations:
        return redirect("orders:today", members[0].merchant_id)
    return render(
        request,
        "catalog/stalls.html",
        {
            "here": "account",
            "members": members,
            "invitations": [(one, people.token(one.pk)) for one in invitations],
        },
    )


@for_members
def products(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What a merchant lists, newest first, by state and by words."""
    filters = {name: request.GET.get(name, "").strip() for name in ("search", "state")}
    found = own_products(merchant, filters["search"])
    if filters["state"] in Product.State.values:
        found = found.filter(state=filters["state"])
    page = page_of(found.with_all_stock(), request, PAGE)
    return render(
        request,
        "catalog/products.html",
        {
            "here": "products",
            "merchant": merchant,
            "products": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": filters,
            "states": Product.State.choices,
        },
    )


def own_products(merchant: Merchant, words: str) -> ProductQuerySet:
    """A merchant's products, unlisted ones too; with words, those whose SKU begins so,
    else the best 100 for them."""
    mine = Product.objects.filter(merchant=merchant)
    if not words:
        return mine
    by_sku = merchant.variants.sku_begins(words)
    if by_sku.exists():
        return mine.filter(pk__in=by_sku.values("product"))
    query = Query(
        text=words,
        language=reader_language(),
        merchant_ids=frozenset([merchant.pk]),
        public_only=False,
        size=MOST_SIZE,
    )
    return mine.filter(pk__in=find(query).product_ids)

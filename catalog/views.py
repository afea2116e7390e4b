"""A merchant's own pages: what is listed, what is left, counting again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import services
from catalog.models import Merchant, Product, StockLevel, Variant
from donghai.paging import page_of
from donghai.refusals import where_from

PAGE = 20


class CountForm(forms.Form):
    """How many more or fewer there are, and why."""

    change = forms.IntegerField(min_value=-1_000_000, max_value=1_000_000)
    reason = forms.CharField(max_length=120)


@login_required
def stall(request: HttpRequest) -> HttpResponse:
    """What one merchant lists; those who act for several choose by `?merchant=`."""
    merchant = _merchant_of(request)
    search = request.GET.get("search", "").strip()
    products = Product.objects.filter(merchant=merchant).matching(search)
    page = page_of(products.with_stock(), request, PAGE)
    return render(
        request,
        "catalog/stall.html",
        {
            "here": "account",
            "merchant": merchant,
            "products": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": {"search": search},
            "figures": _figures(merchant),
        },
    )


@login_required
@require_POST
def count(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Write down that there are more or fewer of a variant."""
    variant = get_object_or_404(
        Variant, pk=variant_id, product__merchant__members__user=request.user
    )
    form = CountForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a whole number and a reason."))
        return redirect(where_from(request))
    services.adjust(
        variant_id=variant.pk,
        change=form.cleaned_data["change"],
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, _("%(sku)s: counted.") % {"sku": variant.sku})
    return redirect(where_from(request))


def _merchant_of(request: HttpRequest) -> Merchant:
    mine = Merchant.objects.filter(members__user=request.user.pk).order_by("pk")
    wanted = request.GET.get("merchant", "")
    found = mine.filter(pk=wanted).first() if wanted.isdigit() else mine.first()
    if found is None:
        raise PermissionDenied
    return found


def _figures(merchant: Merchant) -> dict[str, Any]:
    levels = StockLevel.objects.filter(variant__product__merchant=merchant)
    sums = levels.aggregate(
        free=Sum(F("on_hand") - F("allocated") - F("reserved"), default=0),
        held=Sum("reserved", default=0),
        sold=Sum("allocated", default=0),
    )
    return sums | {"products": merchant.products.count()}

"""A merchant's own pages: what is listed, what is left, counting again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.merchants.models import Merchant
from catalog.products.models import Product, Variant
from catalog.stock import services
from catalog.stock.models import StockLevel
from donghai.errors import Refused
from donghai.paging import page_of, whole_number

PAGE = 20
MOST = 10_000  # pieces in one go: more is a slip, and a delivery is written in parts


def refuse_nought(change: int) -> None:
    """A count that changes nothing is a slip; stock keeps no record of it."""
    if not change:
        raise ValidationError(_("Nought changes nothing. Give how many more or fewer."))


class CountForm(forms.Form):
    """How many more or fewer there are, and why."""

    change = forms.IntegerField(
        label=gettext_lazy("Pieces more or fewer"),
        min_value=-MOST,
        max_value=MOST,
        validators=[refuse_nought],
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=120)


@login_required
def stall(request: HttpRequest) -> HttpResponse:
    """What one merchant lists; those who act for several choose by `?merchant=`."""
    return _show(request, _merchant_of(request))


def _show(
    request: HttpRequest,
    merchant: Merchant,
    form: CountForm | None = None,
    variant: Variant | None = None,
) -> HttpResponse:
    """The list, with a form that could not be taken open at its variant."""
    search = request.GET.get("search", "").strip()
    products = Product.objects.filter(merchant=merchant, titles_text__icontains=search)
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
            "form": form,
            "counted": variant,
        },
        status=422 if form else 200,
    )


@login_required
@require_POST
def count(request: HttpRequest, variant_id: int) -> HttpResponse:
    """Write down that there are more or fewer of a variant."""
    variant = get_object_or_404(
        Variant.objects.select_related("product__merchant"),
        pk=variant_id,
        product__merchant__members__user=request.user,
    )
    form = CountForm(request.POST)
    if form.is_valid():
        try:
            services.adjust(variant_id=variant.pk, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("change", str(refusal))
        else:
            messages.success(request, _("%(sku)s: counted.") % {"sku": variant.sku})
            return redirect(reverse("catalog:stall", query=request.GET))
    return _show(request, variant.product.merchant, form, variant)


def _merchant_of(request: HttpRequest) -> Merchant:
    mine = Merchant.objects.filter(members__user=request.user.pk).order_by("pk")
    wanted = whole_number(request.GET.get("merchant", ""))
    found = mine.filter(pk=wanted).first() if wanted else mine.first()
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

"""A merchant's own pages: which stall, what is listed, what is left, counting again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.merchants import people
from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant, MerchantMember
from catalog.products.models import Product, Variant
from catalog.stock import services
from catalog.workspace import home
from donghai.errors import Refused
from donghai.paging import page_of

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
    found = Product.objects.filter(merchant=merchant).filter(titles_text__icontains=filters["search"])
    if filters["state"] in Product.State.values:
        found = found.filter(state=filters["state"])
    page = page_of(found.with_stock(), request, PAGE)
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


@for_members
def stock(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What is left of each piece, and the form that counts again."""
    return _stock(request, merchant)


def _stock(
    request: HttpRequest,
    merchant: Merchant,
    form: CountForm | None = None,
    variant: Variant | None = None,
) -> HttpResponse:
    """The list, with a form that could not be taken open at its variant."""
    search = request.GET.get("search", "").strip()
    found = Product.objects.filter(merchant=merchant).filter(titles_text__icontains=search)
    if request.GET.get("low"):
        low = home.low_stock(merchant).order_by().values("product")
        found = found.filter(pk__in=low)
    page = page_of(found.with_stock(), request, PAGE)
    return render(
        request,
        "catalog/stock.html",
        {
            "here": "stock",
            "merchant": merchant,
            "products": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": {"search": search, "low": request.GET.get("low", "")},
            "figures": home.figures(merchant),
            "form": form,
            "counted": variant,
        },
        status=422 if form else 200,
    )


@require_POST
@for_members
def count(request: HttpRequest, merchant: Merchant, variant_id: int) -> HttpResponse:
    """Write down that there are more or fewer of a variant."""
    variant = get_object_or_404(Variant, pk=variant_id, merchant=merchant)
    form = CountForm(request.POST)
    if form.is_valid():
        try:
            services.adjust(variant_id=variant.pk, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("change", str(refusal))
        else:
            messages.success(request, _("%(sku)s: counted.") % {"sku": variant.sku})
            address = reverse("catalog:stock", args=[merchant.pk], query=request.GET)
            return redirect(address)
    return _stock(request, merchant, form, variant)

"""Stock of a merchant, and of one variant: look, receive, correct, warn."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.products.models import Variant
from catalog.stock import services as stock
from catalog.stocktaking import alarms, shelf
from catalog.stocktaking.codes import address_of
from donghai.errors import Refused
from donghai.paging import page_of

PAGE = 30
MOVEMENTS = 20
MOST = 10_000  # pieces in one go: more is a slip, and a delivery is written in parts
OTHER = "other"


def _pieces(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class ReceiveForm(forms.Form):
    """Goods came in. The key is the form's own: sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = _pieces(gettext_lazy("How many came in"))
    reason = forms.CharField(
        label=gettext_lazy("Note, if you like"), max_length=120, required=False
    )


class AdjustForm(forms.Form):
    """There are more or fewer than the books say, and why."""

    REASONS = [
        ("broken", gettext_lazy("broken")),
        ("lost", gettext_lazy("lost")),
        ("sample", gettext_lazy("gift or sample")),
        ("shop", gettext_lazy("sold at the stall")),
        ("found", gettext_lazy("found again")),
        ("miscounted", gettext_lazy("counted wrongly before")),
        (OTHER, gettext_lazy("something else")),
    ]

    key = forms.UUIDField(widget=forms.HiddenInput)
    direction = forms.TypedChoiceField(
        label=gettext_lazy("Fewer or more"),
        choices=[(-1, gettext_lazy("Fewer pieces")), (1, gettext_lazy("More pieces"))],
        coerce=int,
        initial=-1,
        widget=forms.RadioSelect,
    )
    quantity = _pieces(gettext_lazy("How many pieces"))
    why = forms.ChoiceField(label=gettext_lazy("Why"), choices=REASONS)
    words = forms.CharField(
        label=gettext_lazy("In your own words"), max_length=120, required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("why") == OTHER and not said.get("words"):
            self.add_error("words", _("Say in a few words why."))
        return said

    @property
    def change(self) -> int:
        said = self.cleaned_data
        return int(said["direction"] * said["quantity"])

    @property
    def reason(self) -> str:
        said = self.cleaned_data
        listed = dict(self.REASONS)[said["why"]]
        known = "" if said["why"] == OTHER else str(listed)
        return ": ".join(filter(None, (known, said["words"])))[:120]


class AlarmForm(forms.Form):
    alarm_at = forms.IntegerField(
        label=gettext_lazy("Warn me when fewer are free than"),
        min_value=1,
        max_value=MOST,
        required=False,
        widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


@for_members
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """All variants, what runs low or what is gone; by SKU or title."""
    filters = {name: request.GET.get(name, "").strip() for name in ("search", "show")}
    page = page_of(shelf.variants_of(merchant, **filters), request, PAGE)
    return render(
        request,
        "catalog/stocktaking/stock.html",
        {
            "here": "stock",
            "merchant": merchant,
            "variants": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": filters,
            "figures": shelf.figures(merchant),
        },
    )


@for_members
def variant(request: HttpRequest, merchant: Merchant, variant_id: int) -> HttpResponse:
    """What is there of one variant, what moved it, and the forms that move it."""
    return _page(request, merchant, _variant(merchant, variant_id))


@require_POST
@for_members
def receive(request: HttpRequest, merchant: Merchant, variant_id: int) -> HttpResponse:
    """Write down that goods came in."""
    found = _variant(merchant, variant_id)
    form = ReceiveForm(request.POST)
    if not form.is_valid():
        return _page(request, merchant, found, receiving=form)
    stock.receive(variant_id=found.pk, moved_by=user_id(request), **form.cleaned_data)
    messages.success(
        request, _("%(n)s received.") % {"n": form.cleaned_data["quantity"]}
    )
    return redirect("catalog:stock-of", merchant.pk, found.pk)


@require_POST
@for_members
def adjust(request: HttpRequest, merchant: Merchant, variant_id: int) -> HttpResponse:
    """Write down that there are more or fewer than the books say."""
    found = _variant(merchant, variant_id)
    form = AdjustForm(request.POST)
    if form.is_valid():
        try:
            stock.adjust(
                variant_id=found.pk,
                change=form.change,
                reason=form.reason,
                moved_by=user_id(request),
                key=form.cleaned_data["key"],
            )
        except Refused as refusal:
            form.add_error("quantity", str(refusal))
        else:
            messages.success(request, _("Corrected by %(n)+d.") % {"n": form.change})
            return redirect("catalog:stock-of", merchant.pk, found.pk)
    return _page(request, merchant, found, adjusting=form)


@require_POST
@for_members
def alarm(request: HttpRequest, merchant: Merchant, variant_id: int) -> HttpResponse:
    """Say below how many free pieces to warn; an empty field warns never."""
    found = _variant(merchant, variant_id)
    form = AlarmForm(request.POST)
    if not form.is_valid():
        return _page(request, merchant, found, warning=form)
    alarms.set_alarm(variant_id=found.pk, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("catalog:stock-of", merchant.pk, found.pk)


def _variant(merchant: Merchant, variant_id: int) -> Variant:
    rows = Variant.objects.select_related("product", "stock", "merchant")
    return get_object_or_404(rows, pk=variant_id, merchant=merchant)


def _page(
    request: HttpRequest,
    merchant: Merchant,
    found: Variant,
    **sent: forms.Form,
) -> HttpResponse:
    """The page, with a form that could not be taken as it was filled in."""
    moved = found.movements.select_related("moved_by")
    page = page_of(moved, request, MOVEMENTS)
    fresh = {"key": uuid.uuid4()}
    return render(
        request,
        "catalog/stocktaking/variant.html",
        {
            "here": "stock",
            "merchant": merchant,
            "variant": found,
            "picture": shelf.picture_of(found),
            "address": address_of(found.pk),
            "movements": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "receiving": ReceiveForm(initial=fresh),
            "adjusting": AdjustForm(initial=fresh),
            "warning": AlarmForm(initial={"alarm_at": found.alarm_at}),
            "opened": next(iter(sent), ""),
            **sent,
        },
        status=422 if sent else 200,
    )


def user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # for_members saw to it
    return int(request.user.pk)

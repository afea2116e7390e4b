"""Stock-takes on pages: start, count, look at the differences, book or drop."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.products.models import Variant
from catalog.stock.models import StockMovement
from catalog.stocktaking import finding, services
from catalog.stocktaking.models import StockTake
from catalog.stocktaking.services import Count, Line
from catalog.stocktaking.views.stock import user_id
from donghai.paging import page_of

PAGE = 20
UNCOUNTED = 50


class StartForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Which shelf, or what occasion"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class TypedForm(forms.Form):
    """A bag without camera and script: its SKU or code, and how many there are."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(max_length=200)
    quantity = forms.IntegerField(min_value=0, max_value=services.MOST)


class FinishForm(forms.Form):
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One counted variant on the review, or what became of it."""

    variant: Variant
    line: Line
    is_booked: bool

    @property
    def is_promised(self) -> bool:
        """Booking it would take out units that buyers were promised."""
        return int(self.variant.stock.free) + self.line.difference < 0


@for_members
def takes(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Those that run and those that ended, and the form that starts one."""
    form = StartForm(request.POST or None, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        take = services.start(
            merchant_id=merchant.pk, started_by=user_id(request), **said
        )
        return redirect("catalog:take", merchant.pk, take.pk)
    rows = StockTake.objects.filter(merchant=merchant).select_related("started_by")
    page = page_of(rows, request, PAGE)
    return render(
        request,
        "catalog/stocktaking/takes.html",
        {
            "here": "stock",
            "merchant": merchant,
            "takes": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@for_members
def take(request: HttpRequest, merchant: Merchant, take_id: int) -> HttpResponse:
    """The camera and the tally; once it has ended, what was booked."""
    found = get_object_or_404(StockTake, pk=take_id, merchant=merchant)
    if found.state != StockTake.State.OPEN:
        return redirect("catalog:take-review", merchant.pk, found.pk)
    return _counting(request, merchant, found, TypedForm())


@require_POST
@for_members
def typed(request: HttpRequest, merchant: Merchant, take_id: int) -> HttpResponse:
    """Count a bag by a plain form: a typed SKU or code and a number."""
    found = get_object_or_404(StockTake, pk=take_id, merchant=merchant)
    form = TypedForm(request.POST)
    if not form.is_valid():
        return _counting(request, merchant, found, form)
    said = form.cleaned_data
    piece = finding.find(merchant_id=merchant.pk, text=said["text"])
    count = Count(
        key=said["key"], variant_id=piece.pk, quantity=said["quantity"], is_typed=True
    )
    services.note(take_id=found.pk, counts=[count], counted_by=user_id(request))
    messages.success(request, f"{piece.sku}: {said['quantity']}")
    return redirect("catalog:take", merchant.pk, found.pk)


def _counting(
    request: HttpRequest, merchant: Merchant, found: StockTake, form: TypedForm
) -> HttpResponse:
    return render(
        request,
        "catalog/stocktaking/take.html",
        {
            "here": "stock",
            "merchant": merchant,
            "take": found,
            "form": form,
            "key": uuid.uuid4(),
        },
        status=422 if form.errors else 200,
    )


@for_members
def review(request: HttpRequest, merchant: Merchant, take_id: int) -> HttpResponse:
    """The differences, to book or to leave out; later, what was booked."""
    found = get_object_or_404(StockTake, pk=take_id, merchant=merchant)
    rows = _reviewed(found)
    counted = [row.variant.pk for row in rows]
    missed = merchant.variants.filter(withdrawn_at=None, stock__on_hand__gt=0)
    missed = missed.exclude(pk__in=counted)
    return render(
        request,
        "catalog/stocktaking/review.html",
        {
            "here": "stock",
            "merchant": merchant,
            "take": found,
            "is_open": found.state == StockTake.State.OPEN,
            "differing": [row for row in rows if row.line.difference],
            "right": sum(not row.line.difference for row in rows),
            "counted": len(rows),
            "seen": services.mark(found.pk),
            "missed": missed.select_related("product", "stock").order_by("sku")[
                :UNCOUNTED
            ],
            "missed_count": missed.count(),
            "key": uuid.uuid4(),
        },
    )


@require_POST
@for_members
def finish(request: HttpRequest, merchant: Merchant, take_id: int) -> HttpResponse:
    """Book what stayed ticked."""
    found = get_object_or_404(StockTake, pk=take_id, merchant=merchant)
    form = FinishForm(request.POST)
    if form.is_valid():
        booked = {int(pk) for pk in request.POST.getlist("book") if pk.isdecimal()}
        lines = services.lines_of(found.pk)
        promised = services.finish(
            take_id=found.pk,
            left_out={line.variant_id for line in lines} - booked,
            finished_by=user_id(request),
            **form.cleaned_data,
        )
        messages.success(request, _("Booked. The stock-take has ended."))
        if promised:
            words = ngettext(
                "%(n)s piece was not booked: its units are promised to buyers.",
                "%(n)s pieces were not booked: their units are promised to buyers.",
                len(promised),
            )
            messages.warning(request, words % {"n": len(promised)})
    return redirect("catalog:take-review", merchant.pk, found.pk)


@require_POST
@for_members
def drop(request: HttpRequest, merchant: Merchant, take_id: int) -> HttpResponse:
    """End it and book nothing."""
    found = get_object_or_404(StockTake, pk=take_id, merchant=merchant)
    services.drop(take_id=found.pk, dropped_by=user_id(request))
    messages.success(request, _("Dropped. Nothing was booked."))
    return redirect("catalog:takes", merchant.pk)


def _reviewed(found: StockTake) -> list[Reviewed]:
    """The counted variants, the greatest difference first."""
    lines = services.lines_of(found.pk)
    ids = [line.variant_id for line in lines]
    variants: Any = Variant.objects.select_related("product", "stock").in_bulk(ids)
    booked = set(
        StockMovement.objects.filter(
            variant__in=ids, key=found.key, kind=StockMovement.Kind.COUNTED
        ).values_list("variant_id", flat=True)
    )
    rows = [
        Reviewed(variants[line.variant_id], line, line.variant_id in booked)
        for line in lines
    ]
    return sorted(rows, key=lambda row: -abs(row.line.difference))

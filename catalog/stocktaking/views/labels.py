"""Labels to print, and what the QR on a bag leads to."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant, MerchantMember
from catalog.products.models import Variant
from catalog.stocktaking import labels as drawing
from catalog.stocktaking import shelf
from catalog.stocktaking.codes import variant_of
from catalog.stocktaking.labels import LAYOUTS, Wanted
from donghai.paging import page_of, whole_number

PAGE = 100
MOST = 5000  # labels in one file
FEW = 200  # of one variant by default: a thousand beads don't need a thousand labels


class LabelForm(forms.Form):
    layout = forms.ChoiceField(
        label=gettext_lazy("Paper"),
        choices=[(name, layout.name) for name, layout in LAYOUTS.items()],
    )
    start = forms.IntegerField(
        label=gettext_lazy("First free place on the sheet"),
        help_text=gettext_lazy("1 is a new sheet. Places count from the left."),
        min_value=1,
        max_value=max(layout.places for layout in LAYOUTS.values()),
        initial=1,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    marks = forms.BooleanField(
        label=gettext_lazy("Cutting marks, for plain paper"), required=False
    )

    def __init__(self, variants: list[Variant], sent: Any = None) -> None:
        super().__init__(sent)
        self.variants = variants
        for variant in variants:
            self.fields[f"n{variant.pk}"] = forms.IntegerField(
                label=variant.sku,
                min_value=0,
                max_value=MOST,
                required=False,
                initial=min(variant.stock.on_hand, FEW),
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )

    def rows(self) -> list[tuple[Variant, forms.BoundField]]:
        """Each variant with the field of how many, for the page."""
        return [(variant, self[f"n{variant.pk}"]) for variant in self.variants]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        layout = LAYOUTS.get(said.get("layout", ""))
        if layout and layout.places == 1:  # a roll: what was left over of a sheet
            said["start"] = 1
        elif layout and said.get("start", 1) > layout.places:
            words = _("This sheet has %(n)s places.") % {"n": layout.places}
            self.add_error("start", words)
        total = sum(one.copies for one in self.wanted())
        if not total:
            raise forms.ValidationError(_("Say of which piece you want labels."))
        if total > MOST:
            words = _("At most %(n)s labels at once.") % {"n": MOST}
            raise forms.ValidationError(words)
        return said

    def wanted(self) -> list[Wanted]:
        said = self.cleaned_data
        return [
            Wanted(variant, said.get(f"n{variant.pk}") or 0)
            for variant in self.variants
            if said.get(f"n{variant.pk}")
        ]


@for_members
def labels(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Choose by `?search=`, `?show=`, `?product=` or `?variants=1,2,3`; print."""
    page = page_of(_chosen(request, merchant), request, PAGE)
    form = LabelForm(page.rows, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        file = drawing.pdf(
            form.wanted(),
            LAYOUTS[said["layout"]],
            start=said["start"],
            marks=said["marks"],
        )
        return HttpResponse(
            file,
            content_type="application/pdf",
            headers={"Content-Disposition": 'inline; filename="labels.pdf"'},
        )
    return render(
        request,
        "catalog/stocktaking/labels.html",
        {
            "here": "stock",
            "merchant": merchant,
            "form": form,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": {"search": request.GET.get("search", "").strip()},
        },
        status=422 if form.errors else 200,
    )


def _chosen(request: HttpRequest, merchant: Merchant) -> Any:
    asked = request.GET
    found = shelf.variants_of(
        merchant,
        search=asked.get("search", "").strip(),
        show=asked.get("show", ""),
    )
    if product := whole_number(asked.get("product", "")):
        found = found.filter(product=product)
    if chosen := asked.get("variants", ""):
        ids = [number for part in chosen.split(",") if (number := whole_number(part))]
        found = found.filter(pk__in=ids)
    return found


def bag(request: HttpRequest, code: str) -> HttpResponse:
    """From a bag's QR to the variant's stock, for its merchant; else to its product."""
    number = variant_of(code)
    if number is None:
        raise Http404
    found = get_object_or_404(Variant, pk=number)
    members = MerchantMember.objects.filter(merchant=found.merchant_id)
    if request.user.is_authenticated and members.filter(user=request.user.pk).exists():
        return redirect("catalog:stock-of", found.merchant_id, found.pk)
    return redirect("orders:product", found.product_id)

"""The page where a merchant sets the prices of several pieces at once."""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.products import prices
from catalog.products.models import Variant
from catalog.products.prices import Change, Prices
from catalog.products.skus import plain
from donghai.money import Money
from donghai.paging import page_of, whole_number

PAGE = 20
BLANK_TIERS = 2
MOST_TIERS = 12
MONEY = ("wholesale_minor", "suggested_retail_minor", "least_retail_minor")


class YuanField(forms.DecimalField):
    """Yuan as typed, full-width or with a sign before it; whole fen as its value."""

    def __init__(self, **options: Any) -> None:
        number = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        shape = {"min_value": Decimal("0.01"), "max_digits": 13, "decimal_places": 2}
        super().__init__(**{"widget": number, **shape, **options})

    def to_python(self, value: Any) -> Any:
        typed = unicodedata.normalize("NFKC", str(value or "")).strip()
        return super().to_python(typed.removeprefix("¥").strip())

    def clean(self, value: Any) -> int | None:
        yuan = super().clean(value)
        return None if yuan is None else Money.of(yuan, "CNY").minor

    def prepare_value(self, value: Any) -> Any:
        """Fen from the database as yuan; what was typed stays as typed."""
        if not isinstance(value, int):
            return value
        return f"{Money(value, 'CNY').amount:f}"


def _count_field(**options: Any) -> forms.IntegerField:
    digits = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(widget=digits, max_value=prices.MOST_AT_ONCE, **options)


class PriceForm(forms.Form):
    """The prices of one variant; tiers are as many as it has, and two more."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    wholesale_minor = YuanField(label=gettext_lazy("Wholesale"))
    min_quantity = _count_field(label=gettext_lazy("Fewest at once"), min_value=1)
    suggested_retail_minor = YuanField(
        label=gettext_lazy("Suggested retail"), required=False
    )
    least_retail_minor = YuanField(label=gettext_lazy("Lowest retail"), required=False)

    def __init__(
        self, variant: Variant, typed: Mapping[str, Any] | None = None
    ) -> None:
        self.variant, self.stands = variant, prices.prices_of(variant)
        super().__init__(typed, prefix=f"v{variant.pk}", initial=_initial(self.stands))
        for i in range(_tiers_shown(self.stands, self.prefix, typed or {})):
            self.fields[f"many_{i}"] = _count_field(
                label=gettext_lazy("From how many"), min_value=2, required=False
            )
            self.fields[f"each_{i}"] = YuanField(
                label=gettext_lazy("Each"), required=False
            )
        self.meanwhile: Prices | None = None

    def tiers(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """Pairs of fields, for the page."""
        for name in self.fields:
            if name.startswith("many_"):
                yield self[name], self[name.replace("many", "each")]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for many, each in self.tiers():
            pair = said.get(many.name), said.get(each.name)
            if pair.count(None) == 1 and not (many.errors or each.errors):
                blank = many if pair[0] is None else each
                self.add_error(blank.name, _("Fill in both, or neither."))
        if not self.errors:
            for problem in prices.problems(self.wanted()):
                name = problem.field.replace("tiers.", "each_")
                self.add_error(self._shown(name), str(problem.sentence))
        return said

    def wanted(self) -> Prices:
        said = self.cleaned_data
        return Prices(
            tiers=tuple((said[m.name], said[each.name]) for m, each in self._filled()),
            min_quantity=said["min_quantity"],
            **{name: said[name] for name in MONEY},
        )

    def change(self) -> Change:
        return Change(
            variant_id=self.variant.pk,
            seen=self.cleaned_data["seen"],
            wanted=self.wanted(),
        )

    def show_meanwhile(self, stands: Prices) -> None:
        """Show both; what is sent next was written with these prices seen."""
        self.meanwhile = stands
        self.see(stands)

    def see(self, stands: Prices) -> None:
        """What this page shows from now on."""
        self.data = {**self.data, self.add_prefix("seen"): stands.mark}

    def _filled(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The tiers that are said, by how many, in whatever order they were typed."""
        said = self.cleaned_data
        pairs = [pair for pair in self.tiers() if said.get(pair[0].name) is not None]
        return sorted(pairs, key=lambda pair: said[pair[0].name])

    def _shown(self, name: str) -> str:
        """The field of the n-th tier, which may have been typed elsewhere."""
        if not name.startswith("each_"):
            return name
        _many, each = self._filled()[int(name.removeprefix("each_"))]
        return str(each.name)


def _tiers_shown(stands: Prices, prefix: str | None, typed: Any) -> int:
    """All there are, two to fill in, and no fewer than the page had that was sent."""
    names = (f"{prefix}-many_{i}" in typed for i in range(MOST_TIERS))
    sent = max((i for i, is_there in enumerate(names, 1) if is_there), default=0)
    there = len(stands.tiers)
    return max(min(there + BLANK_TIERS, MOST_TIERS), there, sent)


def _initial(stands: Prices) -> dict[str, Any]:
    tiers: dict[str, Any] = {}
    for i, (many, each) in enumerate(stands.tiers):
        tiers |= {f"many_{i}": many, f"each_{i}": each}
    known = {name: getattr(stands, name) for name in (*MONEY, "min_quantity")}
    return {"seen": stands.mark, **known, **tiers}


@for_members
def edit(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Twenty variants a page, saved together; what could not be is shown as typed."""
    typed = request.POST.dict() if request.method == "POST" else None
    sent = request.POST.getlist("variant") if request.method == "POST" else None
    search = plain(request.GET.get("search", ""))
    page = page_of(_rows(merchant, search, sent), request, PAGE)
    forms_ = [PriceForm(row, typed) for row in page.rows]
    wrong = [form for form in forms_ if form.errors]  # none while nothing was sent
    overtaken = 0
    if typed is not None and not wrong:
        overtaken = _save(request, merchant, forms_)
        if not overtaken:
            return redirect(
                reverse("catalog:prices", args=[merchant.pk], query=request.GET)
            )
    return render(
        request,
        "catalog/prices.html",
        {
            "here": "prices",
            "merchant": merchant,
            "forms": forms_,
            "wrong": wrong,
            "overtaken": overtaken,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "filters": {"search": search},
        },
        status=422 if wrong else 409 if overtaken else 200,
    )


def _rows(merchant: Merchant, search: str, sent: list[str] | None) -> QuerySet[Variant]:
    """What the page lists; of one that was sent, what it listed then."""
    mine = merchant.variants.filter(withdrawn_at=None)
    if sent is not None:
        listed = [whole_number(text) for text in sent[:PAGE]]
        mine = mine.filter(pk__in=[pk for pk in listed if pk])
    elif search:
        mine = mine.filter(sku__istartswith=search)
    return mine.select_related("product").prefetch_related("tiers")


def _save(request: HttpRequest, merchant: Merchant, rows: list[PriceForm]) -> int:
    """Save all; those somebody else changed meanwhile show both. How many they are."""
    outcome = prices.set_prices(
        merchant_id=merchant.pk, changes=[form.change() for form in rows]
    )
    changed = len(outcome.changed)
    if changed:
        said = ngettext("%(n)s price saved.", "%(n)s prices saved.", changed)
        messages.success(request, said % {"n": changed})
    elif not outcome.overtaken:
        messages.info(request, _("Nothing was changed."))
    for form in rows:
        if form.variant.pk in outcome.overtaken:
            form.show_meanwhile(outcome.overtaken[form.variant.pk])
        elif form.variant.pk in outcome.changed:
            form.see(form.wanted())
    return len(outcome.overtaken)

"""Raw lots: what came to Donghai, from where, and what became of it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalog.products.models import Product
from catalog.provenance import names, totals
from catalog.provenance.models import RawLot
from catalog.provenance.story import arrival, papers_of
from donghai.paging import page_of, whole_number
from donghai.templatetags.pages import country

PAGE = 30
MADE = 12
TOP = 8  # countries with a bar


@require_safe
def lots(request: HttpRequest) -> HttpResponse:
    """All lots that arrived, newest first, by code, country, mineral and year."""
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("search", "origin", "mineral", "year")
    }
    found = RawLot.objects.here().matching(asked["search"])
    for name in ("origin", "mineral"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    year = whole_number(asked["year"])
    if year is not None:
        found = found.filter(year=min(year, 9999))
    page = page_of(found, request, PAGE)
    return render(
        request,
        "catalog/provenance/lots.html",
        {
            "here": "market",
            "lots": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "asked": asked,
            "minerals": names.minerals(),
        }
        | _totals(year),
    )


@require_safe
def lot(request: HttpRequest, code: str) -> HttpResponse:
    """One lot: its papers, and the pieces made of it."""
    found = RawLot.objects.here().filter(code=code.upper()).first()
    if found is None:
        raise Http404
    if found.code != code:
        return redirect("catalog:lot", found.code, permanent=True)
    made = Product.objects.listed().filter(
        pk__in=found.uses.values("product_id")  # a one-off's use shows its product
    )
    page = page_of(made.with_stock(), request, MADE)
    return render(
        request,
        "catalog/provenance/lot.html",
        {
            "here": "market",
            "lot": found,
            "line": arrival(found, papers_of([found]).get(found.pk, ())),
            "products": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
        },
    )


def _totals(year: int | None) -> dict[str, Any]:
    """Totals of the year asked for, else of all years together."""
    years = totals.by_year()
    rows = totals.by_country()
    chosen = year if any(one.year == year for one in years) else None
    if chosen is None and years:
        chosen = years[0].year
    of_year = [one for one in rows if one.year == chosen]
    by_name = sorted((country(code), code) for code in {one.origin for one in rows})
    return {
        "years": years,
        "year": chosen,
        "year_total": next((one for one in years if one.year == chosen), None),
        "bars": totals.bars(of_year)[:TOP],
        "others": totals.bars(of_year)[TOP:],
        "countries": [(code, name) for name, code in by_name],
    }

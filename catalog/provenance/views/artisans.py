"""The people who work stone: their honours and their works."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from catalog.merchants.models import Merchant
from catalog.products.models import Product
from catalog.provenance import linked
from catalog.provenance.models import Artisan, Evidence, Work
from catalog.provenance.story import papers_of
from donghai.paging import page_of
from donghai.templatetags.pages import said_in

PAGE = 24


@require_safe
def artisans(request: HttpRequest) -> HttpResponse:
    """Everybody, by craft."""
    craft = request.GET.get("craft", "")
    found = Artisan.objects.prefetch_related("honours")
    if craft in Artisan.Craft:
        found = found.filter(craft=craft)
    page = page_of(found, request, PAGE)
    return render(
        request,
        "catalog/provenance/artisans.html",
        {
            "here": "market",
            "artisans": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "crafts": Artisan.Craft.choices,
            "craft": craft,
        },
    )


@require_safe
def artisan(request: HttpRequest, slug: str) -> HttpResponse:
    """One of them. Each honour and each work says whether it was checked."""
    found = get_object_or_404(Artisan.objects.select_related("workshop"), slug=slug)
    language = translation.get_language() or "en"
    honours = list(found.honours.order_by("-year", "pk"))
    proofs = papers_of(honours)
    shown = [(one, _check(proofs.get(one.pk, ()))) for one in honours]
    page = page_of(_works(found), request, PAGE)
    papers = papers_of(page.rows)
    titles = [(one, said_in(one.title, language)) for one, proof in shown if proof]
    return render(
        request,
        "catalog/provenance/artisan.html",
        {
            "here": "market",
            "artisan": found,
            "honours": shown,
            "works": [(one, _check(papers.get(one.pk, ()))) for one in page.rows],
            "next_after": page.next_after,
            "is_first": page.is_first,
            "linked": linked.artisan_facts(found, titles),
        },
    )


def _works(artisan: Artisan) -> QuerySet[Work]:
    """Of pieces that can be seen."""
    return artisan.works.filter(
        product__state=Product.State.LISTED,
        product__merchant__state=Merchant.State.APPROVED,
    ).select_related("product__merchant")


def _check(papers: Iterable[Evidence]) -> Evidence | None:
    """The proof that was checked, if any was."""
    return next((paper for paper in papers if paper.checked_on), None)

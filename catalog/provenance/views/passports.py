"""A stone's passport: what the QR on its label opens, for years."""

from io import BytesIO
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog.merchants.models import Merchant
from catalog.products.models import Product
from catalog.provenance import codes, files, linked, services
from catalog.provenance.models import Evidence, Passport
from catalog.provenance.story import Line, Story, Trust
from catalog.stock.models import StockLevel
from donghai.templatetags.pages import absolute

DAY = 24 * 3600


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A code typed in by hand."""
    typed = request.GET.get("code", "").strip()
    if typed:
        return redirect("catalog:passport", codes.read(typed) or typed[:40])
    return render(request, "catalog/provenance/find.html", {"here": "market"})


@require_safe
def passport(request: HttpRequest, code: str) -> HttpResponse:
    """The stone's way in dated lines. Codes that lead nowhere say what may be wrong."""
    read = codes.read(code)
    if read is None:
        return _nowhere(request, code, "WRONG")
    if read != code:
        return redirect("catalog:passport", read, permanent=True)
    found = _passports().filter(code=read).first()
    if found is None:
        return _nowhere(request, code, "UNKNOWN")
    if found.revoked_at:
        return _nowhere(request, code, "REVOKED", found, status=410)
    lines = Story.of(found.product, found.variant).lines()
    return render(
        request,
        "catalog/provenance/passport.html",
        {
            "here": "market",
            "passport": found,
            "product": found.product,
            "lines": lines,
            "sale": _sale(found),
            "linked": linked.passport_facts(found, translation.get_language() or "en"),
        }
        | tally(lines),
    )


@require_safe
@cache_control(public=True, max_age=DAY)
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The passport's address as a picture, for labels and pages."""
    if codes.read(code) != code:
        raise Http404
    address = absolute(reverse("catalog:passport", args=[code]))
    out = BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", border=2, light="#fff", omitsize=True
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@require_safe
def paper(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """A proof that was checked and may be seen by everybody."""
    found = get_object_or_404(Evidence, pk=evidence_id, is_public=True)
    if not found.is_open:
        raise Http404
    return handed_out(found)


@require_safe
@cache_control(public=True, max_age=DAY)
def photo(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """A photo among such proofs, small."""
    found = get_object_or_404(Evidence, pk=evidence_id, is_public=True)
    if not found.is_open or not found.file:
        raise Http404
    with found.file.open("rb") as file:
        content = file.read()
    if files.kind_of(content[:16]) != "image/jpeg":
        raise Http404
    return HttpResponse(files.small(content), content_type="image/jpeg")


def handed_out(evidence: Evidence) -> HttpResponse:
    """Its file, as what it is and not as what it was named; never run by a browser."""
    if not evidence.file:
        raise Http404
    with evidence.file.open("rb") as file:
        content = file.read()
    kind = files.kind_of(content[:16])
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
    name = f"donghai-{evidence.pk}.{ending.get(kind, 'bin')}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def compact(product: Product) -> dict[str, Any]:
    """What `catalog/provenance/_passport.html` shows on the page of a product."""
    passport = services.passport_of(product)
    story = Story.of(product, passport.variant)
    return {"passport": passport, "lines": story.short()} | tally(story.lines())


def tally(lines: list[Line]) -> dict[str, Any]:
    """How many of the facts that people told us were checked."""
    told = [one for one in lines if one.trust not in (Trust.UNSAID, Trust.RECORDED)]
    return {
        "told": told,
        "checked": sum(line.trust == Trust.CHECKED for line in told),
        "doubts": [line.doubt for line in lines if line.doubt],
    }


def _passports() -> Any:
    return Passport.objects.select_related("product__merchant", "variant")


def _nowhere(
    request: HttpRequest,
    code: str,
    why: str,
    passport: Passport | None = None,
    status: int = 404,
) -> HttpResponse:
    facts = {"here": "market", "code": code, "why": why, "passport": passport}
    return render(request, "catalog/provenance/nowhere.html", facts, status=status)


def _sale(passport: Passport) -> Any:
    """Why the stone can't be bought any more; empty while it can."""
    product, variant = passport.product, passport.variant
    if variant is not None:
        level = StockLevel.objects.filter(pk=variant.pk).first()
        if level is not None and level.on_hand <= level.allocated:
            return _("This piece is sold. Its passport stays.")
        if variant.withdrawn_at:
            return _("This piece is no longer sold. Its passport stays.")
    listed = product.state == Product.State.LISTED
    if not listed or product.merchant.state != Merchant.State.APPROVED:
        return _("This piece is no longer sold. Its passport stays.")
    return ""

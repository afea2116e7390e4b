"""The product editor: one page, kept as it is typed, saved when it is whole."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.glossary import book
from catalog.glossary.models import Language, Term, reader_language
from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.photos.views import strip_of
from catalog.products import editing, saving
from catalog.products.merging import Shown
from catalog.products.models import Metal, Product, Treatment
from donghai import api, countries
from donghai.errors import Refused

# Where Donghai's raw stone comes from most: first in the list
USUAL_ORIGINS = ("CN", "BR", "UY", "MG", "ZA", "IN", "MX", "MZ", "NA", "ZM", "AF", "US")
OFTEN = ("mineral", "form", "colour", "origin")
NOT_FIELDS = (
    *("csrfmiddlewaretoken", "seen", "page", "shown"),
    *("confirms", "add", "drop"),
)


@for_members
def new(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """An empty product, opened in the editor; by its bare address only the list."""
    if request.method != "POST":
        return redirect("catalog:products", merchant.pk)
    draft = editing.new_draft(merchant_id=merchant.pk)
    return redirect("catalog:edit-product", merchant.pk, draft.pk)


@for_members
def edit(request: HttpRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """The form as it was left, on this device or another."""
    product = get_object_or_404(Product, pk=product_id, merchant=merchant)
    if request.method == "POST":
        return _save(request, merchant, product)
    return _form(request, merchant, product, editing.typed_of(product))


@for_members
@require_POST
def keep(request: HttpRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Keep what is typed; the answer says when, and what follows from it."""
    product = get_object_or_404(Product, pk=product_id, merchant=merchant)
    said = _said(request)
    try:
        kept_at = editing.keep(
            product_id=product.pk,
            by_id=request.user.pk or 0,
            said=said,
            seen=_seen(request),
        )
    except Refused as refusal:
        return api.refusal(request, refusal)
    follows = _follows(product, said, "confirms" in request.POST)
    part = render(request, "catalog/_editor_says.html", follows)
    return JsonResponse({"seen": kept_at.isoformat(), "says": part.content.decode()})


@for_members
@require_POST
def withdraw(request: HttpRequest, merchant: Merchant, product_id: int) -> HttpResponse:
    """Take a product off the market; what is held or sold stays so."""
    product = get_object_or_404(Product, pk=product_id, merchant=merchant)
    skus = product.variants.values_list("sku", flat=True)
    saver = saving.Saver(
        merchant_id=merchant.pk, by_id=request.user.pk, reason=_("taken off the market")
    )
    saving.withdraw(skus, saver)
    messages.success(
        request, _("%(product)s is off the market.") % {"product": product}
    )
    return redirect("catalog:products", merchant.pk)


def _save(request: HttpRequest, merchant: Merchant, product: Product) -> HttpResponse:
    said = _said(request)
    seen = _seen(request)
    now = editing.merged(product, said, seen.shown)
    if "add" in request.POST or "drop" in request.POST:  # without script
        return _form(request, merchant, product, _other_rows(request, now))
    saver = saving.Saver(
        merchant_id=merchant.pk,
        by_id=request.user.pk,
        reason=_("product editor"),
        confirms="confirms" in request.POST,
        says_all=True,
    )
    try:
        read = editing.save(product=product, said=said, saver=saver, seen=seen)
    except Refused as refusal:
        return _form(request, merchant, product, now, {"": str(refusal)})
    if read.errors:
        return _form(request, merchant, product, now, read.errors)
    product.refresh_from_db()
    if product.state == Product.State.LISTED:
        messages.success(request, _listed(merchant) % {"product": product})
        return redirect("catalog:products", merchant.pk)
    messages.warning(request, _draft_because(read.missing))
    return redirect("catalog:edit-product", merchant.pk, product.pk)


def _listed(merchant: Merchant) -> str:
    if merchant.state == Merchant.State.APPROVED:
        return _("%(product)s is listed. Hosts can sell it from now on.")
    return _(
        "%(product)s is ready. Hosts and buyers see it by itself as soon as the centre "
        "has approved you."
    )


def _draft_because(missing: Mapping[str, Any]) -> str:
    if missing:
        return _("Saved as a draft: hosts see it once everything below is said.")
    return _(
        "Saved as a draft. Tick below that the customs code is right: then it can be "
        "listed."
    )


def _form(
    request: HttpRequest,
    merchant: Merchant,
    product: Product,
    said: dict[str, str],
    errors: Any = None,
) -> HttpResponse:
    language = reader_language()
    return render(
        request,
        "catalog/editor.html",
        {
            "here": "products",
            "merchant": merchant,
            **strip_of(product.pk),
            "said": said,
            "rows": editing.rows_of(said),
            "errors": errors or {},
            "seen": editing.seen_at(product),
            "shown": editing.standing_shown(product).written(),
            "page": _seen(request).page,
            "kept_by": (product.unfinished or {}).get("page", ""),
            "known_skus": set(product.variants.values_list("sku", flat=True)),
            "minerals": book.choices(Term.Kind.MINERAL, language),
            "forms": book.choices(Term.Kind.FORM, language),
            "measures": {x.code: x.measures for x in book.terms(Term.Kind.FORM)},
            "colours": book.choices(Term.Kind.COLOUR, language),
            "motifs": book.choices(Term.Kind.MOTIF, language),
            "treatments": Treatment.values,
            "metals": Metal.choices,
            "origins": _origins(language),
            "often": _often(merchant),
            "languages": Language.choices,
            **_follows(product, said, "confirms" in request.POST),
        },
        status=422 if errors else 200,
    )


def _follows(product: Product, said: dict[str, str], ticked: bool) -> dict[str, Any]:
    """What the page says beside the form: titles, customs code, what is missing."""
    read = editing.read_form(said, product)
    preview = editing.preview(said, product)
    stands = product.hs_code if product.customs_confirmed_at else ""
    is_confirmed = ticked or bool(stands and stands == preview.code)
    return {
        "preview": preview,
        "missing": read.missing | read.errors,
        "warnings": read.warnings,
        "is_confirmed": is_confirmed,
        "product": product,
    }


def _seen(request: HttpRequest) -> editing.Seen:
    asked = request.POST
    return editing.Seen(
        asked.get("seen", ""),
        asked.get("page", "")[:36],
        Shown.read(asked.get("shown", "")),
    )


def _said(request: HttpRequest) -> dict[str, str]:
    return {name: text for name, text in request.POST.items() if name not in NOT_FIELDS}  # type: ignore[misc] # files have their own doors


def _other_rows(request: HttpRequest, said: dict[str, str]) -> dict[str, str]:
    """The form with one variant more or fewer."""
    drop = request.POST.get("drop", "")
    if drop:
        return {k: v for k, v in said.items() if not k.startswith(f"v{drop}-")}
    number = max(editing.rows_of(said)) + 1
    return said | {f"v{number}-sku": ""}


def _often(merchant: Merchant) -> dict[str, list[str]]:
    """What a merchant says most of their latest pieces, by field."""
    latest = Product.objects.filter(merchant=merchant).order_by("-pk").values(*OFTEN)
    rows = list(latest[:200])
    return {
        field: [
            code
            for code, _times in Counter(row[field] for row in rows).most_common(6)
            if code
        ]
        for field in OFTEN
    }


def _origins(language: str) -> list[tuple[str, str]]:
    return countries.choices(language, first=USUAL_ORIGINS)

"""A merchant's sheets: uploading, columns, what is wrong, taking over, taking back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.sheets import codes, preview, services
from catalog.sheets.archive import PhotosRefused
from catalog.sheets.columns import columns, label_of
from catalog.sheets.models import SheetImport
from donghai.errors import Refused
from donghai.paging import page_of

PAGE = 20
ACTIONS: dict[str, Callable[..., SheetImport]] = {
    "stop": services.stop,
    "go-on": services.go_on,
    "take-back": services.take_back,
}
State = SheetImport.State
PARTS = {
    State.CHOOSING: "choose",
    State.READ: "columns",
    State.READY: "preview",
    State.STOPPED: "result",
    State.DONE: "result",
    State.UNDONE: "result",
    State.FAILED: "failed",
}


class UploadForm(forms.Form):
    """A sheet, and photos named by SKU."""

    file = forms.FileField(
        label=_("Your sheet"),
        help_text=_("Excel (.xlsx) or .csv, in Chinese or English, as you keep it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    photos = forms.FileField(
        label=_("Photos in a .zip, if you have them"),
        required=False,
        help_text=_("Named by SKU: DH-0001.jpg, DH-0001_2.jpg."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
    )


@for_members
def sheets(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What was uploaded, newest first, and the door for the next."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sheet = services.upload(
                merchant=merchant,
                by=request.user,  # type: ignore[arg-type] # signed in
                language=get_language() or "en",
                **form.cleaned_data,
            )
        except PhotosRefused as refusal:
            form.add_error("photos", str(refusal))
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("catalog:sheet", merchant.pk, sheet.pk)
    page = page_of(SheetImport.objects.of(merchant), request, PAGE)
    return render(
        request,
        "catalog/sheets/sheets.html",
        {
            "here": "sheets",
            "merchant": merchant,
            "form": form,
            "sheets": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
        },
        status=422 if form.errors else 200,
    )


@for_members
def sheet(request: HttpRequest, merchant: Merchant, import_id: int) -> HttpResponse:
    """One import as it is now: a question, a look at its rows, progress, a result."""
    return _show(request, merchant, _of(merchant, import_id))


@require_POST
@for_members
def choose(request: HttpRequest, merchant: Merchant, import_id: int) -> HttpResponse:
    """Which of several sheets is meant."""
    found = _of(merchant, import_id)
    services.choose_tab(import_id=found.pk, name=request.POST.get("tab", ""))
    return redirect("catalog:sheet", merchant.pk, found.pk)


@for_members
def map_columns(
    request: HttpRequest, merchant: Merchant, import_id: int
) -> HttpResponse:
    """Which column fills which field; again for an import that was looked at."""
    found = _of(merchant, import_id)
    if request.method != "POST":
        return _show(request, merchant, found, "columns")
    try:
        fields = [
            request.POST.get(f"column-{number}", "")
            for number in range(len(found.headers))
        ]
        services.map_columns(import_id=found.pk, fields=fields)
    except Refused as refusal:
        found.fields = fields
        return _show(request, merchant, found, "columns", str(refusal))
    return redirect("catalog:sheet", merchant.pk, found.pk)


@require_POST
@for_members
def take_over(request: HttpRequest, merchant: Merchant, import_id: int) -> HttpResponse:
    """Save what has no fault."""
    found = _of(merchant, import_id)
    confirms = "confirms_codes" in request.POST
    services.take_over(import_id=found.pk, confirms_codes=confirms)
    return redirect("catalog:sheet", merchant.pk, found.pk)


@require_POST
@for_members
def act(
    request: HttpRequest, merchant: Merchant, import_id: int, action: str
) -> HttpResponse:
    """Stop, go on, take back."""
    if action not in ACTIONS:
        raise Http404
    found = _of(merchant, import_id)
    ACTIONS[action](import_id=found.pk)
    return redirect("catalog:sheet", merchant.pk, found.pk)


def _of(merchant: Merchant, import_id: int) -> SheetImport:
    return get_object_or_404(SheetImport, pk=import_id, merchant=merchant)


def _show(
    request: HttpRequest,
    merchant: Merchant,
    found: SheetImport,
    part: str = "",
    refusal: str = "",
) -> HttpResponse:
    part = part or PARTS.get(State(found.state), "progress")
    context: dict[str, Any] = {
        "here": "sheets",
        "merchant": merchant,
        "sheet": found,
        "part": f"catalog/sheets/_{part}.html",
        "refusal": refusal,
    }
    if part == "columns":
        columns_shown = list(preview.columns_of(found))
        context["asked"] = [one for one in columns_shown if not one.is_known]
        context["known"] = [one for one in columns_shown if one.is_known]
        context["fields"] = [(name, label_of(name)) for name in columns()]
    elif part == "progress":
        context["progress"] = preview.progress(found)
    elif part in ("preview", "result"):
        context |= preview.rows(found, request)
        context["pictures"] = preview.pictures(found)
        if part == "preview":
            context["codes"] = list(codes.shown(found))
            context["outlook"] = preview.outlook(found)
        else:
            context["drafts"] = preview.drafts(found)
    status = 422 if refusal else 200
    return render(request, "catalog/sheets/sheet.html", context, status=status)

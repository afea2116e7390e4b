"""Files that a merchant takes home: pieces, an empty sheet, rows to be mended."""

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalog.merchants.access import for_members
from catalog.merchants.models import Merchant
from catalog.products.models import Product, Variant
from catalog.sheets import export, writing
from catalog.sheets.models import SheetImport
from donghai.errors import Refused

MOST_IN_XLSX = 20_000  # pieces: more would hold a page's thread for too long


class TooManyForWorkbook(Refused):
    code = "too_many_for_xlsx"
    title = gettext_lazy(
        "More than %(most)s pieces come as .csv only. Choose that, or a filter."
    )
    status = 422


@for_members
def pieces(request: HttpRequest, merchant: Merchant, kind: str) -> HttpResponseBase:
    """All pieces or those found, as a sheet that can be uploaded again."""
    found = _found(request, merchant)
    lines = export.pieces(found, _language())
    name = f"donghai-{timezone.localdate():%Y%m%d}.{kind}"
    if kind == "csv":
        answer = StreamingHttpResponse(
            writing.csv_lines(lines), content_type=writing.CSV_TYPE
        )
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    if kind != "xlsx":
        raise Http404
    if found[MOST_IN_XLSX:].exists():
        raise TooManyForWorkbook(most=f"{MOST_IN_XLSX:,}")
    return _workbook(writing.xlsx({_("pieces"): lines}), name)


@for_members
def template(request: HttpRequest, merchant: Merchant) -> HttpResponseBase:
    """An empty sheet with examples and the words that may stand in it."""
    return _workbook(
        writing.xlsx(dict(export.template(_language()))), "donghai-template.xlsx"
    )


@for_members
def faults(
    request: HttpRequest, merchant: Merchant, import_id: int
) -> HttpResponseBase:
    """The rows that were left out, with what is wrong, to be mended and sent again."""
    sheet = get_object_or_404(SheetImport, pk=import_id, merchant=merchant)
    lines = export.faults(sheet, sheet.language)
    return _workbook(writing.xlsx({_("to mend"): lines}), f"mend-{sheet.pk}.xlsx")


def _found(request: HttpRequest, merchant: Merchant) -> QuerySet[Variant]:
    """By the words of a title or the beginning of a SKU, and by state."""
    found = Variant.objects.filter(merchant=merchant, withdrawn_at=None)
    if search := request.GET.get("search", "").strip():
        in_title = Q(product__titles_text__icontains=search)
        found = found.filter(in_title | Q(sku__istartswith=search))
    if (state := request.GET.get("state", "")) in Product.State.values:
        found = found.filter(product__state=state)
    return found


def _workbook(file: object, name: str) -> FileResponse:
    return FileResponse(
        file, as_attachment=True, filename=name, content_type=writing.XLSX_TYPE
    )


def _language() -> str:
    return get_language() or "en"

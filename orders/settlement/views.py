"""A merchant's results: a picture, the table behind it, and the same as a file."""

import csv
from datetime import datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.merchants.access import for_members
from catalog.models import Merchant
from donghai.templatetags.charts import Bar
from donghai.templatetags.pages import in_words, yuan
from orders.settlement import results as reading
from orders.settlement.results import By, Period


@for_members
def results(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """By day or by month, with what is owed now."""
    by = _asked(request)
    periods = reading.periods(merchant, by)
    return render(
        request,
        "orders/results.html",
        {
            "here": "results",
            "merchant": merchant,
            "by": by.value,
            "periods": periods,
            "rows": [(_name(p, by), p) for p in reversed(periods) if _is_told(p)],
            "bars": [
                Bar(_name(p, by), p.sold.minor, yuan(p.sold), _short(p, by))
                for p in periods
            ],
            "owed": reading.owed(merchant),
        },
    )


@for_members
def results_file(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The same as CSV, with a mark by which a spreadsheet knows its letters."""
    by = _asked(request)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="results-{by.value}.csv"'
    sheet = csv.writer(answer)
    sheet.writerow([_("from"), _("pieces"), _("your share in yuan"), _("taken back")])
    for p in reading.periods(merchant, by):
        amounts = f"{p.sold.amount:f}", f"{p.taken_back.amount:f}"
        sheet.writerow([p.begins.isoformat(), p.pieces, *amounts])
    return answer


def _asked(request: HttpRequest) -> By:
    return By.MONTH if request.GET.get("by") == By.MONTH else By.DAY


def _is_told(period: Period) -> bool:
    return bool(period.pieces or period.sold or period.taken_back)


def _name(period: Period, by: By) -> str:
    """21 Nov, or November 2026."""
    if by == By.MONTH:
        return date_format(period.begins, "YEAR_MONTH_FORMAT")
    return in_words(datetime.combine(period.begins, time()), "date")


def _short(period: Period, by: By) -> str:
    """What fits under a bar."""
    return str(period.begins.month if by == By.MONTH else period.begins.day)

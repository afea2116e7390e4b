"""Merchants' spreadsheets and counts in the admin: what came in, and how it ended."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from catalog.sheets.models import SheetImport
from catalog.stocktaking.models import StockTake
from donghai.backoffice.columns import link, number, state
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group

MERCHANT = link("merchant", gettext_lazy("merchant"))
STATE = state("state", gettext_lazy("state"))


@admin.register(SheetImport)
class SheetImportPage(Page):
    """Imports: how many rows, what they did, why one can't be read."""

    group = Group.MARKET
    shown = (
        *(MERCHANT, "name", "state", "failure", "rows", "counts", "outcomes"),
        *("started_by", "created_at", "ended_at"),
    )
    list_display = (
        *("created_at", MERCHANT, "name", STATE),
        *(number("rows", gettext_lazy("rows")), "failure", "ended_at"),
    )
    list_select_related = ("merchant",)
    list_filter = ("state",)
    search_fields = ("name__icontains", "merchant__name__istartswith")
    search_help_text = gettext_lazy("file or merchant")


@admin.register(StockTake)
class StockTakePage(Page):
    """Rounds of counting; what one booked stands among the stock movements."""

    group = Group.MARKET
    shown = (
        *(MERCHANT, "name", "state", "started_by", "started_at"),
        *("finished_by", "finished_at"),
    )
    list_display = ("started_at", MERCHANT, "name", STATE, "started_by", "finished_at")
    list_select_related = ("merchant", "started_by")
    list_filter = ("state",)
    search_fields = ("name__icontains", "merchant__name__istartswith")
    search_help_text = gettext_lazy("shelf or merchant")

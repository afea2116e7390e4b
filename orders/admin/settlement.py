"""The ledger, conversions and what is owed: for accountants, to read."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import column, link, money, side
from donghai.backoffice.duties import ACCOUNTANTS
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from orders.settlement.models import Conversion, Journal, Payable, Posting


class Postings(Part):
    model = Posting
    seen_by = ACCOUNTANTS
    shown = (
        *("account", link("merchant", _("merchant")), link("host", _("host"))),
        *(side(_("debit"), 1), side(_("credit"), -1)),
    )
    ordering = ("pk",)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("merchant", "host")


@admin.register(Journal)
class JournalPage(Page):
    """Balanced entries. Never changed: errors are reversed by a service."""

    group = Group.LEDGER
    seen_by = ACCOUNTANTS
    shown = (
        *("key", "kind", link("order", _("order")), link("parcel", _("parcel"))),
        *(link("reverses", _("reverses")), "memo", "booked_at"),
    )
    inlines = (Postings,)
    list_display = (
        "key",
        "kind",
        link("order", _("order")),
        link("parcel", _("parcel")),
        "memo",
        "booked_at",
    )
    list_select_related = ("order", "parcel", "reverses")
    list_filter = ("kind",)
    date_hierarchy = "booked_at"
    search_fields = ("key__exact", "order__number__exact", "parcel__number__exact")
    search_help_text = _("Order, parcel or key, in full")


@admin.register(Payable)
class PayablePage(Page):
    """Shares and the day from which they are owed."""

    group = Group.LEDGER
    seen_by = ACCOUNTANTS
    shown = (
        *("party", link("merchant", _("merchant")), link("host", _("host"))),
        *(money("amount", _("amount")), "payable_on"),
        *(link("split.line.order", _("order")), link("journal", _("journal"))),
    )
    list_display = (
        "payable_on",
        "party",
        link("merchant", _("merchant")),
        link("host", _("host")),
        money("amount", _("amount")),
        link("split.line.order", _("order")),
    )
    list_select_related = ("merchant", "host", "split__line__order", "journal")
    list_filter = ("party",)
    date_hierarchy = "payable_on"
    search_fields = (
        "merchant__name__istartswith",
        "merchant__name_zh__startswith",
        "host__name__istartswith",
        "split__line__order__number__exact",
    )
    search_help_text = _("Merchant, host or order")


@admin.register(Conversion)
class ConversionPage(Page):
    """Foreign money that became yuan, and the rate it was dealt at."""

    group = Group.LEDGER
    seen_by = ACCOUNTANTS
    shown = (
        *("key", link("order", _("order")), link("refund", _("refund"))),
        *(money("from_amount", _("from")), money("to_amount", _("to"))),
        *(link("rate", _("rate")), "converted_at"),
    )
    list_display = (
        "converted_at",
        link("order", _("order")),
        money("from_amount", _("from")),
        money("to_amount", _("to")),
        column("rate", _("rate")),
    )
    list_select_related = ("order", "refund", "rate")
    list_filter = ("from_currency",)
    date_hierarchy = "converted_at"
    search_fields = ("order__number__exact", "key__exact")
    search_help_text = _("Order or key, in full")

"""The rates at which money was ever converted: read here, written by services."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import column, number
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from donghai.models import ExchangeRate


@admin.register(ExchangeRate)
class ExchangeRatePage(Page):
    """Rows are only added: every converted amount names the one it came by."""

    group = Group.RULES
    fields = ("source", "base", "quote", "quantity", "rate", "valid_on", "fetched_at")
    list_display = (
        "valid_on",
        column("__str__", _("rate")),
        "source",
        "base",
        "quote",
        number("rate", _("rate"), order="rate"),
        "fetched_at",
    )
    list_filter = ("source", "base")
    date_hierarchy = "valid_on"
    search_fields = ("base__iexact",)
    ordering = ("-valid_on", "base")

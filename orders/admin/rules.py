"""The rules behind a landed price. One that was used is ended, never edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import column, number
from donghai.backoffice.pages import Part, RulePage
from donghai.backoffice.site import Group
from orders.checkout.freight import FreightCard, FreightStep
from orders.checkout.rules import DestinationRule, TariffLine, TaxRate


def all_but(model: Any, *others: str) -> tuple[str, ...]:
    """A rule's fields in their order, without those named."""
    names = (field.name for field in model._meta.fields if field.editable)
    return tuple(name for name in names if name not in ("id", *others))


@admin.register(DestinationRule)
class DestinationRulePage(RulePage):
    """How parcels of some value to some place are charged, from day to day."""

    group = Group.RULES
    fields = all_but(DestinationRule)
    fixed_once_made = all_but(
        DestinationRule, "effective_to", "switched_on", "certainty", "note", "source"
    )
    list_display = (
        "rule_id",
        "scope",
        "topic",
        "effective_from",
        "effective_to",
        "certainty",
        "switched_on",
        column("source", _("source")),
    )
    list_filter = ("scope", "topic", "certainty", "switched_on")
    search_fields = ("rule_id__icontains", "source__icontains", "scope__iexact")
    ordering = ("scope", "topic", "effective_from")


@admin.register(TariffLine)
class TariffLinePage(RulePage):
    """Duty by kind of goods. A newer row takes over from its day on.

    A slip is switched off and said again; what it did to a price stays explained.
    """

    group = Group.RULES
    fields = all_but(TariffLine)
    fixed_once_made = all_but(TariffLine, "switched_on", "certainty", "note", "source")
    list_display = (
        "rule_id",
        "scope",
        "hs",
        "form_class",
        "mineral_class",
        number("duty_pct", _("duty in per cent")),
        "since",
        "certainty",
        "switched_on",
    )
    list_filter = ("scope", "form_class", "certainty", "switched_on")
    search_fields = ("rule_id__icontains", "hs__startswith")
    ordering = ("scope", "hs", "since")


@admin.register(TaxRate)
class TaxRatePage(RulePage):
    """VAT, GST and the like. A newer row takes over from its day on."""

    group = Group.RULES
    fields = all_but(TaxRate)
    fixed_once_made = all_but(TaxRate, "certainty", "note", "source")
    list_display = (
        "rule_id",
        "country",
        "tax",
        number("pct", _("per cent")),
        "since",
        "certainty",
    )
    list_filter = ("union", "certainty")
    search_fields = ("rule_id__icontains", "country__iexact")
    ordering = ("country", "since")


class WeightSteps(Part):
    model = FreightStep
    added_by = RulePage.added_by
    ordering = ("up_to_g",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With its card only: prices were made by the steps of one that stands."""
        return obj is None and super().has_add_permission(request, obj)


@admin.register(FreightCard)
class FreightCardPage(RulePage):
    """What a channel costs by weight. A new price is a new card."""

    group = Group.RULES
    fields = all_but(FreightCard)
    fixed_once_made = all_but(FreightCard, "effective_to")
    inlines = (WeightSteps,)
    list_display = (
        "name",
        "channel",
        "country",
        "currency",
        "effective_from",
        "effective_to",
        number("days_min", _("days at best")),
        number("days_max", _("days at most")),
        "is_demo",
    )
    list_filter = ("channel", "country", "is_demo")
    search_fields = ("name__icontains", "country__iexact")
    ordering = ("country", "channel", "effective_from")

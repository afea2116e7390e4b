"""What is counted, in the admin: levels, what moved them, holds."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.products import COUNTS, TITLE, WHOLESALE
from catalog.products.models import Variant
from catalog.stock import services
from catalog.stock.models import Hold, StockMovement
from donghai.backoffice.columns import (
    column,
    link,
    list_of,
    number,
    page_of,
    state,
)
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group

MOST_UNITS = 1_000_000  # in one go: more is a slip


class FreeFilter(admin.SimpleListFilter):
    """By how many nobody has been promised."""

    title = gettext_lazy("free")
    parameter_name = "free"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [
            ("gone", _("restockable, none left")),
            ("none", _("none")),
            ("few", _("1 to 3")),
            ("many", _("4 and more")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[Variant]:
        asked: dict[str, dict[str, Any]] = {
            "gone": {
                "free_now__lte": 0,
                "is_one_off": False,
                "product__state": "LISTED",
            },
            "none": {"free_now__lte": 0},
            "few": {"free_now__range": (1, 3)},
            "many": {"free_now__gte": 4},
        }
        return with_free(rows).filter(**asked.get(self.value() or "", {}))


def with_free(rows: QuerySet[Variant]) -> Any:
    """The same rows, each with what nobody has been promised as `free_now`."""
    level = F("stock__on_hand") - F("stock__allocated") - F("stock__reserved")
    return rows.annotate(free_now=level)


class MoveStock(forms.Form):
    """What a clerk says when goods come in or a count was wrong."""

    class Kind:
        RECEIVED = StockMovement.Kind.RECEIVED
        ADJUSTED = StockMovement.Kind.ADJUSTED

    kind = forms.ChoiceField(
        label=gettext_lazy("what happened"),
        choices=[
            (Kind.RECEIVED, gettext_lazy("goods came in")),
            (Kind.ADJUSTED, gettext_lazy("the count was wrong")),
        ],
        widget=forms.RadioSelect,
        initial=Kind.RECEIVED,
    )
    change = forms.IntegerField(
        label=gettext_lazy("units"),
        help_text=gettext_lazy("Below zero takes out what a count did not find."),
        min_value=-MOST_UNITS,
        max_value=MOST_UNITS,
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=120)

    def clean_change(self) -> int:
        change: int = self.cleaned_data["change"]
        if change == 0:
            raise forms.ValidationError(_("Zero changes nothing."))
        if change < 0 and self.cleaned_data.get("kind") == self.Kind.RECEIVED:
            raise forms.ValidationError(_("What came in is above zero."))
        return change


@admin.register(Variant)
class VariantPage(Page):
    """What is counted, and the counters. They change by a movement with a reason."""

    group = Group.MARKET
    shown = (
        *("sku", link("product", gettext_lazy("product")), "size", "weight_g"),
        *(WHOLESALE, "is_one_off", *COUNTS),
    )
    list_display = (
        "sku",
        TITLE,
        link("product.merchant", gettext_lazy("merchant")),
        "size",
        WHOLESALE,
        *COUNTS,
    )
    list_select_related = ("product__merchant", "stock")
    list_filter = (FreeFilter, "is_one_off", "product__mineral", "product__form")
    search_fields = ("sku__istartswith", "product__merchant__name__istartswith")
    search_help_text = gettext_lazy("SKU or merchant")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.move)
        return [
            path("<int:pk>/move/", view, name="catalog_variant_move"),
            *super().get_urls(),
        ]

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form that moves stock, above what moved it lately."""
        if not self.has_work_permission(request):
            raise PermissionDenied
        variant = get_object_or_404(Variant.objects.select_related("product"), pk=pk)
        form = MoveStock(request.POST or None)
        if form.is_valid() and self._moved(request, variant, form.cleaned_data):
            return redirect(page_of(variant))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Receive or correct stock"),
            "subtitle": f"{variant.sku}, {variant.product}",
            "opts": self.opts,
            "variant": variant,
            "form": form,
            "movements": variant.movements.order_by("-pk")[:20],
        }
        return render(request, "admin/catalog/variant/move.html", context)

    def _moved(self, request: HttpRequest, row: Variant, said: dict[str, Any]) -> bool:
        def verb(variant: Variant) -> None:
            if said["kind"] == MoveStock.Kind.RECEIVED:
                services.receive(
                    variant_id=variant.pk,
                    quantity=said["change"],
                    reason=said["reason"],
                    moved_by=request.user.pk,
                )
            else:
                services.adjust(
                    variant_id=variant.pk,
                    change=said["change"],
                    reason=said["reason"],
                    moved_by=request.user.pk,
                )

        note = _("Stock changed by %(change)+d") % said
        return bool(self.work(request, [row], verb, note))


@admin.register(StockMovement)
class StockMovementPage(Page):
    """The record that explains the counters. Append-only."""

    group = Group.MARKET
    shown = (
        *(link("variant", "SKU"), "kind", "on_hand", "allocated"),
        *(link("hold", gettext_lazy("hold")), "reason", "moved_by", "moved_at"),
    )
    list_display = (
        "moved_at",
        link("variant", "SKU"),
        "kind",
        number("on_hand", gettext_lazy("change on hand")),
        number("allocated", gettext_lazy("change of sold")),
        "reason",
        "moved_by",
        link("hold", gettext_lazy("hold")),
    )
    list_select_related = ("variant", "hold", "moved_by")
    list_filter = ("kind",)
    search_fields = ("variant__sku__exact",)
    search_help_text = "SKU"


@admin.register(Hold)
class HoldPage(Page):
    """Units promised to one buyer until a moment. They end by themselves."""

    group = Group.MARKET
    shown = (
        *(link("variant", "SKU"), "bag", "quantity", "state"),
        *("created_at", "expires_at", "ended_at"),
    )
    list_display = (
        column("pk", gettext_lazy("number"), order="pk"),
        link("variant", "SKU"),
        number("quantity", gettext_lazy("quantity")),
        state("state", gettext_lazy("state")),
        "created_at",
        "expires_at",
        "ended_at",
    )
    list_select_related = ("variant",)
    list_filter = ("state",)
    search_fields = ("variant__sku__exact", "bag__exact")
    search_help_text = gettext_lazy("SKU, or the bag's whole code")


@figure(CLERKS)
def pieces_gone() -> Figure:
    rows = Variant.objects.filter(is_one_off=False, product__state="LISTED")
    gone = with_free(rows).filter(free_now__lte=0)[:MOST].count()
    return Figure(
        gettext_lazy("listed pieces with none left"),
        gone,
        list_of(Variant, free="gone"),
        "warn" if gone else "ok",
        gettext_lazy("One-off pieces not counted."),
    )

"""The market in the admin: merchants, products, stock and what moved it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import merchants, services
from catalog.models import (
    Hold,
    Merchant,
    MerchantMember,
    Product,
    StockMovement,
    Variant,
)
from donghai.admin.steps import describe
from donghai.backoffice.columns import (
    column,
    itself,
    link,
    list_of,
    money,
    number,
    page_of,
    state,
)
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group

describe(Product, draw_picture=gettext_lazy("draw a demo piece's picture"))

TITLE = column("product", gettext_lazy("product"))
OF_MERCHANT = link("merchant", gettext_lazy("merchant"), order="merchant")
WHOLESALE = money("wholesale", gettext_lazy("wholesale price"))
COUNTS = (
    number("stock.on_hand", gettext_lazy("on hand"), order="stock__on_hand"),
    number("stock.allocated", gettext_lazy("sold"), order="stock__allocated"),
    number("stock.reserved", gettext_lazy("held"), order="stock__reserved"),
    number("stock.free", gettext_lazy("free")),
)


class Members(Part):
    model = MerchantMember
    added_by = kept_by = CLERKS
    fields = ("user", "role", "since")
    autocomplete_fields = ("user",)


@admin.register(Merchant)
class MerchantPage(Page):
    """Clerks enter merchants and approve them; nobody deletes one."""

    group = Group.MARKET
    added_by = kept_by = CLERKS
    fields = ("name", "name_zh", "credit_code", "stall", "state", "joined_at")
    readonly_fields = ("state", "joined_at")
    inlines = (Members,)
    list_display = (
        "name",
        "name_zh",
        "stall",
        "credit_code",
        state("state", gettext_lazy("state")),
        "joined_at",
    )
    list_filter = ("state",)
    search_fields = (
        "name__icontains",
        "name_zh__icontains",
        "credit_code__exact",
        "stall__iexact",
        "members__user__email__exact",
    )
    actions = ("approve", "suspend")

    def suits(self, action: str, row: Merchant) -> bool:
        return (action == "suspend") == (row.state == Merchant.State.APPROVED)

    @admin.action(description=gettext_lazy("Approve"), permissions=["work"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Merchant]) -> None:
        def verb(row: Merchant) -> bool:
            return merchants.approve(merchant_id=row.pk)

        self.work(request, queryset, verb, _("Approved"))

    @admin.action(description=gettext_lazy("Suspend"), permissions=["work"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Merchant]) -> None:
        def verb(row: Merchant) -> bool:
            return merchants.suspend(merchant_id=row.pk)

        self.work(request, queryset, verb, _("Suspended"))


class Variants(Part):
    model = Variant
    shown = (itself("SKU"), "size", "weight_g", WHOLESALE, *COUNTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("stock", "product")


@admin.register(Product)
class ProductPage(Page):
    """Merchants list pieces; clerks set right what customs is told about them."""

    group = Group.MARKET
    kept_by = CLERKS
    fields: ClassVar[Any] = (
        *("picture_shown", "titles_shown", OF_MERCHANT, "state"),
        *("mineral", "form", "treatment", "origin", "colour"),
        *("hs_code", "customs_name", "customs_elements", "created_at"),
    )
    readonly_fields: ClassVar[Any] = (
        *("picture_shown", "titles_shown", OF_MERCHANT),
        *("mineral", "form", "treatment", "origin", "colour", "created_at"),
    )
    inlines = (Variants,)
    list_display = (
        "picture_shown",
        "__str__",
        OF_MERCHANT,
        "mineral",
        "form",
        "hs_code",
        number("kinds", gettext_lazy("variants")),
        state("state", gettext_lazy("state")),
    )
    list_display_links = ("picture_shown", "__str__")
    list_select_related = ("merchant",)
    list_filter = ("state", "mineral", "form", "treatment")
    search_fields = ("titles_text",)
    search_help_text = gettext_lazy("Title, SKU or merchant")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(kinds=Count("variants"))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        found = Product.objects.matching(search_term).values("pk")
        return (queryset.filter(pk__in=found) if search_term else queryset), False

    @admin.display(description=gettext_lazy("picture"))
    def picture_shown(self, product: Product) -> SafeString | str:
        if not product.picture:
            return "-"
        return format_html('<img class="thumb" src="{}" alt="">', product.picture.url)

    @admin.display(description=gettext_lazy("titles by language"))
    def titles_shown(self, product: Product) -> str:
        return " · ".join(f"{code}: {said}" for code, said in product.titles.items())


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
                )
            else:
                services.adjust(
                    variant_id=variant.pk,
                    change=said["change"],
                    reason=said["reason"],
                )

        note = _("Stock changed by %(change)+d") % said
        return bool(self.work(request, [row], verb, note))


@admin.register(StockMovement)
class StockMovementPage(Page):
    """The record that explains the counters. Append-only."""

    group = Group.MARKET
    shown = (
        *(link("variant", "SKU"), "kind", "on_hand", "allocated"),
        *(link("hold", gettext_lazy("hold")), "reason", "moved_at"),
    )
    list_display = (
        "moved_at",
        link("variant", "SKU"),
        "kind",
        number("on_hand", gettext_lazy("change on hand")),
        number("allocated", gettext_lazy("change of sold")),
        "reason",
        link("hold", gettext_lazy("hold")),
    )
    list_select_related = ("variant", "hold")
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
        "pk",
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
def merchants_who_applied() -> Figure:
    applied = Merchant.objects.filter(state=Merchant.State.APPLIED)[:MOST].count()
    return Figure(
        gettext_lazy("merchants wait for approval"),
        applied,
        list_of(Merchant, state__exact=Merchant.State.APPLIED),
        "warn" if applied else "ok",
    )


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


# Django looks for pages in this module alone
import catalog.glossary.admin  # noqa: E402, F401

"""Orders, claims and quotes. An order's page is its whole story."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from donghai.backoffice.columns import column, link, money, number, state
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from livestream.models import Market
from orders.admin.story import story_of
from orders.checkout.models import Claim, Order, Quote, QuoteLine
from orders.shipping.models import Parcel

MOST_FOUND = 200
# Each of these is found by an index: what a clerk has in hand is one whole number
DOORS = (
    "number",
    "parcel_order__parcel__number",
    "parcel_order__parcel__waybill",
    "parcel_order__parcel__declaration__invt_no",
    "lines__variant__sku",
    "payments__reference",
)


class MarketFilter(admin.SimpleListFilter):
    """By the country it goes to."""

    title = _("market")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [(m.country, m) for m in Market.objects.order_by("country")]

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[Any]:
        return rows.filter(country=self.value()) if self.value() else rows


class ParcelStateFilter(admin.SimpleListFilter):
    """By how far its parcel is."""

    title = _("parcel")
    parameter_name = "parcel"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [("NONE", _("none yet")), *Parcel.State.choices]

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[Order]:
        asked = self.value()
        if asked == "NONE":
            return rows.filter(parcel_order=None)
        return rows.filter(parcel_order__parcel__state=asked) if asked else rows


@admin.register(Order)
class OrderPage(Page):
    """Orders are placed by buyers and moved by services; staff reads their story."""

    group = Group.SALES
    list_display = (
        "number",
        state("status", _("status")),
        "country",
        money("total", _("total")),
        link("parcel_order.parcel", _("parcel")),
        state("parcel_order.parcel.state", _("parcel is")),
        "placed_at",
        "paid_at",
    )
    list_select_related = ("parcel_order__parcel",)
    list_filter = ("status", ParcelStateFilter, MarketFilter)
    date_hierarchy = "placed_at"
    search_fields = ("number",)  # see get_search_results
    search_help_text = _(
        "The whole number of order, parcel, waybill, list, piece or payment; an e-mail"
    )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """One door after the other, so that each search uses its index."""
        word = search_term.strip()
        if not word:
            return queryset, False
        if "@" in word:
            return queryset.filter(email__iexact=word), False
        found: set[int] = set()
        for door in DOORS:
            either = Q(**{door: word}) | Q(**{door: word.upper()})
            rows = Order.objects.filter(either).order_by("-pk")
            found.update(rows.values_list("pk", flat=True)[:MOST_FOUND])
        return queryset.filter(pk__in=found), False

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        return require_safe(self.story)(request, object_id)

    def story(self, request: HttpRequest, object_id: str) -> TemplateResponse:
        """Everything about one order on one page."""
        order = self.get_object(request, object_id)
        if order is None:
            raise Http404
        if not self.has_view_permission(request, order):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Order %(number)s") % {"number": order.number},
            "opts": self.opts,
            "original": order,
            "has_view_permission": True,
            **story_of(order, request),
        }
        return TemplateResponse(request, "admin/orders/order/story.html", context)


@admin.register(Claim)
class ClaimPage(Page):
    """Who said "mine" to what, in which place, at what price."""

    group = Group.SALES
    shown = (
        *("receipt", link("listing.session", _("session"))),
        *(link("listing.variant", "SKU"), link("hold", _("hold")), "name"),
        *("quantity", "place", money("price", _("price")), "claimed_at", "bag"),
        "came_from",
    )
    list_display = (
        "receipt",
        link("listing.session", _("session")),
        link("listing.variant", "SKU"),
        "name",
        number("place", _("place in line")),
        number("quantity", _("quantity")),
        money("price", _("price")),
        state("hold.state", _("state")),
        "claimed_at",
    )
    list_select_related = ("listing__session", "listing__variant", "hold__variant")
    list_filter = ("hold__state", "came_from")
    search_fields = ("listing__variant__sku__exact", "name__exact", "bag__exact")
    search_help_text = _("SKU, name in the room, or the bag's whole code")

    @admin.display(description=_("receipt"))
    def receipt(self, claim: Claim) -> str:
        return claim.receipt


class PriceLines(Part):
    model = QuoteLine
    shown = (
        *("kind", column("text", _("what"))),
        *(money("amount", _("amount")), "rule", column("rate", _("rate"))),
    )
    ordering = ("position",)


@admin.register(Quote)
class QuotePage(Page):
    """Landed prices as they were shown, with the rule and rate behind each line."""

    group = Group.SALES
    seen_by = CLERKS
    shown = (
        *("country", "postcode", money("total", _("total")), "is_estimate"),
        *(link("order", _("order")), "quoted_at", "expires_at"),
    )
    inlines = (PriceLines,)
    list_display = (
        "quoted_at",
        "country",
        money("total", _("total")),
        "is_estimate",
        link("order", _("order")),
        "expires_at",
    )
    list_select_related = ("order",)
    list_filter = (MarketFilter, "is_estimate")
    search_fields = ("order__number__exact", "bag__exact")
    search_help_text = _("Order, or the bag's whole code")
    ordering = ("-quoted_at",)

"""Parcels, their labels, and the numbers the post gave us."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donghai.backoffice.columns import link, list_of, number, state
from donghai.backoffice.duties import ADMINS, CLERKS, STAFF
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from orders.admin.checkout import MarketFilter
from orders.shipping import bringing, label, services
from orders.shipping.models import NumberRange, Parcel, ParcelOrder, TrackingEvent

FEW_NUMBERS = 5000
STALLS = 300  # pick lists on one page; more are asked for by hall


class OrdersInside(Part):
    model = ParcelOrder
    shown = (
        link("order", gettext_lazy("order")),
        state("order.status", gettext_lazy("status")),
        "joined_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ParcelOrder]:
        return super().get_queryset(request).select_related("order", "parcel")


class Tracking(Part):
    model = TrackingEvent
    fields = ("at", "code", "note")
    ordering = ("at",)


@admin.register(Parcel)
class ParcelPage(Page):
    """What customs and the carrier see. A parcel closes by itself, or here, now."""

    group = Group.PARCELS
    place = 1
    shown = (
        *("number", "state", "country", "night", "channel", "waybill"),
        *("weight_g", link("declaration", gettext_lazy("declaration"))),
        *("opened_at", "closes_at", "closed_at", "released_at"),
        *("handed_over_at", "delivered_at"),
    )
    inlines = (OrdersInside, Tracking)
    change_form_template = "admin/orders/parcel/change_form.html"
    list_display = (
        "number",
        state("state", gettext_lazy("state")),
        "country",
        "night",
        "channel",
        "waybill",
        number("weight_g", gettext_lazy("grams")),
        link("declaration", gettext_lazy("declaration")),
        "closes_at",
        "delivered_at",
    )
    list_select_related = ("declaration",)
    list_filter = ("state", MarketFilter, "channel")
    date_hierarchy = "night"
    search_fields = (
        "number__exact",
        "waybill__exact",
        "parcel_orders__order__number__exact",
    )
    search_help_text = gettext_lazy("Parcel, waybill or order, in full")
    actions = ("close_now",)

    def suits(self, action: str, row: Parcel) -> bool:
        return row.state == Parcel.State.OPEN

    @admin.action(description=gettext_lazy("Close now"), permissions=["work"])
    def close_now(self, request: HttpRequest, queryset: QuerySet[Parcel]) -> None:
        def verb(parcel: Parcel) -> Any:
            inside = parcel.parcel_orders.order_by("pk").first()
            return inside and services.send_now(order_id=inside.order_id)

        self.work(request, queryset.open(), verb, _("Closing now"))  # type: ignore[attr-defined]

    def get_urls(self) -> list[Any]:
        inside = self.admin_site.admin_view
        return [
            path("bring/", inside(self.bring), name="orders_parcel_bring"),
            path("<int:pk>/label/", inside(self.label), name="orders_parcel_label"),
            *super().get_urls(),
        ]

    def bring(self, request: HttpRequest) -> HttpResponse:
        """What each stall must bring to the hub, to print: a page a stall."""
        if not self.has_work_permission(request):
            raise PermissionDenied
        prefix = request.GET.get("stall", "").strip()
        stalls, more = bringing.of_all(prefix=prefix, most=STALLS)
        facts = {"stalls": stalls, "more": more, "prefix": prefix}
        return render(
            request,
            "admin/orders/parcel/bring.html",
            {**facts, "zone": settings.HOME_ZONE},
        )

    def label(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The label as it was fixed when the parcel closed, to print again."""
        parcel = self.get_object(request, str(pk))
        if parcel is None or not parcel.label or not self.has_work_permission(request):
            raise Http404
        name = f'inline; filename="{parcel.waybill}.pdf"'
        return HttpResponse(
            label.pdf(parcel),
            content_type="application/pdf",
            headers={"Content-Disposition": name},
        )


@admin.register(NumberRange)
class NumberRangePage(Page):
    """Waybill numbers come from the post in ranges; here they are typed in."""

    group = Group.PARCELS
    place = 9
    added_by = ADMINS
    fields = ("prefix", "first_serial", "last_serial", "received_on", "is_demo")
    list_display = (
        "prefix",
        number("first_serial", gettext_lazy("first")),
        number("last_serial", gettext_lazy("last")),
        number("next_serial", gettext_lazy("next")),
        "left",
        "received_on",
        "is_demo",
    )
    list_filter = ("prefix", "is_demo")

    @admin.display(description=gettext_lazy("left"))
    def left(self, numbers: NumberRange) -> int:
        return numbers.last_serial + 1 - numbers.next_serial

    def save_model(
        self, request: HttpRequest, obj: NumberRange, form: Any, change: bool
    ) -> None:
        """A new range gives out its first number first."""
        obj.next_serial = obj.first_serial
        super().save_model(request, obj, form, change)


@figure(CLERKS)
def pieces_to_bring() -> Figure:
    waits = bringing.waiting()[:MOST].count()
    return Figure(
        gettext_lazy("sold lines that stalls must bring tonight"),
        waits,
        reverse("admin:orders_parcel_bring"),
        detail=gettext_lazy("Pick lists by stall, to print."),
    )


@figure(STAFF)
def waybill_numbers_left() -> Figure:
    left = F("last_serial") + 1 - F("next_serial")
    sums = NumberRange.objects.values("prefix").annotate(left=Sum(left))
    fewest = min((int(numbers["left"]) for numbers in sums), default=0)
    return Figure(
        gettext_lazy("waybill numbers left, of the scarcest kind"),
        number_format(fewest, force_grouping=True),
        list_of(NumberRange),
        "bad" if fewest < FEW_NUMBERS else "ok",
        gettext_lazy("Without a number no parcel closes: ask the post in time."),
    )

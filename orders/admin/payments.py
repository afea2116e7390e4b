"""Money coming in and going back, as providers and services wrote it down."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import link, list_of, money, state
from donghai.backoffice.duties import ACCOUNTANTS, STAFF
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from orders.payments.models import Notice, Payment, Refund
from orders.payments.services import GIVE_UP_AFTER


def open_for_long(payments: Any) -> QuerySet[Payment]:
    """Those the reconciler should have closed by now."""
    return payments.filter(
        state=Payment.State.OPEN, begun_at__lte=timezone.now() - GIVE_UP_AFTER
    )


class OpenForLong(admin.SimpleListFilter):
    """What nobody answered for too long."""

    title = _("time")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [("long", _("open for long"))]

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[Payment]:
        return open_for_long(rows) if self.value() else rows


@admin.register(Payment)
class PaymentPage(Page):
    """Attempts to pay. Only the provider's word moves them."""

    group = Group.SALES
    shown = (
        *(link("order", _("order")), "provider", "key", "reference"),
        *(money("amount", _("amount")), "state", "pays_order"),
        *("begun_at", "ended_at"),
    )
    list_display = (
        "key",
        link("order", _("order")),
        money("amount", _("amount")),
        state("state", _("state")),
        "pays_order",
        "provider",
        "reference",
        "begun_at",
        "ended_at",
    )
    list_select_related = ("order",)
    list_filter = ("state", OpenForLong, "pays_order", "provider")
    date_hierarchy = "begun_at"
    search_fields = ("key__exact", "reference__exact", "order__number__exact")
    search_help_text = _("Order, key or the provider's reference, in full")


@admin.register(Refund)
class RefundPage(Page):
    """Money going back."""

    group = Group.SALES
    shown = (
        *(link("payment", _("payment")), link("payment.order", _("order")), "key"),
        *(money("amount", _("amount")), "reason", "state", "reference"),
        *("asked_at", "done_at"),
    )
    list_display = (
        "key",
        link("payment.order", _("order")),
        money("amount", _("amount")),
        state("state", _("state")),
        "reason",
        "asked_at",
        "done_at",
    )
    list_select_related = ("payment__order",)
    list_filter = ("state",)
    search_fields = ("key__exact", "reference__exact", "payment__order__number__exact")
    search_help_text = _("Order, key or the provider's reference, in full")


@admin.register(Notice)
class NoticePage(Page):
    """What providers told us unasked, as it came."""

    group = Group.SALES
    seen_by = ACCOUNTANTS
    fields = ("provider", "event", "content", "received_at")
    list_display = ("received_at", "provider", "event")
    list_filter = ("provider",)
    search_fields = ("event__exact",)
    search_help_text = _("The provider's event number")


@figure(STAFF)
def payments_open_for_long() -> Figure:
    waiting = open_for_long(Payment.objects.all())[:MOST].count()
    return Figure(
        _("payments open for long"),
        waiting,
        list_of(Payment, open="long"),
        "bad" if waiting else "ok",
        _("The provider was asked and did not say."),
    )

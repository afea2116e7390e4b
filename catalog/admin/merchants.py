"""Merchants in the admin: who applied, who may sell, who acts for them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.merchants import services as merchants
from catalog.merchants.models import Merchant, MerchantMember
from donghai.backoffice.columns import (
    list_of,
    state,
)
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group


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


@figure(CLERKS)
def merchants_who_applied() -> Figure:
    applied = Merchant.objects.filter(state=Merchant.State.APPLIED)[:MOST].count()
    return Figure(
        gettext_lazy("merchants wait for approval"),
        applied,
        list_of(Merchant, state__exact=Merchant.State.APPLIED),
        "warn" if applied else "ok",
    )

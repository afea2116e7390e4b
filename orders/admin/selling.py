"""Waiting lines in the admin, and logs of claims that hosts have published."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donghai.backoffice.columns import column, link, number, state
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from orders.checkout import claims_log
from orders.checkout.models import PublishedClaims
from orders.checkout.tickets import Waiting


@admin.register(Waiting)
class WaitingPage(Page):
    """Who waits for a held piece, in which order, and whom it was offered."""

    group = Group.SALES
    shown = (
        *(link("listing.session", _("session")), link("variant", "SKU"), "name"),
        *("quantity", "state", link("hold", _("hold")), "joined_at"),
        *("offered_until", "bag"),
    )
    list_display = (
        column("pk", _("number"), order="pk"),
        link("listing.session", _("session")),
        link("variant", "SKU"),
        "name",
        number("quantity", _("quantity")),
        state("state", _("state")),
        *("joined_at", "offered_until"),
    )
    list_select_related = ("listing__session", "variant", "hold__variant")
    list_filter = ("state",)
    search_fields = ("variant__sku__exact", "name__exact", "bag__exact")
    search_help_text = _("SKU, name in the room, or the bag's whole code")


@admin.register(PublishedClaims)
class PublishedClaimsPage(Page):
    """Logs that everybody can read; one that should not be is taken back here."""

    group = Group.SALES
    worked_by = CLERKS
    shown = (
        link("session", _("session")),
        *("published_at", "taken_back_at", column("taken_back_by.name", _("by"))),
    )
    list_display = (
        link("session", _("session")),
        *("published_at", "taken_back_at", column("taken_back_by.name", _("by"))),
    )
    list_select_related = ("session", "taken_back_by")
    list_filter = (("taken_back_at", admin.EmptyFieldListFilter),)
    search_fields = ("session__title__istartswith",)
    search_help_text = _("The session's title")
    actions = ("take_back",)

    def suits(self, action: str, row: PublishedClaims) -> bool:
        return row.taken_back_at is None

    @admin.action(description=_("Take back"), permissions=["work"])
    def take_back(
        self, request: HttpRequest, queryset: QuerySet[PublishedClaims]
    ) -> None:
        def verb(row: PublishedClaims) -> bool:
            return claims_log.take_back(published_id=row.pk, by=request.user)

        self.work(request, queryset, verb, str(_("Taken back")))

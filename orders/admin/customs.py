"""Declarations in words: what was sent, what customs said, and mending a refusal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donghai.backoffice.columns import column, itself, link, list_of, state, titled
from donghai.backoffice.duties import ADMINS, CLERKS, STAFF
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from orders.customs import services
from orders.customs.models import Declaration, Message, Receipt, Route

# The numbers customs answers with; below zero it is an error of its own list
WORDS = {
    0: gettext_lazy("no answer yet"),
    1: gettext_lazy("stored"),
    2: gettext_lazy("on its way to customs"),
    3: gettext_lazy("sent to customs"),
    4: gettext_lazy("did not reach customs"),
    100: gettext_lazy("refused by customs"),
    120: gettext_lazy("in customs' database"),
    300: gettext_lazy("looked at by an officer"),
    399: gettext_lazy("looked through"),
    500: gettext_lazy("to be opened and inspected"),
    501: gettext_lazy("held"),
    502: gettext_lazy("held"),
    503: gettext_lazy("held"),
    599: gettext_lazy("held"),
    700: gettext_lazy("sent back"),
    800: gettext_lazy("released"),
    899: gettext_lazy("closed"),
}


def in_words(status: int) -> str:
    """A status of customs with its number, which officers use on the telephone."""
    said = _("error") if status < 0 else WORDS.get(status, "")
    return f"{status} {said}".strip()


def status(dotted: str, title: Any) -> Any:
    @admin.display(description=title, ordering=dotted)
    def show(row: Any) -> str:
        return in_words(getattr(row, dotted))

    return show


@admin.display(description="XML")
def download(message: Message) -> SafeString:
    address = reverse("admin:orders_message_xml", args=[message.pk])
    return format_html('<a href="{}" download>CEB{}.xml</a>', address, message.kind)


class Messages(Part):
    model = Message
    shown = (
        *(itself(gettext_lazy("message")), "attempt", "is_change"),
        *(status("status", gettext_lazy("status")), "written_at", "sent_at", download),
    )
    ordering = ("attempt", "kind")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("content")


@admin.register(Declaration)
class DeclarationPage(Page):
    """One parcel before customs. A rejected one is mended and sent again from here."""

    group = Group.PARCELS
    shown = (
        *(link("parcel", gettext_lazy("parcel")), "state", "why", "attempt"),
        *(status("last_status", gettext_lazy("customs' last status")), "invt_no"),
        *("pre_no", "cop_no", link("route", gettext_lazy("route")), "opened_at"),
        *("sent_at", "released_at"),
        "closed_at",
    )
    inlines = (Messages,)
    list_display = (
        "cop_no",
        link("parcel", gettext_lazy("parcel")),
        state("state", gettext_lazy("state")),
        status("last_status", gettext_lazy("customs' last status")),
        "invt_no",
        "attempt",
        "opened_at",
        "released_at",
    )
    list_select_related = ("parcel", "route")
    list_filter = ("state", ("route", titled(gettext_lazy("route"))))
    date_hierarchy = "opened_at"
    search_fields = (
        "cop_no__exact",
        "invt_no__exact",
        "pre_no__exact",
        "parcel__number__exact",
        "parcel__waybill__exact",
    )
    search_help_text = gettext_lazy("List, parcel or waybill number, in full")
    actions = ("mend",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Declaration]:
        return super().get_queryset(request).defer("snapshot")

    def suits(self, action: str, row: Declaration) -> bool:
        return row.state == Declaration.State.REJECTED

    @admin.action(
        description=gettext_lazy("Declare again, from the facts as they are now"),
        permissions=["work"],
    )
    def mend(self, request: HttpRequest, queryset: QuerySet[Declaration]) -> None:
        def verb(row: Declaration) -> Declaration:
            return services.mend(declaration_id=row.pk)

        self.work(request, queryset, verb, _("Declared again"))

    @admin.display(description=gettext_lazy("why it was rejected"))
    def why(self, declaration: Declaration) -> SafeString:
        return format_html('<span class="said">{}</span>', declaration.reason)


class Answers(Part):
    model = Receipt
    shown = (
        *("kind", status("status", gettext_lazy("status")), "text"),
        *("returned_at", "received_at", "applied"),
    )
    ordering = ("returned_at", "pk")


@admin.register(Message)
class MessagePage(Page):
    """Exactly what was sent, and every answer to it."""

    group = Group.PARCELS
    shown = (
        *(link("declaration", gettext_lazy("declaration")), "kind", "attempt"),
        *("is_change", status("status", gettext_lazy("status")), "guid"),
        *("natural_key", "written_at", "sent_at", download),
    )
    inlines = (Answers,)
    list_display = (
        "natural_key",
        "kind",
        link("declaration", gettext_lazy("declaration")),
        "attempt",
        status("status", gettext_lazy("status")),
        "written_at",
        "sent_at",
        download,
    )
    list_select_related = ("declaration",)
    list_filter = ("kind", "is_change")
    search_fields = ("guid__exact", "natural_key__exact", "declaration__cop_no__exact")
    search_help_text = gettext_lazy("Parcel, GUID or customs' key, in full")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows = super().get_queryset(request)
        return rows.defer("content", "declaration__snapshot")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.xml)
        return [
            path("<int:pk>/xml/", view, name="orders_message_xml"),
            *super().get_urls(),
        ]

    def xml(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message as a file; it names the buyer, so only clerks get it."""
        message = self.get_object(request, str(pk))
        if message is None or not self.has_work_permission(request):
            raise Http404
        name = f'attachment; filename="CEB{message.kind}-{message.guid}.xml"'
        return HttpResponse(
            message.content,
            content_type="application/xml; charset=utf-8",
            headers={"Content-Disposition": name},
        )


@admin.register(Receipt)
class ReceiptPage(Page):
    """Every answer of customs, those that changed nothing included."""

    group = Group.PARCELS
    shown = (
        *("kind", "natural_key", link("message", gettext_lazy("message"))),
        *(status("status", gettext_lazy("status")), "text", "returned_at"),
        *("received_at", "applied"),
    )
    list_display = (
        "received_at",
        "kind",
        "natural_key",
        status("status", gettext_lazy("status")),
        column("text", gettext_lazy("in customs' words")),
        "applied",
    )
    list_filter = ("kind", "applied")
    search_fields = ("natural_key__exact",)
    search_help_text = gettext_lazy("Customs' key, in full")


@admin.register(Route)
class RoutePage(Page):
    """Who exports, where and by which carrier: kept by an administrator."""

    group = Group.RULES
    seen_by = CLERKS
    added_by = kept_by = ADMINS
    list_display = (
        "__str__",
        "exporter_name",
        "carrier_name",
        "customs_code",
        "port_code",
        "simplified",
    )


@figure(STAFF)
def rejected_declarations() -> Figure:
    rejected = Declaration.objects.rejected()[:MOST].count()
    return Figure(
        gettext_lazy("declarations rejected by customs"),
        rejected,
        list_of(Declaration, state__exact=Declaration.State.REJECTED),
        "bad" if rejected else "ok",
        gettext_lazy("Mend the product or the route, then declare again."),
    )

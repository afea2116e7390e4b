"""Sessions in the admin: when, by whom, for which market, and what they sell."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from donghai.admin.steps import describe
from donghai.backoffice.columns import (
    column,
    link,
    list_of,
    money,
    number,
    state,
    titled,
)
from donghai.backoffice.duties import ADMINS, STAFF
from donghai.backoffice.figures import Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from donghai.templatetags.pages import place
from hosts.models import Host
from livestream.models import (
    HostTerms,
    Listing,
    LiveSession,
    Market,
    Platform,
    Push,
    RoomEvent,
    Stream,
)
from livestream.video import retention

describe(
    LiveSession,
    draw_cover=_("draw a demo session's cover"),
    finish_video=_("end a session's video"),
)
describe(Stream, keep_replay=_("make a replay's file"))
describe(Host, warn_of_removal=_("tell a host which replays go"))

MARKET = link("market", _("market"), order="market")
RETAIL = money("retail", _("retail price"))
HOST_SHARE = money("host_share", _("host's share"))


class Listings(Part):
    model = Listing
    shown = (
        *(link("variant", "SKU"), column("variant.product", _("product"))),
        *(RETAIL, HOST_SHARE, number("claims_made", _("claims")), "pinned_at"),
    )
    ordering = ("position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        return super().get_queryset(request).select_related("variant__product")


@admin.register(LiveSession)
class LiveSessionPage(Page):
    """Hosts schedule sessions; staff looks on."""

    group = Group.SESSIONS
    shown = (
        *("title", link("host", _("host")), MARKET, "language", "currency"),
        *("state", "starts_at", "there", "zone", "ends_at"),
        *("went_live_at", "ended_at"),
    )
    inlines = (Listings,)
    list_display = (
        "title",
        link("host", _("host"), order="host"),
        MARKET,
        "language",
        "starts_at",
        "there",
        number("pieces", _("pieces")),
        state("state", _("state")),
    )
    list_select_related = ("host", "market")
    list_filter = ("state", ("market", titled(_("market"))), "language")
    date_hierarchy = "starts_at"
    search_fields = ("title__icontains", "host__name__istartswith")
    search_help_text = _("Title or host")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveSession]:
        rows = super().get_queryset(request).select_related("host", "market")
        return rows.annotate(pieces=Count("listings"))

    @admin.display(description=_("by the market's clock"))
    def there(self, session: LiveSession) -> str:
        return f"{session.local_start:%H:%M} {place(session.zone)}"


@admin.register(Listing)
class ListingPage(Page):
    """Pieces linked to sessions, at a retail price and with the host's share."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), link("variant", "SKU"), RETAIL, HOST_SHARE),
        *(column("rate", _("exchange rate")), "claims_made", "position"),
        *("pinned_at", "listed_at"),
    )
    list_display = (
        column("pk", _("number"), order="pk"),
        link("session", _("session"), order="session"),
        link("variant", "SKU"),
        RETAIL,
        HOST_SHARE,
        number("claims_made", _("claims"), order="claims_made"),
        "pinned_at",
    )
    list_select_related = ("session", "variant", "rate")
    list_filter = ("session__state", ("session__market", titled(_("market"))))
    search_fields = ("variant__sku__exact", "session__title__istartswith")
    search_help_text = _("SKU or the session's title")


@admin.register(HostTerms)
class HostTermsPage(Page):
    """What merchants agreed with hosts: off wholesale, from a day to a day."""

    group = Group.SESSIONS
    shown = (
        *(link("merchant", _("merchant")), link("host", _("host"))),
        *(link("product", _("product")), "percent_off", "starts_on", "ends_on"),
        *(link("agreed_by", _("agreed by")), "agreed_at"),
        *(link("ended_by", _("ended by")), "ended_at"),
    )
    list_display = (
        column("pk", _("number"), order="pk"),
        link("merchant", _("merchant"), order="merchant"),
        link("host", _("host"), order="host"),
        link("product", _("product")),
        # xgettext:no-python-format
        number("percent_off", _("% off"), order="percent_off"),
        *("starts_on", "ends_on", "ended_at"),
        link("agreed_by", _("agreed by")),
    )
    list_select_related = ("merchant", "host", "product", "agreed_by")
    date_hierarchy = "starts_on"
    search_fields = (
        *("merchant__name__icontains", "merchant__name_zh__icontains"),
        "host__name__istartswith",
    )
    search_help_text = _("Merchant or host")


@admin.register(Market)
class MarketPage(Page):
    """Countries sold to; their zone, money and language are set here."""

    group = Group.SESSIONS
    added_by = kept_by = ADMINS
    fields = ("country", "name", "zone", "currency", "language")
    fixed_once_made = ("country",)
    list_display = ("country", "name", "zone", "currency", "language")
    search_fields = ("country__exact", "name__icontains")
    ordering = ("country",)


@admin.register(RoomEvent)
class RoomEventPage(Page):
    """What everybody in a room saw, by number."""

    group = Group.SESSIONS
    shown = (link("session", _("session")), "number", "kind", "payload", "at")
    list_display = (
        "at",
        link("session", _("session")),
        number("number", _("number")),
        "kind",
        "said",
    )
    list_select_related = ("session",)
    list_filter = ("kind",)
    search_fields = ("session__exact",)
    search_help_text = _("The number of the session's row")

    @admin.display(description=_("content"))
    def said(self, event: RoomEvent) -> Any:
        return ", ".join(f"{name}: {what}" for name, what in event.payload.items())[
            :120
        ]


@admin.register(Platform)
class PlatformPage(Page):
    """Other platforms a show may go to, and what their rules say; dated by who read."""

    group = Group.SESSIONS
    added_by = kept_by = ADMINS
    fields = ("slug", "name", "server", "policy", "note", "checked_on", "source")
    fixed_once_made = ("slug",)
    list_display = ("name", state("policy", _("sending the same show")), "checked_on")
    list_filter = ("policy",)
    ordering = ("name",)


@admin.register(Push)
class PushPage(Page):
    """Shows that were sent to other platforms, and what came of it."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), column("destination", _("channel"))),
        *("state", "reason", "losses", "approved_at"),
        *("begun_at", "told_at", "stopped_at"),
    )
    list_display = (
        "begun_at",
        link("session", _("session")),
        column("destination", _("channel")),
        state("state", _("state")),
        "reason",
        number("losses", _("connections lost")),
        "approved_at",
        "stopped_at",
    )
    list_select_related = ("session", "destination__platform")
    list_filter = ("state", "reason", ("destination__platform", titled(_("platform"))))


@admin.register(Stream)
class StreamPage(Page):
    """Video of sessions: what is here, since when, how much room it takes."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), "kind", "bytes", "mp4_bytes", "file"),
        *("begun_at", "heard_at", "ended_at", "warned_at", "removed_at"),
    )
    list_display = (
        "begun_at",
        link("session", _("session")),
        "kind",
        number("bytes", _("bytes"), order="bytes"),
        number("mp4_bytes", _("bytes as one file"), order="mp4_bytes"),
        "ended_at",
        "removed_at",
    )
    list_select_related = ("session",)
    list_filter = ("kind",)

    @admin.display(description=_("replay"))
    def file(self, stream: Stream) -> Any:
        address = "" if stream.removed_at else stream.file_url
        return format_html('<a href="{0}">{0}</a>', address) if address else "-"


@figure(STAFF)
def room_for_video() -> Figure:
    """How much of the room for video is used, as a warning before replays go."""
    used, room = retention.used(), retention.room()
    share = f"{used * 100 // room} %" if room else f"{used // retention.GB} GB"
    return Figure(
        title=_("Room for video"),
        value=share,
        url=list_of(Stream),
        tone="bad" if retention.is_nearly_full() else "",
        detail=_("At 100 % the oldest replays go.") if room else "",
    )

"""Sessions in the admin: when, by whom, for which market, and what they sell."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donghai.admin.steps import describe
from donghai.backoffice.columns import column, link, money, number, state, titled
from donghai.backoffice.duties import ADMINS, CLERKS
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group
from donghai.templatetags.pages import place
from livestream import chat_admin, video_admin  # noqa: F401 - register their pages
from livestream.models import (
    Deal,
    Follow,
    HostTerms,
    Listing,
    LiveSession,
    Market,
    RoomEvent,
    Series,
    SkippedDay,
    Studio,
    Subscriber,
)
from livestream.schedule import following

describe(LiveSession, draw_cover=_("draw a demo session's cover"))
describe(LiveSession, remind=_("send reminders of a session"))
describe(Follow, confirm_follow=_("ask a follower to confirm"))

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
        *(link("series", _("series")), link("studio", _("studio room"))),
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
        number("followed", _("followers")),
        state("state", _("state")),
    )
    list_select_related = ("host", "market")
    list_filter = ("state", ("market", titled(_("market"))), "language")
    date_hierarchy = "starts_at"
    search_fields = ("title__icontains", "host__name__istartswith")
    search_help_text = _("Title or host")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveSession]:
        rows = super().get_queryset(request).select_related("host", "market")
        theirs = Follow.objects.confirmed().filter(
            Q(host=OuterRef("host")) | Q(session=OuterRef("pk"))
        )
        followed = theirs.order_by().annotate(n=Func(F("pk"), function="count"))
        return rows.annotate(
            pieces=Count("listings"), followed=Subquery(followed.values("n"))
        )

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


@admin.register(Deal)
class DealPage(Page):
    """Flash deals: at what price, for how long and for how many."""

    group = Group.SESSIONS
    shown = (
        *(link("listing", _("listing")), money("price", _("price")), HOST_SHARE),
        *("cap", "per_person", "starts_at", "ends_at", "ended_at"),
    )
    list_display = (
        column("pk", _("number"), order="pk"),
        link("listing", _("listing")),
        money("price", _("price")),
        HOST_SHARE,
        number("cap", _("pieces")),
        number("per_person", _("pieces a person")),
        *("starts_at", "ends_at", "ended_at"),
    )
    list_select_related = ("listing__session", "listing__variant")
    date_hierarchy = "starts_at"
    search_fields = ("listing__variant__sku__exact",)
    search_help_text = "SKU"


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


@admin.register(Studio)
class StudioPage(Page):
    """The centre's rooms; one that is not in use any more keeps its sessions."""

    group = Group.SESSIONS
    added_by = kept_by = CLERKS
    fields = ("name", "is_open")
    list_display = ("name", "is_open")
    search_fields = ("name__icontains",)
    ordering = ("name",)


class SkippedDays(Part):
    model = SkippedDay
    shown = ("day",)
    ordering = ("day",)


@admin.register(Series)
class SeriesPage(Page):
    """Repeating sessions; hosts begin and end them."""

    group = Group.SESSIONS
    shown = (
        *("title", link("host", _("host")), MARKET, "language"),
        *(link("studio", _("studio room")), "rule", "first_day", "starts_time"),
        *("zone", "minutes", "until", "count", "made_at", "ended_at"),
    )
    inlines = (SkippedDays,)
    list_display = (
        "title",
        link("host", _("host"), order="host"),
        MARKET,
        *("language", "rule", "starts_time", "zone", "until"),
        number("made", _("sessions")),
        "ended_at",
    )
    list_select_related = ("host", "market")
    list_filter = (("market", titled(_("market"))), "language")
    search_fields = ("title__icontains", "host__name__istartswith")
    search_help_text = _("Title or host")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        rows = super().get_queryset(request).select_related("host", "market", "studio")
        return rows.annotate(made=Count("sessions"))


@admin.register(Follow)
class FollowPage(Page):
    """Who wants reminders of whom, counted and without an address."""

    group = Group.SESSIONS
    shown = (
        *(link("host", _("host")), link("session", _("session")), "way"),
        *("made_at", "confirmed_at"),
    )
    list_display = (
        column("pk", _("number"), order="pk"),
        link("host", _("host"), order="host"),
        link("session", _("session"), order="session"),
        *("way", "made_at", "confirmed_at"),
    )
    list_select_related = ("host", "session", "subscriber")
    search_fields = ("host__name__istartswith", "session__title__istartswith")
    search_help_text = _("Host or the session's title")

    @admin.display(description=_("by"))
    def way(self, follow: Follow) -> str:
        return str(_("device") if follow.subscriber.endpoint else _("e-mail"))


@admin.register(Subscriber)
class SubscriberPage(Page):
    """For somebody who writes to us: found by the whole address, and forgotten."""

    group = Group.SESSIONS
    seen_by = CLERKS
    shown = ("language", "zone", "made_at", "asked_at")
    list_display = (
        column("pk", _("number"), order="pk"),
        *("language", "zone", "made_at"),
        number("wishes", _("follows")),
    )
    search_fields = ("known_as__iexact",)
    search_help_text = _("The whole e-mail address")
    actions = ("forget",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).annotate(wishes=Count("follows"))

    @admin.action(description=_("Forget the address"), permissions=["work"])
    def forget(self, request: HttpRequest, rows: QuerySet[Subscriber]) -> None:
        for subscriber in rows:
            self.log_change(request, subscriber, str(_("forgotten")))
            following.forget(subscriber.pk)

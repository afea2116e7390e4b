"""Video in the admin: streams and their room, other platforms, shows sent there."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from donghai.admin.steps import describe
from donghai.backoffice.columns import column, link, list_of, number, state, titled
from donghai.backoffice.duties import ADMINS, STAFF
from donghai.backoffice.figures import Figure, figure
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from hosts.models import Host
from livestream.models import LiveSession, Platform, Push, Stream
from livestream.video import retention

describe(LiveSession, finish_video=_("end a session's video"))
describe(Stream, keep_replay=_("make a replay's file"))
describe(Host, "livestream", warn_of_removal=_("tell a host which replays go"))


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

"""Chat in the admin: lines, bans of the house, acts, and the words that are watched."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import action
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from donghai.admin.steps import describe
from donghai.backoffice.columns import column, link, number, state
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page, WholeRow
from donghai.backoffice.site import Group
from livestream.chat import moderation
from livestream.chat.folding import words
from livestream.crew.models import Role
from livestream.crew.services import Seat
from livestream.models import ChatBan, ChatLine, ChatWord, CrewMember, ModerationAct

describe(ChatLine, translate_line=_("translate a line of chat"))

OF_THE_HOUSE = _("banned from all rooms")
LIFTED = _("ban lifted")


@admin.register(ChatLine)
class ChatLinePage(Page):
    """What was written in rooms; clerks may delete, and ban from the whole house."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), "number", "state", "name", "role", "text"),
        *("is_question", "answered_at", "said_at"),
    )
    list_display = (
        "said_at",
        link("session", _("session")),
        number("number", _("number")),
        "name",
        "text",
        state("state", _("state")),
    )
    list_select_related = ("session",)
    list_filter = ("state", "role", "is_question")
    search_fields = ("name__istartswith", "text__icontains")
    search_help_text = _("Name or words")
    actions = ("delete_lines", "ban_writers")

    @action(description=_("Delete the line"), permissions=["work"])
    def delete_lines(self, request: HttpRequest, rows: QuerySet[ChatLine]) -> None:
        self.work(
            request,
            rows,
            lambda line: moderation.delete(seat=_seat(request, line), line_id=line.pk),
            str(_("deleted")),
        )

    @action(description=_("Ban the writer from all rooms"), permissions=["work"])
    def ban_writers(self, request: HttpRequest, rows: QuerySet[ChatLine]) -> None:
        self.work(
            request,
            rows,
            lambda line: moderation.ban(seat=_seat(request, line), line_id=line.pk),
            str(OF_THE_HOUSE),
        )


@admin.register(ChatBan)
class ChatBanPage(Page):
    """Who may not write, to one host or in the whole house (no host)."""

    group = Group.SESSIONS
    shown = (
        *("name", link("host", _("host")), "reason", link("by", _("by"))),
        *("made_at", "lifted_at"),
    )
    list_display = (
        *("made_at", "name", link("host", _("host")), "reason", link("by", _("by"))),
        "lifted_at",
    )
    list_select_related = ("host", "by")
    search_fields = ("name__istartswith", "host__name__istartswith")
    search_help_text = _("Viewer's or host's name")
    actions = ("lift",)

    @action(description=_("Lift the ban"), permissions=["work"])
    def lift(self, request: HttpRequest, rows: QuerySet[ChatBan]) -> None:
        self.work(
            request,
            rows,
            lambda ban: moderation.lift(ban_id=ban.pk, by_id=_number_of(request)),
            str(LIFTED),
        )

    def suits(self, action: str, row: ChatBan) -> bool:
        return row.lifted_at is None


@admin.register(ModerationAct)
class ModerationActPage(Page):
    """Who did what in which room. Nothing here is ever changed."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), link("by", _("by")), "role", "act"),
        *("number", "reason", "details", "at"),
    )
    list_display = (
        *("at", link("session", _("session")), link("by", _("by")), "role", "act"),
        *(number("number", _("line")), "reason"),
    )
    list_select_related = ("session", "by")
    list_filter = ("act", "role")
    search_fields = ("session__exact", "by__email__istartswith")
    search_help_text = _("The number of the session's row, or an e-mail")


@admin.register(CrewMember)
class CrewMemberPage(Page):
    """Who helps a host in a session."""

    group = Group.SESSIONS
    shown = (
        *(link("session", _("session")), link("user", _("user")), "role", "name"),
        *(link("invited_by", _("invited by")), "joined_at", "removed_at"),
    )
    list_display = (
        *("joined_at", link("session", _("session")), link("user", _("user"))),
        *("role", "name", "removed_at"),
    )
    list_select_related = ("session", "user")
    list_filter = ("role",)
    search_fields = ("user__email__istartswith", "session__title__icontains")
    search_help_text = _("E-mail or the session's title")


class WordForm(WholeRow):
    """A word that has a letter in it, or none where the kind needs none."""

    def clean_word(self) -> str:
        word = " ".join(self.cleaned_data["word"].split())
        if word and not words(word):
            raise forms.ValidationError(_("Write a word with letters in it."))
        return word


@admin.register(ChatWord)
class ChatWordPage(Page):
    """What viewers may not write; hosts add words of their own for their sessions."""

    group = Group.RULES
    added_by = kept_by = CLERKS
    form = WordForm
    fields = ("kind", "word", "language", "act", "host")
    autocomplete_fields = ("host",)
    list_display = (
        column("pk", _("number"), order="pk"),
        *("kind", "word", "language", "act", link("host", _("host"))),
    )
    list_select_related = ("host",)
    list_filter = ("kind", "act", "language")
    search_fields = ("word__icontains", "host__name__istartswith")
    search_help_text = _("Word or host")
    ordering = ("kind", "word")


def _seat(request: HttpRequest, line: ChatLine) -> Seat:
    """The centre's place in any session."""
    return Seat(line.session, _number_of(request), Role.CENTRE, "Donghai")


def _number_of(request: HttpRequest) -> int:
    user: Any = request.user
    return int(user.pk)

"""Lines of chat, who wrote them, and what keeps a room decent."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.models import Host, Language
from livestream.crew.models import Role
from livestream.sessions.models import LiveSession


class ChatLineQuerySet(models.QuerySet["ChatLine"]):
    def said(self) -> Self:
        return self.filter(state=ChatLine.State.SAID)

    def held(self) -> Self:
        return self.filter(state=ChatLine.State.HELD)

    def unanswered(self) -> Self:
        """Questions of viewers that nobody answered."""
        return self.said().filter(is_question=True, answered_at=None)


class ChatLine(models.Model):
    """What somebody wrote: the row beside a chat event, or one that waits to be one.

    `number` is the event's. A deleted line's text is kept by the act that deleted it,
    and `address_hash` for a month.
    """

    class State(models.TextChoices):
        SAID = "SAID", _("said")
        HELD = "HELD", _("held")
        DROPPED = "DROPPED", _("dropped")
        DELETED = "DELETED", _("deleted")

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="lines"
    )
    number = models.BigIntegerField(_("number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    viewer = models.UUIDField(_("viewer"))
    address_hash = models.CharField(_("address"), max_length=32, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.VIEWER
    )
    key = models.UUIDField(null=True)  # the sender's own, for one line sent twice
    name = models.CharField(_("name"), max_length=60)
    text = models.CharField(_("text"), max_length=200)
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    translations = models.JSONField(_("translations"), default=dict)
    is_question = models.BooleanField(_("question"), default=False)
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="replies", null=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    said_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ChatLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of chat")
        verbose_name_plural = _("lines of chat")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"], name="a_number_is_of_one_line"
            ),
            models.UniqueConstraint(
                fields=["session", "viewer", "key"], name="a_line_is_sent_once"
            ),
            models.CheckConstraint(
                name="what_was_said_has_a_number",
                condition=Q(state__in=["SAID", "DELETED"], number__isnull=False)
                | Q(state__in=["HELD", "DROPPED"], number__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["session"], condition=Q(state="HELD"), name="lines_that_wait"
            ),
            models.Index(
                fields=["said_at"],
                condition=~Q(address_hash=""),
                name="addresses_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}#{self.number}"


class ChatPace(models.Model):
    """How fast somebody writes in a room: a viewer, or all at one network address.

    Only `livestream.chat.pace` writes it, by one guarded statement.
    """

    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="+")
    who = models.CharField(max_length=32)
    tokens = models.FloatField()
    said_at = models.DateTimeField()
    said = models.CharField(max_length=32, default="")  # a hash of the last words

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "who"], name="one_pace_each"),
        ]


class ChatSettings(models.Model):
    """A room's own rules; no row means none."""

    session = models.OneToOneField(
        LiveSession,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="chat_settings",
    )
    slow_seconds = models.PositiveSmallIntegerField(_("slow mode"), default=0)

    class Meta:
        verbose_name = _("rules of a room")
        verbose_name_plural = _("rules of rooms")


class ChatMuteQuerySet(models.QuerySet["ChatMute"]):
    def standing(self, now: datetime) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=now), lifted_at=None)


class ChatMute(models.Model):
    """A viewer who may not write in one session, for a while or to its end."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="mutes"
    )
    viewer = models.UUIDField(_("viewer"))
    name = models.CharField(_("name"), max_length=60)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    made_at = models.DateTimeField(_("muted"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = ChatMuteQuerySet.as_manager()

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        indexes = [models.Index(fields=["session", "viewer"], name="mutes_of_a_viewer")]


class ChatBanQuerySet(models.QuerySet["ChatBan"]):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)

    def against(self, host_id: int, viewer: object, address_hash: str) -> Self:
        """What keeps this viewer, or everybody at that address, from writing."""
        who = Q(viewer=viewer)
        if address_hash:
            who |= Q(address_hash=address_hash)
        return self.standing().filter(who, Q(host=None) | Q(host=host_id))


class ChatBan(models.Model):
    """A viewer who may not write to one host's rooms, or in the whole house."""

    host = models.ForeignKey(
        Host, on_delete=models.PROTECT, related_name="bans", null=True, blank=True
    )
    viewer = models.UUIDField(_("viewer"))
    address_hash = models.CharField(_("address"), max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=60)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("banned"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = ChatBanQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        indexes = [
            models.Index(fields=["viewer"], name="bans_of_a_viewer"),
            models.Index(fields=["address_hash"], name="bans_of_an_address"),
        ]

    def __str__(self) -> str:
        return self.name


class ChatWord(models.Model):
    """What viewers may not write, or not before somebody of the crew has read it.

    A word or phrase, or any web address or telephone number. `host` empties to all
    hosts, `language` to all languages.
    """

    class Kind(models.TextChoices):
        WORD = "WORD", _("word or phrase")
        LINK = "LINK", _("any web address")
        PHONE = "PHONE", _("any telephone number")

    class Act(models.TextChoices):
        REFUSE = "REFUSE", _("refuse")
        HOLD = "HOLD", _("hold for a moderator")

    kind = models.CharField(
        _("kind"), max_length=5, choices=Kind.choices, default=Kind.WORD
    )
    word = models.CharField(_("word or phrase"), max_length=60, blank=True, default="")
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=Language.choices,
        blank=True,
        default="",
    )
    act = models.CharField(_("what happens"), max_length=6, choices=Act.choices)
    host = models.ForeignKey(
        Host,
        on_delete=models.CASCADE,
        related_name="chat_words",
        null=True,
        blank=True,
        verbose_name=_("host"),
    )

    class Meta:
        verbose_name = _("word watched in chat")
        verbose_name_plural = _("words watched in chat")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "language", "kind", "word"],
                nulls_distinct=False,
                name="a_word_is_watched_once",
            ),
            models.CheckConstraint(
                name="a_watched_word_is_written_out",
                condition=Q(kind="WORD") & ~Q(word="") | ~Q(kind="WORD") & Q(word=""),
            ),
        ]

    def __str__(self) -> str:
        return self.word or str(self.get_kind_display())

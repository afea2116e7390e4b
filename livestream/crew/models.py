"""Who runs a session with its host, how they came, and what they did."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from livestream.sessions.models import LiveSession

READS_ON = timedelta(days=7)  # after a session's end, for reports


class Role(models.TextChoices):
    """What a person in a room is to its viewers; the first two are never invited."""

    HOST = "HOST", _("host")
    CENTRE = "CENTRE", _("Donghai")
    ASSISTANT = "ASSISTANT", _("assistant")
    MODERATOR = "MODERATOR", _("moderator")
    VIEWER = "VIEWER", _("viewer")


INVITED = [
    (Role.ASSISTANT, Role.ASSISTANT.label),
    (Role.MODERATOR, Role.MODERATOR.label),
]


class CrewMemberQuerySet(models.QuerySet["CrewMember"]):
    def standing(self) -> Self:
        return self.filter(removed_at=None)

    def at_work(self) -> Self:
        """Of sessions that are not over: a crew ends with its session."""
        states = (LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
        return self.standing().filter(session__state__in=states)

    def reading(self) -> Self:
        """At work, or lately so: who helped may read what was said a while longer."""
        lately = Q(session__ended_at__gt=timezone.now() - READS_ON)
        return self.standing().filter(
            lately | Q(session__in=self.at_work().values("session"))
        )


class CrewMember(models.Model):
    """A person who helps the host of one session."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="crew"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="crew_seats"
    )
    role = models.CharField(_("role"), max_length=10, choices=INVITED)
    name = models.CharField(_("name in chat"), max_length=40)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = CrewMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("crew member")
        verbose_name_plural = _("crew members")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(removed_at=None),
                name="a_person_sits_in_a_crew_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"


class CrewInvitation(models.Model):
    """A link that makes one person part of a crew, once, until the session's end."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="crew_invitations"
    )
    role = models.CharField(_("role"), max_length=10, choices=INVITED)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("crew invitation")
        verbose_name_plural = _("crew invitations")


class ModerationAct(models.Model):
    """What host, crew or centre did in a session, and to whom. Append-only.

    `session` is empty where the whole house is meant. `number` is the line's, `viewer`
    who wrote it; `details` keeps what the act needs, such as a deleted line's text.
    """

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="acts", null=True
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    act = models.CharField(_("act"), max_length=24)
    number = models.BigIntegerField(_("line"), null=True)
    viewer = models.UUIDField(_("viewer"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    details = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("act in a room")
        verbose_name_plural = _("acts in rooms")
        indexes = [models.Index(fields=["session", "at"], name="acts_of_a_session")]

    def __str__(self) -> str:
        return f"{self.act} @ {self.session_id}"

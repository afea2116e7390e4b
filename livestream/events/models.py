"""The numbered log of each room."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RoomLog(models.Model):
    """The last event number of a session: the row that makes the numbers gapless."""

    session = models.OneToOneField(
        "LiveSession", on_delete=models.PROTECT, primary_key=True, related_name="log"
    )
    last_number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("room log")
        verbose_name_plural = _("room logs")


class RoomEvent(models.Model):
    """Something everybody in the room sees, numbered from 1 without a gap."""

    session = models.ForeignKey(
        "LiveSession", on_delete=models.PROTECT, related_name="events"
    )
    number = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12)
    payload = models.JSONField(_("content"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("room event")
        verbose_name_plural = _("room events")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"], name="event_numbers_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}#{self.number} {self.kind}"

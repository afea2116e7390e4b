"""What is kept of who was there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestream.sessions.models import LiveSession


class ViewerSample(models.Model):
    """How many watched a session at a moment."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="samples"
    )
    at = models.DateTimeField(_("at"))
    viewers = models.PositiveIntegerField(_("viewers"))

    class Meta:
        verbose_name = _("viewers at a moment")
        verbose_name_plural = _("viewers at a moment")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "at"], name="a_moments_viewers_are_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.at:%H:%M:%S}: {self.viewers}"

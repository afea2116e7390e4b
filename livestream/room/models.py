"""What a room counts and does not number."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestream.sessions.models import LiveSession


class ReactionCount(models.Model):
    """How often viewers sent one reaction in a session; added to every few seconds."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.CASCADE, related_name="reactions"
    )
    kind = models.CharField(_("kind"), max_length=10)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("reactions")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind"], name="a_session_counts_a_reaction_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.kind}: {self.count}"


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

"""How often a host used a phrase card in a language, and whether she keeps it near."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models import Host, Language


class PhraseUse(models.Model):
    """One host's card in a language: times she showed it, and if it is a favourite."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="phrases")
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)
    card = models.CharField(_("card"), max_length=20)
    times = models.PositiveIntegerField(_("times used"), default=0)
    is_favourite = models.BooleanField(_("favourite"), default=False)

    class Meta:
        verbose_name = _("phrase card of a host")
        verbose_name_plural = _("phrase cards of hosts")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "language", "card"],
                name="a_host_has_a_card_once_a_language",
            ),
        ]
        indexes = [models.Index(fields=["language", "card"], name="phrases_by_use")]

    def __str__(self) -> str:
        return f"{self.card} ({self.language}): {self.times}"

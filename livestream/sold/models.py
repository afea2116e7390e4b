"""What was sold, night by night."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant


class SoldCount(models.Model):
    """Units of a variant paid for in one night's sessions of one language."""

    night = models.DateField(_("night"))
    language = models.CharField(_("language"), max_length=8)
    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, related_name="sold_counts"
    )
    units = models.PositiveIntegerField(_("units"))

    class Meta:
        verbose_name = _("sold in a night")
        verbose_name_plural = _("sold in a night")
        constraints = [
            models.UniqueConstraint(
                fields=["night", "language", "variant"],
                name="a_night_counts_a_variant_once_a_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night} {self.language} {self.variant_id}: {self.units}"

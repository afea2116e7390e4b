"""Pieces that hosts keep for later."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from hosts.models import Host


class Collection(models.Model):
    """Pieces a host keeps for later sessions."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="collections")
    name = models.CharField(_("name"), max_length=60)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "name"], name="a_host_has_a_collection_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CollectionPiece(models.Model):
    """A variant in a collection."""

    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="items"
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, related_name="collected"
    )

    class Meta:
        verbose_name = _("piece of a collection")
        verbose_name_plural = _("pieces of collections")
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "variant"], name="a_collection_has_a_piece_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} @ {self.collection_id}"

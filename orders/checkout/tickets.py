"""Places in the line for a piece that others hold; `waiting` moves the line."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, Variant
from livestream.models import Listing


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def of(self, bag: Any) -> Self:
        return self.filter(bag=bag)

    def waiting(self) -> Self:
        return self.filter(state=Waiting.State.WAITING)

    def in_line(self) -> Self:
        """Those who wait, and those who are being asked just now."""
        return self.filter(state__in=Waiting.IN_LINE)


class Waiting(models.Model):
    """A bag's place in the line for a piece that others hold; the line is by `id`.

    Whoever comes first is offered the units that come back: `hold` is theirs for a
    while, and a claim takes it over.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        OFFERED = "OFFERED", _("offered")
        TAKEN = "TAKEN", _("taken")
        PASSED = "PASSED", _("not taken")
        LEFT = "LEFT", _("left")
        OVER = "OVER", _("over")

    IN_LINE = (State.WAITING, State.OFFERED)

    listing = models.ForeignKey(
        Listing, on_delete=models.PROTECT, related_name="waiting"
    )
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    bag = models.UUIDField(_("bag"))
    name = models.CharField(_("name in the room"), max_length=40, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING
    )
    hold = models.OneToOneField(
        Hold, on_delete=models.PROTECT, related_name="offered", null=True, blank=True
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a waiting line")
        verbose_name_plural = _("waiting lines")
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "bag"],
                condition=Q(state__in=["WAITING", "OFFERED"]),
                name="a_bag_waits_for_a_listing_once",
            ),
            models.CheckConstraint(
                name="an_offer_names_its_hold",
                condition=~Q(state="OFFERED")
                | Q(hold__isnull=False, offered_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["variant", "id"],
                name="waiting_lines",
                condition=Q(state__in=["WAITING", "OFFERED"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.get_state_display()}"

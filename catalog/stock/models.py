"""How much is there and for whom: levels, movements that explain them, holds."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StockLevel(models.Model):
    """What is left of one variant. Only the database writes it (see migration 0003).

    `on_hand` and `allocated` follow from StockMovement rows, `reserved` from holds.
    `awaited` is what people stand in line for: it's theirs first when it comes free.
    """

    variant = models.OneToOneField(
        "catalog.Variant",
        on_delete=models.PROTECT,
        related_name="stock",
        primary_key=True,
    )
    on_hand = models.PositiveBigIntegerField(_("on hand"), default=0)
    allocated = models.PositiveBigIntegerField(_("sold, not yet gone"), default=0)
    reserved = models.PositiveBigIntegerField(_("held for buyers"), default=0)
    awaited = models.PositiveBigIntegerField(_("waited for"), default=0, db_default=0)

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        constraints = [
            models.CheckConstraint(
                name="stock_promises_only_what_is_there",
                condition=Q(on_hand__gte=0, allocated__gte=0, reserved__gte=0)
                & Q(on_hand__gte=F("allocated") + F("reserved")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.free}"

    @property
    def free(self) -> int:
        """Units nobody has been promised."""
        return self.on_hand - self.allocated - self.reserved

    @property
    def on_offer(self) -> int:
        """Units that anybody may claim: what is free beyond what people wait for."""
        return max(0, self.free - self.awaited)


class StockMovement(models.Model):
    """One change of stock and why. Append-only; inserting it moves the counters."""

    class Kind(models.TextChoices):
        RECEIVED = "RECEIVED", _("received")
        ADJUSTED = "ADJUSTED", _("adjusted")
        COUNTED = "COUNTED", _("counted")
        SOLD = "SOLD", _("sold")
        UNSOLD = "UNSOLD", _("sale taken back")
        DISPATCHED = "DISPATCHED", _("dispatched")

    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, related_name="movements"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    on_hand = models.BigIntegerField(_("change on hand"), default=0)
    allocated = models.BigIntegerField(_("change of sold"), default=0)
    hold = models.ForeignKey(
        "Hold",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("moved by"),
    )
    moved_at = models.DateTimeField(_("moved at"), default=timezone.now)
    key = models.UUIDField(_("key of the form"), null=True, blank=True)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.CheckConstraint(
                name="a_movement_moves_something",
                condition=~Q(on_hand=0, allocated=0),
            ),
            models.UniqueConstraint(
                fields=["hold", "kind"], name="a_hold_moves_stock_once_per_kind"
            ),
            models.UniqueConstraint(
                fields=["variant", "key"],
                condition=Q(key__isnull=False),
                name="a_form_moves_a_variant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand:+} {self.allocated:+}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> Self:
        return self.filter(state__in=Hold.OPEN)

    def of(self, bag: Any) -> Self:
        return self.filter(bag=bag)

    def stale(self, moment: datetime) -> Self:
        """Past their time and not under payment."""
        return self.filter(state=Hold.State.HELD, expires_at__lte=moment)


class Hold(models.Model):
    """Units promised to one bag until a moment. It ends once (see migration 0003)."""

    class State(models.TextChoices):
        HELD = "HELD", _("held")
        PAYING = "PAYING", _("being paid")
        CONSUMED = "CONSUMED", _("sold")
        RELEASED = "RELEASED", _("given back")
        EXPIRED = "EXPIRED", _("ran out")

    OPEN = (State.HELD, State.PAYING)

    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, related_name="holds"
    )
    bag = models.UUIDField(_("bag"))
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.HELD
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                name="hold_is_of_something", condition=Q(quantity__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="holds_stale", condition=Q(state="HELD")
            ),
            models.Index(
                fields=["variant"],
                name="holds_open",
                condition=Q(state__in=["HELD", "PAYING"]),
            ),
            models.Index(fields=["bag"], name="holds_of_a_bag"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}, {self.get_state_display()}"

"""Counting what lies on a shelf, and what has become scarce."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from catalog.products.models import Variant


class StockTakeQuerySet(models.QuerySet["StockTake"]):
    def open(self) -> Self:
        return self.filter(state=StockTake.State.OPEN)


class StockTake(models.Model):
    """One round of counting: a shelf or the whole stall, by one or several people.

    `key` marks the movements that its end books.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("being counted")
        BOOKED = "BOOKED", _("booked")
        DROPPED = "DROPPED", _("dropped")

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="stock_takes"
    )
    name = models.CharField(_("shelf or occasion"), max_length=60)
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.OPEN
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("started by"),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("finished by"),
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = StockTakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock-take")
        verbose_name_plural = _("stock-takes")
        constraints = [
            models.CheckConstraint(
                name="a_stock_take_that_ended_says_when",
                condition=Q(state="OPEN", finished_at=None)
                | (~Q(state="OPEN") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="takes_of_a_merchant")]

    def __str__(self) -> str:
        return self.name


class StockTakeCount(models.Model):
    """One thing said while counting: "one more", "one fewer" or "there are 12".

    `expected` is what the books had on hand at that moment. Rows stay; one taken back
    is `undone`. The last number typed and what was scanned since make the count.
    """

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="counts")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(_("the phone's own number"))
    is_typed = models.BooleanField(_("typed, not scanned"))
    quantity = models.IntegerField(_("quantity"))
    expected = models.BigIntegerField(_("on hand by the books"))
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    counted_at = models.DateTimeField(_("counted"), default=timezone.now)
    undone = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("count of a stock-take")
        verbose_name_plural = _("counts of stock-takes")
        constraints = [
            models.UniqueConstraint(
                fields=["take", "key"], name="a_count_sent_twice_counts_once"
            ),
            models.CheckConstraint(
                name="a_typed_count_is_nought_or_more",
                condition=Q(is_typed=False) | Q(quantity__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["take", "variant"], name="counts_of_a_take")]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.quantity}"


class LowStock(models.Model):
    """A variant of which fewer are free than its merchant wants, and since when."""

    variant = models.OneToOneField(
        Variant, on_delete=models.CASCADE, related_name="low", primary_key=True
    )
    since = models.DateTimeField(_("since"), default=timezone.now)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("low stock")
        verbose_name_plural = _("low stock")
        indexes = [
            models.Index(
                fields=["since"], name="low_not_yet_told", condition=Q(told_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.variant_id)

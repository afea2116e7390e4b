"""Flash deals: a lower price for a few minutes, for so many units."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.money import Money
from livestream.sessions.models import Listing, LiveSession


class DealQuerySet(models.QuerySet["Deal"]):
    def running(self, moment: datetime) -> Self:
        """Deals that claims are made in at `moment`, in rooms that are on air."""
        return self.filter(
            ended_at=None,
            starts_at__lte=moment,
            ends_at__gt=moment,
            listing__session__state=LiveSession.State.ON_AIR,
        )


class Deal(models.Model):
    """A price for a while, in the listing's currency; claims in it keep it.

    `host_share_minor` is what the host was shown in fen before she started it,
    `wholesale_minor` what the merchant asked of her then. `ended_at` is when she ended
    it, or when one that had run out made room for the next.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="deals")
    price_minor = models.PositiveBigIntegerField(_("price"))
    host_share_minor = models.PositiveBigIntegerField(_("host's share in fen"))
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))
    rate = models.ForeignKey(
        "donghai.ExchangeRate", on_delete=models.PROTECT, related_name="+", null=True
    )
    cap = models.PositiveIntegerField(_("pieces"))
    per_person = models.PositiveIntegerField(_("pieces a person"))
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("flash deal")
        verbose_name_plural = _("flash deals")
        constraints = [
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(ended_at=None),
                name="a_listing_has_one_deal_at_a_time",
            ),
            models.CheckConstraint(
                name="a_deal_is_for_somebody",
                condition=Q(cap__gt=0, per_person__gt=0, price_minor__gt=0),
            ),
            models.CheckConstraint(
                name="a_deal_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.price_minor}"

    @property
    def price(self) -> Money:
        """Needs its listing at hand."""
        return Money(self.price_minor, self.listing.currency)

    @property
    def host_share(self) -> Money:
        return Money(self.host_share_minor, "CNY")

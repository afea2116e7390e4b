"""What merchants agree with hosts."""

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Merchant, Product, Variant
from hosts.models import Host


class HostTermsQuerySet(models.QuerySet["HostTerms"]):
    def standing_on(self, day: date) -> Self:
        """In force on `day` or still to come."""
        return self.filter(ends_on__gte=day, ended_at=None)

    def in_force_on(self, day: date) -> Self:
        return self.standing_on(day).filter(starts_on__lte=day)

    def over_on(self, day: date) -> Self:
        """Once in force and no more; what was called off before it began never was."""
        home = ZoneInfo(settings.HOME_ZONE)
        ended_on = TruncDate("ended_at", tzinfo=home)
        ended = Q(ended_at__isnull=False, starts_on__lte=ended_on)
        return self.filter(Q(ends_on__lt=day, ended_at=None) | ended)

    def for_display(self) -> Self:
        """With host and product, and the variants of it that are on the market."""
        on_market = Variant.objects.filter(withdrawn_at=None).order_by("pk")
        found = self.select_related("host", "product", "agreed_by")
        return found.prefetch_related(
            models.Prefetch("product__variants", on_market),
        )


class HostTerms(models.Model):
    """What a merchant lets one host have her pieces for, from a day to a day.

    A percentage off wholesale, of all the merchant's pieces or of one product. Where
    several are in force the best one holds. Days are Donghai's, the last one is part
    of it; `ended_at` is when somebody ended it before.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="host_terms"
    )
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="terms")
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    # xgettext:no-python-format
    percent_off = models.DecimalField(_("% off"), max_digits=4, decimal_places=1)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(_("agreed"), default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True)

    objects = HostTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms for a host")
        verbose_name_plural = _("terms for hosts")
        constraints = [
            models.CheckConstraint(
                name="terms_take_something_off",
                condition=Q(percent_off__gt=0, percent_off__lte=90),
            ),
            models.CheckConstraint(
                name="terms_end_after_they_start",
                condition=Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="who_ended_terms_is_known",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=[
                    *("merchant", "host", "product"),
                    *("percent_off", "starts_on", "ends_on"),
                ],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="the_same_terms_stand_once",
            ),
        ]
        indexes = [models.Index(fields=["host", "merchant"], name="terms_of_a_host")]

    def __str__(self) -> str:
        return f"{self.merchant_id} -> {self.host_id}: -{self.percent_off} %"

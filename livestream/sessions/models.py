"""Scheduled broadcasts, and the pieces linked to them."""

from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Variant
from donghai.money import Money
from hosts.models import Host, Language


class Market(models.Model):
    """A country sold to: its zone, money and usual language."""

    country = models.CharField(_("country"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    zone = models.CharField(_("time zone"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")

    def __str__(self) -> str:
        return str(_(self.name))


class LiveSessionQuerySet(models.QuerySet["LiveSession"]):
    def on_air(self) -> Self:
        return self.filter(state=LiveSession.State.ON_AIR)

    def next_up(self, moment: datetime) -> Self:
        """Scheduled and not over, soonest first."""
        return self.filter(
            state=LiveSession.State.SCHEDULED, ends_at__gt=moment
        ).order_by("starts_at", "pk")

    def in_language(self, code: str) -> Self:
        return self.filter(language=code)

    def for_market(self, country: str) -> Self:
        return self.filter(market=country)

    def selling(self, variant_id: int) -> Self:
        return self.filter(listings__variant_id=variant_id)

    def for_display(self) -> Self:
        return self.select_related("host", "market")


class LiveSession(models.Model):
    """One scheduled broadcast.

    `starts_on` and `starts_time` are wall time in `zone`; `starts_at` and `ends_at` are
    the moments they come to, computed by `livestream.services.schedule_session`.
    One of a series keeps its date there as `series_day`, wherever it is moved to.
    `revision` and `changed_at` tell calendars what changed (SEQUENCE, LAST-MODIFIED).
    """

    class State(models.TextChoices):
        SCHEDULED = "SCHEDULED", _("scheduled")
        ON_AIR = "ON_AIR", _("on air")
        ENDED = "ENDED", pgettext_lazy("state", "ended")
        CANCELLED = "CANCELLED", _("cancelled")

    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="sessions")
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)
    market = models.ForeignKey(
        Market,
        on_delete=models.PROTECT,
        related_name="sessions",
        verbose_name=_("market"),
    )
    title = models.CharField(_("title"), max_length=120)
    cover = models.ImageField(_("cover"), upload_to="covers/", blank=True)
    zone = models.CharField(_("time zone"), max_length=40)
    starts_on = models.DateField(_("date there"))
    starts_time = models.TimeField(_("time there"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.SCHEDULED
    )
    went_live_at = models.DateTimeField(_("went live"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    handed_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("viewers handed to"),
        null=True,
        blank=True,
    )
    series = models.ForeignKey(
        "Series",
        on_delete=models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
    )
    series_day = models.DateField(null=True, blank=True)
    studio = models.ForeignKey(
        "Studio",
        on_delete=models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
        verbose_name=_("studio room"),
    )
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    objects = LiveSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("live session")
        verbose_name_plural = _("live sessions")
        constraints = [
            models.CheckConstraint(
                name="a_session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
            ),
            models.UniqueConstraint(
                fields=["host"],
                condition=Q(state="ON_AIR"),
                name="a_host_is_on_air_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["series", "series_day"], name="a_series_has_a_day_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="sessions_by_start")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_start(self) -> datetime:
        """Its start on the market's wall clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


class ListingQuerySet(models.QuerySet["Listing"]):
    def pinned(self) -> Self:
        return self.filter(pinned_at__isnull=False).order_by("-pinned_at")

    def for_display(self) -> Self:
        return self.select_related("variant__product__merchant", "variant__stock")


class Listing(models.Model):
    """A variant linked to a live session at a retail price in the session's currency.

    `host_share_minor` is what the host was shown in fen before she accepted, `rate` the
    exchange rate it was shown at, and `wholesale_minor` what the merchant asked of her
    then: a later price of the merchant's doesn't reach back. `claims_made` numbers the
    places in line.
    """

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="listings"
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="listings"
    )
    retail_minor = models.PositiveBigIntegerField(_("retail price"))
    currency = models.CharField(_("currency"), max_length=3)
    host_share_minor = models.PositiveBigIntegerField(_("host's share in fen"))
    wholesale_minor = models.PositiveBigIntegerField(_("wholesale price in fen"))
    rate = models.ForeignKey(
        "donghai.ExchangeRate", on_delete=models.PROTECT, related_name="+", null=True
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)
    claims_made = models.PositiveIntegerField(_("claims"), default=0)
    listed_at = models.DateTimeField(_("linked"), default=timezone.now)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "variant"], name="a_session_lists_a_variant_once"
            ),
            models.CheckConstraint(
                name="retail_price_is_positive", condition=Q(retail_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} @ {self.session_id}"

    @property
    def retail(self) -> Money:
        return Money(self.retail_minor, self.currency)

    @property
    def host_share(self) -> Money:
        return Money(self.host_share_minor, "CNY")

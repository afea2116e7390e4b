"""Scheduled broadcasts, what they sell, and the numbered log of each room."""

from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Merchant, Product, Variant
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
        ENDED = "ENDED", _("ended")
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


class RoomLog(models.Model):
    """The last event number of a session: the row that makes the numbers gapless."""

    session = models.OneToOneField(
        LiveSession, on_delete=models.PROTECT, primary_key=True, related_name="log"
    )
    last_number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("room log")
        verbose_name_plural = _("room logs")


class RoomEvent(models.Model):
    """Something everybody in the room sees, numbered from 1 without a gap."""

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="events"
    )
    number = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12)
    payload = models.JSONField(_("content"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("room event")
        verbose_name_plural = _("room events")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "number"], name="event_numbers_are_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}#{self.number} {self.kind}"

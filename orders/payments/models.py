"""Money coming in and going back: payments, refunds, the provider's notices."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.money import Money
from orders.checkout.models import Order


class PaymentQuerySet(models.QuerySet["Payment"]):
    def open(self) -> Self:
        return self.filter(state=Payment.State.OPEN)

    def captured(self) -> Self:
        return self.filter(state=Payment.State.CAPTURED)


class Payment(models.Model):
    """One attempt to pay an order. The provider gets `key`: asking twice pays once."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        CAPTURED = "CAPTURED", _("money received")
        DECLINED = "DECLINED", _("declined")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(_("provider"), max_length=20)
    key = models.CharField(_("key"), max_length=80, unique=True)
    reference = models.CharField(  # noqa: DJ001 (unique once known)
        _("provider's reference"), max_length=80, null=True, blank=True
    )
    page_url = models.CharField(_("payment page"), max_length=300, blank=True)
    amount_minor = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPEN
    )
    pays_order = models.BooleanField(_("pays the order"), default=False)
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="a_reference_is_booked_once"
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(pays_order=True),
                name="one_payment_pays_an_order",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state="OPEN"),
                name="one_open_payment_per_order",
            ),
        ]
        indexes = [
            models.Index(fields=["reference"], name="payments_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference or self.key}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Refund(models.Model):
    """Money going back for one payment, once per key."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("asked for")
        DONE = "DONE", _("done")

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds"
    )
    key = models.CharField(_("key"), max_length=80, unique=True)
    amount_minor = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=40)
    reference = models.CharField(_("provider's reference"), max_length=80, blank=True)
    state = models.CharField(
        _("state"), max_length=5, choices=State.choices, default=State.OPEN
    )
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Notice(models.Model):
    """A provider's webhook, kept as it came, once per event."""

    provider = models.CharField(_("provider"), max_length=20)
    event = models.CharField(_("event"), max_length=80)
    content = models.JSONField(_("content"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("provider's notice")
        verbose_name_plural = _("providers' notices")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event"], name="a_notice_is_kept_once"
            ),
        ]
        indexes = [models.Index(KT("content__key"), name="notices_of_a_payment")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event}"


class SandboxCharge(models.Model):
    """The sandbox provider's own book: what it was asked to charge, once per key."""

    key = models.CharField(max_length=80, unique=True)
    reference = models.CharField(max_length=40, unique=True)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="OPEN")
    return_url = models.CharField(max_length=300, blank=True)
    refunded_minor = models.PositiveBigIntegerField(default=0)
    asked = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sandbox charge")
        verbose_name_plural = _("sandbox charges")
        constraints = [
            models.CheckConstraint(
                name="sandbox_refunds_no_more_than_charged",
                condition=Q(refunded_minor__lte=models.F("amount_minor")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class SandboxRefund(models.Model):
    """The sandbox provider's own book of refunds, once per key."""

    key = models.CharField(max_length=80, unique=True)
    charge = models.ForeignKey(
        SandboxCharge, on_delete=models.PROTECT, related_name="refunds"
    )
    amount_minor = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sandbox refund")
        verbose_name_plural = _("sandbox refunds")

    def __str__(self) -> str:
        return self.key

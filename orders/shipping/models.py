"""The parcel of the night: one buyer's box, across hosts and merchants."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.checkout.models import Order


class ParcelQuerySet(models.QuerySet["Parcel"]):
    def open(self) -> Self:
        return self.filter(state=Parcel.State.OPEN)


class Parcel(models.Model):
    """What customs and the carrier see. Its number is customs' order number.

    It is OPEN while orders of the same bag, address and night may join; closing it
    fixes its weight, its waybill number and what its label says.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("open for tonight")
        CLOSED = "CLOSED", _("packed")
        RELEASED = "RELEASED", _("released by customs")
        HANDED_OVER = "HANDED_OVER", _("with the carrier")
        DELIVERED = "DELIVERED", _("delivered")

    number = models.CharField(_("number"), max_length=20, unique=True)
    bag = models.UUIDField(_("bag"))
    address_key = models.CharField(_("address key"), max_length=64)
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3)
    night = models.DateField(_("night"))
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.OPEN
    )
    closes_at = models.DateTimeField(_("closes"))
    waybill = models.CharField(
        _("waybill number"), max_length=32, null=True, blank=True, unique=True
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    weight_g = models.PositiveIntegerField(_("gross weight in grams"), default=0)
    label = models.JSONField(_("what its label says"), default=dict, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    closed_at = models.DateTimeField(_("packed at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.UniqueConstraint(
                fields=["bag", "address_key", "night", "currency"],
                condition=Q(state="OPEN"),
                name="one_open_parcel_per_buyer_address_and_night",
            ),
            models.CheckConstraint(
                name="a_parcel_that_left_has_a_waybill",
                condition=Q(state="OPEN") | Q(waybill__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ParcelOrder(models.Model):
    """An order's place in a parcel; an order travels in one parcel."""

    parcel = models.ForeignKey(
        Parcel, on_delete=models.PROTECT, related_name="parcel_orders"
    )
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="parcel_order"
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("order in a parcel")
        verbose_name_plural = _("orders in parcels")

    def __str__(self) -> str:
        return f"{self.order_id} in {self.parcel_id}"


class TrackingEvent(models.Model):
    """One dated thing the carrier said about a parcel, kept once however often told."""

    class Code(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("accepted by the carrier")
        LEFT_CHINA = "LEFT_CHINA", _("left China")
        ARRIVED = "ARRIVED", _("arrived in the country")
        DELAYED = "DELAYED", _("delayed")
        DELIVERED = "DELIVERED", _("delivered")

    parcel = models.ForeignKey(
        Parcel, on_delete=models.PROTECT, related_name="tracking_events"
    )
    code = models.CharField(_("what"), max_length=10, choices=Code.choices)
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("in the carrier's words"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "code", "at"], name="a_carrier_says_a_thing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id}: {self.get_code_display()}"


class NumberRange(models.Model):
    """S10 numbers the post gave us: two letters, 8 digits, check digit, CN.

    `next_serial` only rises, by a guarded UPDATE; numbers are never invented.
    """

    prefix = models.CharField(_("service letters"), max_length=2)
    first_serial = models.PositiveIntegerField(_("first"))
    last_serial = models.PositiveIntegerField(_("last"))
    next_serial = models.PositiveIntegerField(_("next"))
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    is_demo = models.BooleanField(_("for demonstration"), default=False)

    class Meta:
        verbose_name = _("range of waybill numbers")
        verbose_name_plural = _("ranges of waybill numbers")
        constraints = [
            models.CheckConstraint(
                name="a_range_gives_out_only_its_numbers",
                condition=Q(next_serial__gte=F("first_serial"))
                & Q(next_serial__lte=F("last_serial") + 1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.first_serial:08} to {self.last_serial:08}"

    def clean(self) -> None:
        """The last is no smaller than the first."""
        first, last = self.first_serial, self.last_serial
        if first is not None and last is not None and last < first:
            said = _("The last number is below the first: compare the post's paper.")
            raise ValidationError({"last_serial": said})


class SandboxShipment(models.Model):
    """The sandbox carrier's own book: what it was handed, once per key."""

    key = models.CharField(max_length=80, unique=True)
    waybill = models.CharField(max_length=32, unique=True)
    asked = models.PositiveIntegerField(default=1)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sandbox shipment")
        verbose_name_plural = _("sandbox shipments")

    def __str__(self) -> str:
        return self.waybill

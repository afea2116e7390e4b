"""What a parcel costs to send, as dated cards with steps by weight."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.checkout.dated import DatedQuerySet, backwards, days, same


class FreightCard(models.Model):
    """What one channel to one country costs by weight, for a time."""

    class Channel(models.TextChoices):
        EPACKET = "EPACKET", _("ePacket")
        EMS = "EMS", _("EMS")
        POST = "POST", _("registered small packet")
        LINE = "LINE", _("commercial line")
        EXPRESS = "EXPRESS", _("courier express")

    name = models.CharField(_("name"), max_length=40, unique=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    weight_step_g = models.PositiveIntegerField(
        _("weight is rounded up to (g)"), default=1
    )
    divisor = models.PositiveIntegerField(
        _("volume divisor"), null=True, blank=True, help_text=_("cm³ for one kg")
    )
    effective_from = models.DateField(_("first day"))
    effective_to = models.DateField(_("last day"), null=True, blank=True)
    days_min = models.PositiveSmallIntegerField(_("days at best"))
    days_max = models.PositiveSmallIntegerField(_("days at most"))
    is_demo = models.BooleanField(_("for demonstration"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("freight card")
        verbose_name_plural = _("freight cards")
        constraints = [
            models.CheckConstraint(
                name="a_freight_card_ends_after_it_begins",
                condition=Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(
                name="a_freight_card_rounds_to_some_weight",
                condition=Q(weight_step_g__gt=0),
                violation_error_message=_("Round the weight up to 1 g or more."),
            ),
            ExclusionConstraint(
                name="one_freight_card_per_channel_country_and_day",
                expressions=[
                    (same("channel"), "&&"),
                    (same("country"), "&&"),
                    (days("effective_from", "effective_to"), "&&"),
                ],
                violation_error_message=_(
                    "This channel already has a card for that country and time. "
                    "End that one first, or choose other days."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Days that go forward."""
        if wrong := backwards(self.effective_from, self.effective_to):
            raise ValidationError(wrong)


class FreightStep(models.Model):
    """The price up to a weight."""

    card = models.ForeignKey(
        FreightCard, on_delete=models.CASCADE, related_name="steps"
    )
    up_to_g = models.PositiveIntegerField(_("up to (g)"))
    price_minor = models.PositiveBigIntegerField(_("price"))

    class Meta:
        verbose_name = _("weight step")
        verbose_name_plural = _("weight steps")
        constraints = [
            models.UniqueConstraint(
                fields=["card", "up_to_g"],
                name="a_card_names_a_weight_once",
                violation_error_message=_(
                    "The card has a price up to this weight already. Leave one out."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}: {self.up_to_g} g"

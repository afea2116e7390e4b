"""What the law and the post ask, as dated rows that a clerk can read and correct.

Nothing of this is a constant in code: five such rules changed within one year. A rule
that was used is never edited; it is ended by a date and followed by another. A slip in
a tariff line is switched off: it stays for quotes that name it, and the line put right
may hold from the same day.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from orders.checkout import saying
from orders.checkout.dated import DatedQuerySet, SinceQuerySet, backwards, days, same

# Exactly one rule of these topics decides about a parcel; the others add to it
REGIMES = ("LOW_VALUE_VAT", "DE_MINIMIS", "DUTY", "SIMPLIFIED_DUTY")


class Certainty(models.TextChoices):
    HIGH = "HIGH", _("read in the law or in several sources")
    MEDIUM = "MEDIUM", _("read in one source")
    LOW = "LOW", _("to be checked")


class Sourced(models.Model):
    """A fact that says how it is named, where it stands and how sure we are."""

    rule_id = models.CharField(_("rule"), max_length=40, unique=True)
    source = models.CharField(
        _("source"), max_length=300, validators=[saying.validate_source]
    )
    certainty = models.CharField(
        _("certainty"), max_length=6, choices=Certainty.choices
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.rule_id


class DestinationRule(Sourced):
    """How parcels of some value to some place are charged, and from when to when."""

    class Topic(models.TextChoices):
        LOW_VALUE_VAT = "LOW_VALUE_VAT", _("tax at checkout for low value")
        DE_MINIMIS = "DE_MINIMIS", _("free up to a value")
        DUTY = "DUTY", _("ordinary duty by the tariff")
        SIMPLIFIED_DUTY = "SIMPLIFIED_DUTY", _("one flat rate for parcels")
        PER_ITEM_DUTY = "PER_ITEM_DUTY", _("fixed duty for each kind of goods")
        ADDITIONAL_DUTY = "ADDITIONAL_DUTY", _("duty on top of the tariff")
        FEE = "FEE", _("fee")
        TERRITORY = "TERRITORY", _("place that other rules hold for")
        NOTE = "NOTE", _("known, not charged")

    class Basis(models.TextChoices):
        GOODS = "GOODS", _("goods without freight")
        CIF = "CIF", _("goods and freight")
        PIECE = "PIECE", _("dearest piece")

    class Per(models.TextChoices):
        SUBHEADING = "SUBHEADING", _("each tariff subheading in the parcel")
        PARCEL = "PARCEL", _("parcel")
        ENTRY = "ENTRY", _("customs entry")

    class VatMode(models.TextChoices):
        NONE = "NONE", _("no tax by this rule")
        GOODS = "GOODS", _("on the goods")
        CIF = "CIF", _("on goods and freight")
        LANDED = "LANDED", _("on goods, freight and duty")
        DUTY = "DUTY", _("on this rule's duty")
        INSIDE = "INSIDE", _("on goods, freight, duty and itself")
        INCLUDED = "INCLUDED", _("inside the flat rate")

    scope = models.CharField(
        _("country or union"), max_length=2, help_text=_("like DE, or EU for all of it")
    )
    topic = models.CharField(_("topic"), max_length=16, choices=Topic.choices)
    effective_from = models.DateField(_("first day"), null=True, blank=True)
    effective_to = models.DateField(_("last day"), null=True, blank=True)
    switched_on = models.BooleanField(_("switched on"), default=True)

    value_basis = models.CharField(
        _("value looked at"), max_length=5, choices=Basis.choices, default=Basis.GOODS
    )
    value_over_minor = models.BigIntegerField(_("over"), null=True, blank=True)
    value_up_to_minor = models.BigIntegerField(_("up to"), null=True, blank=True)
    value_currency = models.CharField(_("currency"), max_length=3, blank=True)

    by_tariff = models.BooleanField(_("duty by tariff line"), default=False)
    duty_pct = models.DecimalField(
        _("duty in per cent"), max_digits=6, decimal_places=3, null=True, blank=True
    )
    duty_basis = models.CharField(
        _("duty is on"), max_length=5, choices=Basis.choices, default=Basis.GOODS
    )
    duty_fixed_minor = models.BigIntegerField(
        _("fixed sum"), null=True, blank=True, help_text=_("below zero: a deduction")
    )
    duty_fixed_currency = models.CharField(_("currency"), max_length=3, blank=True)
    duty_fixed_per = models.CharField(
        _("fixed sum for each"), max_length=10, choices=Per.choices, blank=True
    )
    vat_mode = models.CharField(
        _("tax"), max_length=8, choices=VatMode.choices, default=VatMode.NONE
    )

    origin = models.CharField(
        _("only goods from"), max_length=2, blank=True, help_text=_("like CN")
    )
    only_hs = models.CharField(
        _("only these tariff lines"), max_length=200, blank=True, help_text="71162015,…"
    )
    postcodes = models.CharField(
        _("postcodes that begin with"), max_length=200, blank=True, help_text="35,38"
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of a destination")
        verbose_name_plural = _("rules of destinations")
        constraints = [
            models.CheckConstraint(
                name="a_rule_ends_after_it_begins",
                condition=Q(effective_from__isnull=True)
                | Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(
                name="a_value_limit_has_a_currency",
                condition=~Q(value_currency="")
                | Q(value_over_minor__isnull=True, value_up_to_minor__isnull=True),
                violation_error_message=_(
                    "Say in which currency the values “over” and “up to” are."
                ),
            ),
            models.CheckConstraint(
                name="a_value_band_is_not_empty",
                condition=Q(value_over_minor__isnull=True)
                | Q(value_up_to_minor__isnull=True)
                | Q(value_up_to_minor__gt=F("value_over_minor")),
            ),
            models.CheckConstraint(
                name="a_fixed_duty_says_for_what_and_in_which_money",
                condition=Q(duty_fixed_minor__isnull=True)
                | (~Q(duty_fixed_currency="") & ~Q(duty_fixed_per="")),
                violation_error_message=_(
                    "Say in which currency the fixed sum is, and for each what."
                ),
            ),
            models.CheckConstraint(
                name="duty_is_by_tariff_or_flat",
                condition=Q(by_tariff=False)
                | Q(duty_pct__isnull=True, duty_fixed_minor__isnull=True),
                violation_error_message=_(
                    "Duty is by tariff line, or it is a percentage or a fixed sum. "
                    "Leave one of them out."
                ),
            ),
            ExclusionConstraint(
                name="one_regime_per_place_value_and_day",
                expressions=[
                    (same("scope"), "&&"),
                    (days("effective_from", "effective_to"), "&&"),
                    (
                        Func(
                            F("value_over_minor"),
                            F("value_up_to_minor"),
                            Value("(]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                ],
                condition=Q(switched_on=True, topic__in=REGIMES),
                violation_error_message=_(
                    "Another rule already decides about this place, value and time. "
                    "End that one first, or choose other days."
                ),
            ),
        ]

    def clean(self) -> None:
        """Days and values that go forward: others can't be compared with any rule's."""
        wrong = backwards(self.effective_from, self.effective_to)
        over, up_to = self.value_over_minor, self.value_up_to_minor
        if over is not None and up_to is not None and up_to <= over:
            wrong["value_up_to_minor"] = _(
                "No value lies over the one and up to the other. Write a greater one."
            )
        if wrong:
            raise ValidationError(wrong)


class TaxRate(Sourced):
    """A country's ordinary VAT, GST or the like. The newest row holds."""

    country = models.CharField(_("country"), max_length=2)
    union = models.CharField(
        _("customs union"), max_length=2, blank=True, help_text=_("EU for its members")
    )
    tax = models.CharField(_("tax"), max_length=24)
    pct = models.DecimalField(_("per cent"), max_digits=6, decimal_places=3)
    since = models.DateField(_("since"), null=True, blank=True)

    objects = SinceQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "since"],
                nulls_distinct=False,
                name="one_tax_rate_per_country_and_day",
                violation_error_message=_(
                    "This country has a rate since that day already. "
                    "Choose the day from which the new one holds."
                ),
            ),
            models.CheckConstraint(
                name="a_tax_takes_less_than_everything",
                condition=Q(pct__gte=0, pct__lt=100),
                violation_error_message=_(
                    "Write a tax of 0 per cent or more, and less than 100."
                ),
            ),
        ]


class TariffLine(Sourced):
    """One line of a customs tariff, as far as our goods need it. The newest row holds.

    The line that says more (form, mineral, a lower value a piece) goes before the one
    that says less.
    """

    class FormClass(models.TextChoices):
        JEWELLERY = "JEWELLERY", _("jewellery")
        FIGURINE = "FIGURINE", _("figurine")
        CUT = "CUT", _("cut stone for jewellery")
        ROUGH = "ROUGH", _("unworked stone")
        OTHER = "OTHER", _("other")

    class MineralClass(models.TextChoices):
        ROCK_CRYSTAL = "ROCK_CRYSTAL", _("rock crystal")
        OTHER = "OTHER", _("other than rock crystal")

    scope = models.CharField(
        _("country or union"), max_length=2, validators=[saying.validate_place]
    )
    hs = models.CharField(
        _("tariff line (8 digits)"),
        max_length=8,
        validators=[saying.validate_tariff_line],
    )
    form_class = models.CharField(
        _("kind"), max_length=9, choices=FormClass.choices, blank=True
    )
    mineral_class = models.CharField(
        _("mineral"), max_length=12, choices=MineralClass.choices, blank=True
    )
    piece_up_to_minor = models.BigIntegerField(
        _("value a piece up to"),
        null=True,
        blank=True,
        validators=[saying.validate_limit],
    )
    piece_currency = models.CharField(_("currency"), max_length=3, blank=True)
    duty_pct = models.DecimalField(
        _("duty in per cent"),
        max_digits=6,
        decimal_places=3,
        validators=[saying.validate_duty],
    )
    since = models.DateField(_("since"), null=True, blank=True)
    switched_on = models.BooleanField(
        _("switched on"),
        default=True,
        help_text=_("Switch a slip off, then add the right line."),
    )

    objects = SinceQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff line")
        verbose_name_plural = _("tariff lines")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "scope",
                    "hs",
                    "form_class",
                    "mineral_class",
                    "piece_up_to_minor",
                    "since",
                ],
                condition=Q(switched_on=True),
                nulls_distinct=False,
                name="a_tariff_says_one_thing_about_one_kind_of_goods",
                violation_error_message=_(
                    "Another line says the duty of these goods from that day. Switch "
                    "that one off first, or give another day."
                ),
            ),
            models.CheckConstraint(
                name="a_tariff_line_has_eight_digits",
                condition=Q(hs__regex=r"^[0-9]{8}$"),
            ),
            models.CheckConstraint(
                name="a_piece_limit_has_a_currency",
                condition=Q(piece_up_to_minor__isnull=True) | ~Q(piece_currency=""),
                violation_error_message=_(
                    "Say in which currency the value a piece is."
                ),
            ),
            models.CheckConstraint(
                name="a_duty_by_tariff_takes_at_most_everything",
                condition=Q(switched_on=False) | Q(duty_pct__gte=0, duty_pct__lte=100),
            ),
            models.CheckConstraint(
                name="a_piece_limit_is_not_below_nothing",
                condition=Q(switched_on=False)
                | Q(piece_up_to_minor__isnull=True)
                | Q(piece_up_to_minor__gte=0),
            ),
        ]

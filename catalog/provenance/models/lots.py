"""Deliveries of raw stone."""

from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.glossary import book
from catalog.glossary.models import Term
from catalog.provenance import days
from donghai import countries

DIGITS_SHOWN = 4

lot_code = RegexValidator(
    r"\ARL-[0-9]{4}-[0-9]{6}\Z", _("Write it like RL-2026-000123.")
)
declaration_number = RegexValidator(
    r"\A[0-9]{18}\Z", _("An import declaration's number has 18 digits.")
)


def known_country(code: str) -> None:
    if code not in countries.codes():
        raise ValidationError(_("Give the country by its two letters, like BR."))


def known_mineral(code: str) -> None:
    """A mineral of the glossary."""
    if not book.knows(code, Term.Kind.MINERAL):
        raise ValidationError(
            _("The glossary has no mineral “%(value)s”."), params={"value": code}
        )


class RawLotQuerySet(models.QuerySet["RawLot"]):
    def matching(self, words: str) -> Self:
        """By the beginning of its code."""
        found = words.strip().upper()
        return self.filter(code__startswith=found) if found else self

    def here(self) -> Self:
        return self.exclude(state=RawLot.State.EXPECTED)


class RawLot(models.Model):
    """A delivery of raw stone. `used_g` follows its uses: a trigger alone moves it."""

    class State(models.TextChoices):
        EXPECTED = "EXPECTED", _("on its way")
        ARRIVED = "ARRIVED", _("arrived")
        USED_UP = "USED_UP", _("used up")

    code = models.CharField(_("lot"), max_length=14, unique=True, validators=[lot_code])
    mineral = models.CharField(_("mineral"), max_length=20, validators=[known_mineral])
    origin = models.CharField(
        _("country of origin"), max_length=2, validators=[known_country]
    )
    place = models.CharField(_("mine or region"), max_length=120, blank=True)
    weight_kg = models.DecimalField(
        _("weight in kg"),
        max_digits=12,
        decimal_places=3,
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    used_g = models.DecimalField(
        _("grams used"), max_digits=16, decimal_places=2, default=0, editable=False
    )
    importer = models.CharField(_("importer"), max_length=120, blank=True)
    declaration_number = models.CharField(
        _("import declaration"),
        max_length=18,
        blank=True,
        default="",
        validators=[declaration_number],
    )
    declared_on = models.DateField(_("declared on"), null=True, blank=True)
    arrived_on = models.DateField(_("arrived on"), null=True, blank=True)
    year = models.GeneratedField(
        verbose_name=_("year"),
        expression=ExtractYear("arrived_on"),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )
    supplier = models.CharField(
        _("supplier (never shown to the public)"), max_length=120, blank=True
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.EXPECTED
    )
    registered_at = models.DateTimeField(_("registered"), default=timezone.now)

    objects = RawLotQuerySet.as_manager()

    class Meta:
        verbose_name = _("raw lot")
        verbose_name_plural = _("raw lots")
        constraints = [
            models.CheckConstraint(
                name="a_lot_code_is_written_in_one_way",
                condition=Q(code__regex=r"^RL-[0-9]{4}-[0-9]{6}$"),
            ),
            models.CheckConstraint(
                name="a_lot_comes_from_a_country",
                condition=Q(origin__regex=r"^[A-Z]{2}$"),
            ),
            models.CheckConstraint(
                name="a_lot_weighs_something", condition=Q(weight_kg__gt=0)
            ),
            models.CheckConstraint(
                name="a_lot_is_used_for_no_more_than_it_weighs",
                condition=Q(used_g__gte=0, used_g__lte=F("weight_kg") * 1000),
            ),
            models.CheckConstraint(
                name="a_declaration_has_eighteen_digits_and_a_day",
                condition=Q(declaration_number="", declared_on=None)
                | Q(
                    declaration_number__regex=r"^[0-9]{18}$", declared_on__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="a_lot_that_arrived_has_a_day",
                condition=Q(state="EXPECTED") | Q(arrived_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["origin", "-id"], name="lots_by_origin"),
            models.Index(fields=["mineral", "-id"], name="lots_by_mineral"),
            models.Index(fields=["year", "-id"], name="lots_by_year"),
            models.Index(
                fields=["year", "origin"], include=["weight_kg"], name="lots_weighed"
            ),
            models.Index(
                fields=["declaration_number"],
                condition=~Q(declaration_number=""),
                name="lots_by_declaration",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """What two facts say of each other, in words before the database says no."""
        is_expected = self.state == self.State.EXPECTED
        wrong: dict[str, Any] = days.faults(
            may_come=is_expected,
            declared_on=self.declared_on,
            arrived_on=self.arrived_on,
        )
        if bool(self.declaration_number) != bool(self.declared_on):
            wrong["declared_on"] = _("Number and day of the declaration go together.")
        if not is_expected and not self.arrived_on:
            wrong["arrived_on"] = _("Say on which day it arrived.")
        weight = self.weight_kg or 0
        if weight > 0 and self.used_g > weight * 1000:
            wrong["weight_kg"] = _("More of it than that has been used already.")
        if wrong:
            raise ValidationError(wrong)

    @property
    def left_g(self) -> Decimal:
        """Grams that no use has counted yet."""
        return self.weight_kg * 1000 - self.used_g

    @property
    def masked_declaration(self) -> str:
        """The last digits: enough to compare with a paper, too few to misuse."""
        hidden = len(self.declaration_number) - DIGITS_SHOWN
        return "•" * hidden + self.declaration_number[hidden:] if hidden > 0 else ""

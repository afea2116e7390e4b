"""What is said of a piece: its lot, who worked it, what was found; its passport."""

from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.products.models import Product, Treatment, Variant
from catalog.provenance import days
from catalog.provenance.models.artisans import Artisan
from catalog.provenance.models.lots import RawLot

https_only = URLValidator(["https"], message=_("Begin it with https://."))

DONE_ALREADY = _(
    "It is written down already that this artisan did that to this piece. "
    "Leave this row out."
)


class OfPieceQuerySet(models.QuerySet[Any]):
    def of(self, product: Product, variant: Variant | None = None) -> Self:
        """Of every piece of a product; with `variant`, of that one-off alone, too."""
        found = self.filter(product=product)
        return found.filter(Q(variant=None) | Q(variant=variant))


class OfPiece(models.Model):
    """Something said of a product, or of one one-off piece of it.

    The database holds `variant` to its product.
    """

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    variant = models.ForeignKey(
        Variant,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("variant"),
    )

    objects: ClassVar[Any] = OfPieceQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean(self) -> None:
        """The variant is one of the product's."""
        if self.variant and self.variant.product_id != self.product_id:
            said = _("That variant is not one of this product. Choose one that is.")
            raise ValidationError({"variant": said})


class RawUse(OfPiece):
    """A product made of a lot. Without `grams` it is only said that it was."""

    lot = models.ForeignKey(
        RawLot,
        on_delete=models.PROTECT,
        related_name="uses",
        verbose_name=_("lot"),
    )
    grams = models.DecimalField(
        _("grams"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    said_at = models.DateTimeField(_("said"), default=timezone.now)

    class Meta:
        verbose_name = _("use of a lot")
        verbose_name_plural = _("uses of lots")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "product", "variant"],
                nulls_distinct=False,
                name="a_lot_is_named_once_for_a_piece",
            ),
            models.CheckConstraint(
                name="a_use_weighs_something_or_is_unsaid",
                condition=Q(grams=None) | Q(grams__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} → {self.product}"


class Work(OfPiece):
    """What an artisan did to a piece."""

    class Role(models.TextChoices):
        CUT = "CUT", _("cut")
        CARVED = "CARVED", _("carved")
        POLISHED = "POLISHED", _("polished")
        SET = "SET", _("set")
        STRUNG = "STRUNG", _("strung")

    artisan = models.ForeignKey(
        Artisan,
        on_delete=models.PROTECT,
        related_name="works",
        verbose_name=_("artisan"),
    )
    role = models.CharField(_("what was done"), max_length=8, choices=Role.choices)
    from_on = models.DateField(_("begun on"), null=True, blank=True)
    to_on = models.DateField(_("done on"), null=True, blank=True)
    said_at = models.DateTimeField(_("said"), default=timezone.now)

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        constraints = [
            models.UniqueConstraint(
                fields=["artisan", "product", "variant", "role"],
                nulls_distinct=False,
                name="an_artisan_does_a_thing_to_a_piece_once",
                violation_error_message=DONE_ALREADY,
            ),
            models.CheckConstraint(
                name="work_ends_after_it_begins",
                condition=Q(from_on=None) | Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
        ]
        indexes = [models.Index(fields=["artisan", "-id"], name="works_newest")]

    def __str__(self) -> str:
        return f"{self.artisan}: {self.get_role_display()}"

    def clean(self) -> None:
        """Days that have been, in their order."""
        super().clean()
        wrong = days.faults(from_on=self.from_on, to_on=self.to_on)
        if not wrong and self.from_on and self.to_on and self.to_on < self.from_on:
            wrong["to_on"] = gettext("It was done before it began. Correct a day.")
        if wrong:
            raise ValidationError(wrong)


class LabReportQuerySet(OfPieceQuerySet):
    def doubting(self) -> Self:
        """Those that found something else than the product says."""
        return self.exclude(
            Q(found_treatment="") | Q(found_treatment=F("product__treatment")),
            Q(found_mineral="") | Q(found_mineral=F("product__mineral")),
        )


class LabReport(OfPiece):
    """What a laboratory found. What contradicts the product is shown to everybody."""

    laboratory = models.CharField(_("laboratory"), max_length=120)
    number = models.CharField(_("report number"), max_length=60)
    issued_on = models.DateField(_("issued on"))
    found_treatment = models.CharField(
        _("treatment found"), max_length=14, choices=Treatment.choices, blank=True
    )
    found_mineral = models.CharField(_("mineral found"), max_length=20, blank=True)
    link = models.CharField(
        _("where the laboratory confirms it"),
        max_length=300,
        blank=True,
        default="",
        validators=[https_only],
    )
    said_at = models.DateTimeField(_("said"), default=timezone.now)

    objects: ClassVar[Any] = LabReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("test report")
        verbose_name_plural = _("test reports")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "variant", "laboratory", "number"],
                nulls_distinct=False,
                name="a_report_is_told_once_of_a_piece",
                violation_error_message=_(
                    "This report is written down for that piece already. "
                    "Correct that row instead."
                ),
            ),
            models.CheckConstraint(
                name="a_report_is_confirmed_over_https",
                condition=Q(link="") | Q(link__startswith="https://"),
                violation_error_message=_(
                    "Begin the laboratory's address with https://, in small letters."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.laboratory} {self.number}"

    def clean(self) -> None:
        """A day that has been."""
        super().clean()
        if wrong := days.faults(issued_on=self.issued_on):
            raise ValidationError(wrong)

    @property
    def doubts_treatment(self) -> bool:
        return self.found_treatment not in ("", self.product.treatment)

    @property
    def doubts_mineral(self) -> bool:
        return self.found_mineral not in ("", self.product.mineral)


class Passport(OfPiece):
    """The code on a stone's label. Never deleted, changed or given to another stone."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_because = models.CharField(
        _("revoked because"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("passport")
        verbose_name_plural = _("passports")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "variant"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="a_piece_has_one_standing_passport",
            ),
            models.CheckConstraint(
                name="a_revoked_passport_says_why",
                condition=Q(revoked_at=None) | ~Q(revoked_because=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def spaced(self) -> str:
        """As it is printed and read out."""
        return f"{self.code[:5]} {self.code[5:]}"

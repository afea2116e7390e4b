"""What proves a claim. Once checked it stays as it was."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.provenance.models.artisans import Honour
from catalog.provenance.models.lots import RawLot
from catalog.provenance.models.pieces import (
    LabReport,
    RawUse,
    Work,
    https_only,
)
from donghai.storage import private_files

CLAIMS: dict[type[Any], str] = {
    RawLot: "lot",
    RawUse: "use",
    Work: "work",
    LabReport: "report",
    Honour: "honour",
}


def _proves_one_claim() -> Q:
    either = Q()
    for one in CLAIMS.values():
        either |= Q(**{f"{name}__isnull": name != one for name in CLAIMS.values()})
    return either


class Evidence(models.Model):
    """A paper or picture that proves one claim. Once checked it stays as it was."""

    class Kind(models.TextChoices):
        DECLARATION = "DECLARATION", _("import declaration")
        ORIGIN = "ORIGIN", _("certificate of origin")
        INVOICE = "INVOICE", _("invoice")
        WEIGHT = "WEIGHT", _("weight slip")
        REPORT = "REPORT", _("laboratory report")
        CERTIFICATE = "CERTIFICATE", _("certificate")
        PHOTO = "PHOTO", _("photo")
        OTHER = "OTHER", _("other paper")

    lot = models.ForeignKey(
        RawLot, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True
    )
    use = models.ForeignKey(
        RawUse, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True
    )
    work = models.ForeignKey(
        Work, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True
    )
    report = models.ForeignKey(
        LabReport,
        on_delete=models.PROTECT,
        related_name="evidence",
        null=True,
        blank=True,
    )
    honour = models.ForeignKey(
        Honour, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    proves = models.CharField(_("what it proves"), max_length=200)
    file = models.FileField(
        _("file"), upload_to="evidence/", storage=private_files, blank=True
    )
    link = models.CharField(
        _("or its address"),
        max_length=300,
        blank=True,
        default="",
        validators=[https_only],
    )
    is_public = models.BooleanField(_("the public may open it"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("checked by"),
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="evidence_proves_one_claim", condition=_proves_one_claim()
            ),
            models.CheckConstraint(
                name="evidence_is_a_file_or_an_https_address",
                condition=Q(~Q(file=""), link="")
                | Q(file="", link__startswith="https://"),
                violation_error_message=_(
                    "Give a file, or an address that begins with https://."
                ),
            ),
            models.CheckConstraint(
                name="who_checked_says_when",
                condition=Q(checked_by=None, checked_on=None)
                | Q(checked_by__isnull=False, checked_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"],
                condition=Q(checked_on=None),
                name="evidence_to_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.proves}"

    @property
    def is_open(self) -> bool:
        """Whether anybody may open it: what a merchant uploads is looked at first."""
        return self.is_public and self.checked_on is not None

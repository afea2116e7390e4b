"""Who owns the stock: merchants of the wholesale market and who acts for them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from donghai.storage import private_files


def validate_uscc(value: str) -> None:
    """Unified social credit code: 18 characters with a check character (GB 32100)."""
    if not uscc.is_valid(value):
        raise ValidationError(_("This is not a unified social credit code."))


class Merchant(models.Model):
    """A seller of the wholesale market."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("applied")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        SUSPENDED = "SUSPENDED", _("suspended")

    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    credit_code = models.CharField(
        _("unified social credit code"),
        max_length=18,
        unique=True,
        validators=[validate_uscc],
    )
    stall = models.CharField(_("stall"), max_length=20)
    phone = models.CharField(_("telephone"), max_length=20, blank=True, default="")
    licence = models.FileField(
        _("business licence"), upload_to="licences/", storage=private_files, blank=True
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.APPLIED
    )
    refused_because = models.CharField(
        _("what is missing"), max_length=300, blank=True, default=""
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    language = models.CharField(
        _("language of our mails"), max_length=8, default="zh-hans"
    )
    applied_at = models.DateTimeField(_("applied"), default=timezone.now)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        constraints = [
            models.CheckConstraint(
                name="who_is_refused_is_told_why",
                condition=~Q(state="REFUSED") | ~Q(refused_because=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if _reads_chinese() else self.name

    @property
    def may_sell(self) -> bool:
        return self.state == self.State.APPROVED


class MemberQuerySet(models.QuerySet["MerchantMember"]):
    def owners(self) -> Self:
        return self.filter(role=MerchantMember.Role.OWNER)

    def of(self, user_id: int | None) -> Self:
        return self.filter(user=user_id).select_related("merchant")


class MerchantMember(models.Model):
    """A person who acts for a merchant."""

    class Role(models.TextChoices):
        OWNER = "OWNER", _("owner")
        CLERK = "CLERK", _("clerk")

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=6, choices=Role.choices)
    since = models.DateField(_("since"), default=timezone.localdate)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("merchant's member")
        verbose_name_plural = _("merchants' members")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "user"],
                name="a_person_joins_a_merchant_once",
                violation_error_message=_(
                    "This person acts for the merchant already. Change that row."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.merchant_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, moment: datetime) -> Self:
        """Neither accepted nor withdrawn nor too old."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=moment)


class Invitation(models.Model):
    """A person asked by e-mail to act for a merchant; the mail holds a signed link."""

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(
        _("role"), max_length=6, choices=MerchantMember.Role.choices
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(
        _("language of our mail"), max_length=8, default="zh-hans"
    )
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("open until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="a_person_has_one_open_invitation_of_a_merchant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.get_role_display()}"


def _reads_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")

"""Who acts for a merchant: invited by e-mail, changed, removed.

Locks the merchant's row, then the invitation's; so two owners who remove each other at
the same moment come one after the other, and the last one stays.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.access import require_approved
from catalog.merchants.models import Invitation, Merchant, MerchantMember
from donghai import steps
from donghai.errors import Refused

INVITE = "catalog.send_invitation"
STANDS = timedelta(days=7)
MOST_OPEN = 20
MOST_A_DAY = 3  # to one address
_signer = signing.TimestampSigner(salt="catalog.merchants.invitation")


class LastOwner(Refused):
    code = "last_owner"
    title = _("A merchant needs an owner. Make somebody else owner first.")


class AlreadyIn(Refused):
    code = "already_a_member"
    title = _("This person acts for you already.")


class TooManyInvitations(Refused):
    code = "too_many_invitations"
    title = _("That is enough for today. Withdraw one, or wait for an answer.")


class InvitationOver(Refused):
    code = "invitation_over"
    title = _(
        "This invitation was used, withdrawn or is older than a week. "
        "Ask for a new one."
    )
    status = 410


class ForSomebodyElse(Refused):
    code = "invitation_for_somebody_else"
    title = _("This invitation was sent to another e-mail address.")
    status = 403


@transaction.atomic
def invite(
    *, merchant_id: int, email: str, role: str, invited_by: int, language: str
) -> Invitation:
    """Ask a person to act for a merchant; the mail goes out as a step.

    One that is open for the same address is withdrawn: only the newest link counts.
    Refuses with AlreadyIn, TooManyInvitations, and for merchants not approved.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)
    require_approved(merchant)
    email, now = email.lower(), timezone.now()
    if merchant.members.filter(user__email=email).exists():
        raise AlreadyIn()
    asked = merchant.invitations
    lately = asked.filter(email=email, invited_at__gt=now - timedelta(days=1))
    if asked.open_at(now).count() >= MOST_OPEN or lately.count() >= MOST_A_DAY:
        raise TooManyInvitations()
    asked.filter(email=email, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )
    invitation = asked.create(
        email=email,
        role=role,
        invited_by_id=invited_by,
        expires_at=now + STANDS,
        language=language,
    )
    steps.schedule(INVITE, subject_id=invitation.pk)
    return invitation


def withdraw(*, merchant_id: int, invitation_id: int) -> bool:
    """Take an invitation back. False when it was taken up or withdrawn before."""
    open_ones = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    found = open_ones.filter(pk=invitation_id, merchant=merchant_id)
    return bool(found.update(withdrawn_at=timezone.now()))


def token(invitation_id: int) -> str:
    """What the mailed link carries. It opens nothing without the invited account."""
    return _signer.sign(str(invitation_id))


def read_token(text: str) -> int | None:
    """The invitation a link was made for, None if we did not make it or it is old."""
    try:
        return int(_signer.unsign(text, max_age=STANDS))
    except signing.BadSignature:
        return None


def is_for(invitation: Invitation, user_id: int) -> bool:
    """Whether a person has shown that the invited address is theirs."""
    return EmailAddress.objects.filter(
        user=user_id, email__iexact=invitation.email, verified=True
    ).exists()


def open_for(user_id: int) -> list[Invitation]:
    """The invitations that wait for a person, by their confirmed addresses."""
    known = EmailAddress.objects.filter(user=user_id, verified=True)
    emails = [email.lower() for email in known.values_list("email", flat=True)]
    waiting = Invitation.objects.open_at(timezone.now()).filter(email__in=emails)
    return list(waiting.select_related("merchant").order_by("pk"))


@transaction.atomic
def accept(*, invitation_id: int, user_id: int) -> Merchant:
    """Join, once. Who is in already keeps their role.

    Locks the invitation. Refuses with ForSomebodyElse and, when it was used, withdrawn
    or is too old, with InvitationOver.
    """
    asked = Invitation.objects.select_related("merchant")
    locked = asked.select_for_update(of=("self",))
    invitation = locked.filter(pk=invitation_id).first()
    if invitation is None:
        raise InvitationOver()
    if not is_for(invitation, user_id):
        raise ForSomebodyElse()
    now = timezone.now()
    if not Invitation.objects.open_at(now).filter(pk=invitation_id).exists():
        raise InvitationOver()
    MerchantMember.objects.get_or_create(
        merchant=invitation.merchant,
        user_id=user_id,
        defaults={"role": invitation.role},
    )
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    return invitation.merchant


@transaction.atomic
def give_role(*, merchant_id: int, member_id: int, role: str) -> MerchantMember | None:
    """Make somebody owner or clerk. None when they are not in; refuses LastOwner."""
    member = _locked(merchant_id, member_id)
    if member is None or member.role == role:
        return member
    _require_another_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic
def remove(*, merchant_id: int, member_id: int) -> bool:
    """End somebody's work for a merchant, at their next request. Refuses LastOwner.

    Invitations they sent stay. False when they were not in.
    """
    member = _locked(merchant_id, member_id)
    if member is None:
        return False
    _require_another_owner(member)
    member.delete()
    return True


def _locked(merchant_id: int, member_id: int) -> MerchantMember | None:
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)
    return merchant.members.filter(pk=member_id).first()


def _require_another_owner(member: MerchantMember) -> None:
    others = MerchantMember.objects.owners().filter(merchant=member.merchant_id)
    if member.role == member.Role.OWNER and not others.exclude(pk=member.pk).exists():
        raise LastOwner()

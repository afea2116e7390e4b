"""A merchant's standing at the market. Buyers see products of approved ones only."""

from dataclasses import dataclass
from functools import partial

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc

from catalog.merchants import licences
from catalog.merchants.models import Merchant, MerchantMember
from donghai import steps
from donghai.errors import Refused

State = Merchant.State
TELL = "catalog.tell_applicant"


class CreditCodeNotTaken(Refused):
    """Says nothing of whether, and by whom, the code is used."""

    code = "credit_code_not_taken"
    title = _(
        "We cannot take this code online. Check it on your licence; if it is right, "
        "bring the licence to the centre's desk."
    )


class NotToBeCorrected(Refused):
    code = "application_is_not_refused"
    title = _("This application has been decided meanwhile; look at it again.")


class NoReason(Refused):
    code = "no_reason"
    title = _("Say why, so that the merchant can mend it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an applicant says of herself. Without a licence the one sent before stays.

    `credit_code` may come with spaces; it is kept compact.
    """

    name: str
    name_zh: str
    credit_code: str
    stall: str
    phone: str
    licence: "File[bytes] | None" = None
    language: str = "zh-hans"


def apply(*, user_id: int, said: Application) -> Merchant:
    """Enter an applicant with this person as her owner.

    The same person's repeat finds what it made. Refuses with CreditCodeNotTaken a code
    that is in use, TooBig and NotALicence.
    """
    code = uscc.compact(said.credit_code)
    mine = Merchant.objects.filter(credit_code=code, members__user=user_id)
    again = mine.filter(state=State.APPLIED).first()
    if again is not None:
        return again
    try:
        with transaction.atomic():
            merchant = Merchant(state=State.APPLIED)
            _write(merchant, said)
            MerchantMember.objects.create(
                merchant=merchant, user_id=user_id, role=MerchantMember.Role.OWNER
            )
    except IntegrityError as taken:
        raise CreditCodeNotTaken() from taken
    return merchant


def send_again(*, merchant_id: int, said: Application) -> Merchant:
    """Correct an application that was refused; it waits again.

    Locks the merchant. Refuses with NotToBeCorrected any that isn't refused, else as
    `apply` does.
    """
    try:
        with transaction.atomic():
            merchant = Merchant.objects.select_for_update(no_key=True).get(
                pk=merchant_id
            )
            if merchant.state != State.REFUSED:
                raise NotToBeCorrected()
            merchant.state, merchant.refused_because = State.APPLIED, ""
            merchant.applied_at = timezone.now()
            _write(merchant, said)
    except IntegrityError as taken:
        raise CreditCodeNotTaken() from taken
    return merchant


def _write(merchant: Merchant, said: Application) -> None:
    """The row first, the file last: a row that is refused leaves no file behind."""
    for name in ("name", "name_zh", "stall", "phone", "language"):
        setattr(merchant, name, getattr(said, name))
    merchant.credit_code = uscc.compact(said.credit_code)
    name = licences.name_for(said.licence) if said.licence else ""
    merchant.save()
    if said.licence:
        storage, before = merchant.licence.storage, merchant.licence.name
        merchant.licence.save(name, said.licence)
        if before:
            transaction.on_commit(partial(storage.delete, before))


def approve(*, merchant_id: int) -> bool:
    """Let an applicant or a suspended merchant sell. False when it may already.

    Its owners hear of it by e-mail.
    """
    return _decide(merchant_id, (State.APPLIED, State.SUSPENDED), State.APPROVED)


def refuse(*, merchant_id: int, because: str) -> bool:
    """Send an application back with what is missing. False when it is not waiting.

    Who applied hears of it by e-mail and can correct it. Refuses without a reason.
    """
    return _decide(merchant_id, (State.APPLIED,), State.REFUSED, _said(because))


def suspend(*, merchant_id: int, because: str) -> bool:
    """Take a merchant's products off the market; what is sold stays sold.

    Its owners hear why by e-mail. False when it may not sell anyway: an application
    that waits is approved or refused. Refuses without a reason.
    """
    states = (State.APPROVED,)
    return _decide(merchant_id, states, State.SUSPENDED, _said(because))


def _said(because: str) -> str:
    if not because.strip():
        raise NoReason()
    return because.strip()


@transaction.atomic
def _decide(
    merchant_id: int, states: tuple[str, ...], to: str, because: str = ""
) -> bool:
    now = timezone.now()
    moved = Merchant.objects.filter(pk=merchant_id, state__in=states).update(
        state=to, refused_because=because, decided_at=now
    )
    if moved:
        steps.schedule(TELL, subject_id=merchant_id, key=now.isoformat())
    return bool(moved)

"""What merchants are told by e-mail, plain and in their language.

A mail carries its step's reference as its Message-ID: if a worker dies between the mail
server and our database, the second one is the same mail to any mailbox.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.merchants import people
from catalog.merchants.models import Invitation, Merchant, MerchantMember
from donghai import steps
from donghai.steps.models import Step

SUBJECTS: dict[str, Promise] = {
    Merchant.State.APPROVED.value: gettext_lazy("You can sell at Donghai"),
    Merchant.State.REFUSED.value: gettext_lazy("Your application needs a correction"),
    Merchant.State.SUSPENDED.value: gettext_lazy(
        "Your sales at Donghai are stopped for now"
    ),
}


def tell_applicant(step: Step) -> None:
    """Tell a merchant's owners how the centre decided; only the newest decision."""
    merchant = Merchant.objects.get(pk=step.subject_id)
    subject = SUBJECTS.get(merchant.state)
    decided = merchant.decided_at.isoformat() if merchant.decided_at else ""
    if step.key == decided and subject:
        owners = MerchantMember.objects.owners().filter(merchant=merchant)
        with translation.override(merchant.language):
            send(
                step,
                list(owners.values_list("user__email", flat=True)),
                str(subject),
                words("decision", merchant, reverse("catalog:stall")),
            )
    with steps.finishing(step):
        pass


def send_invitation(step: Step) -> None:
    """Mail the link of an invitation, unless it was withdrawn meanwhile."""
    asked = Invitation.objects.select_related("merchant")
    invitation = asked.get(pk=step.subject_id)
    if invitation.withdrawn_at is None and invitation.accepted_at is None:
        address = reverse("catalog:join", args=[people.token(invitation.pk)])
        merchant = invitation.merchant
        with translation.override(invitation.language):
            subject = _("Work with %(merchant)s on Donghai") % {"merchant": merchant}
            text = words("invitation", merchant, address)
            send(step, [invitation.email], subject, text)
    with steps.finishing(step):
        pass


def words(mail: str, merchant: Merchant, address: str) -> str:
    """The text of a mail, in the language of the moment."""
    facts = {"merchant": merchant, "link": f"{settings.SITE_URL}{address}"}
    return render_to_string(f"catalog/mails/{mail}.txt", facts)


def send(step: Step, to: Sequence[str], subject: str, text: str) -> None:
    """Send one mail for a step."""
    name = step.reference.translate(str.maketrans("/:+", "..."))
    host = settings.SITE_URL.partition("//")[2].partition(":")[0]
    mail = EmailMessage(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
        text,
        to=list(to),
        headers={"Message-ID": f"<{name}@{host}>"},
    )
    mail.send()

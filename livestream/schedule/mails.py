"""What followers are told by e-mail, in their language, with a way to stop in each.

No error of a mail server is passed on as it is: it names the address.
"""

import logging
import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from donghai import steps
from donghai.steps.models import Step
from livestream.schedule import following, times
from livestream.schedule.models import Follow, Reminder, Subscriber
from livestream.sessions.models import LiveSession

log = logging.getLogger(__name__)

Send = Callable[[Sequence[Reminder]], list[int]]
# What a server says of one mail, after which it takes the next one
OF_ONE = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
)


class MailServerAway(Exception):
    """The mail server went away in the middle; which error it was is the only word."""


@contextmanager
def sending(session: LiveSession) -> Iterator[Send]:
    """Reminders of one session over one connection."""
    with get_connection() as server:
        yield partial(_send_all, server, session)


def ask_to_confirm(step: Step) -> None:
    """Mail the link that confirms a wish, unless it's gone or confirmed."""
    found = Follow.objects.select_related("subscriber", "host", "session__host")
    follow = found.filter(pk=step.subject_id).first()
    if follow is not None:
        with translation.override(follow.subscriber.language):
            mail = _confirmation(follow)
        try:
            mail.send()
        except OF_ONE as error:
            log.warning("mail refused", extra={"error": type(error).__name__})
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(type(error).__name__) from None
    with steps.finishing(step):
        pass


def _send_all(
    server: Any, session: LiveSession, claimed: Sequence[Reminder]
) -> list[int]:
    """The reminders that were sent. What was not even tried is given back."""
    sent = []
    for number, reminder in enumerate(claimed, start=1):
        try:
            server.send_messages([_reminder(session, reminder)])
        except OF_ONE as error:
            log.warning("mail refused", extra={"error": type(error).__name__})
        except (OSError, smtplib.SMTPException) as error:
            untried = [one.pk for one in claimed[number:]]
            Reminder.objects.filter(pk__in=untried).delete()
            raise MailServerAway(type(error).__name__) from None
        else:
            sent.append(reminder.pk)
    return sent


def _reminder(session: LiveSession, reminder: Reminder) -> EmailMultiAlternatives:
    subscriber = reminder.subscriber
    with translation.override(subscriber.language):
        when = times.own(session, subscriber.zone)
        facts = {"host": session.host.name, "when": when}
        stop = _absolute(
            "livestream:stop", following.stop_link(subscriber.pk, session.host_id)
        )
        mail = _mail(
            "reminder",
            subscriber,
            _("%(host)s goes live: %(when)s") % facts,
            {
                "session": session,
                "when": when,
                "clocks": times.three(session, subscriber.zone),
                "link": _absolute("orders:session", session.pk),
                "stop": stop,
            },
        )
    mail.extra_headers |= {
        "Message-ID": f"<reminder-{reminder.pk}@{_site()}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return mail


def _confirmation(follow: Follow) -> EmailMultiAlternatives:
    host = follow.host or (follow.session and follow.session.host)
    link = _absolute("livestream:confirm", following.link_of(follow))
    facts = {"host": host, "session": follow.session, "link": link}
    subject = _("Confirm: reminders of %(host)s") % {"host": host}
    return _mail("confirm", follow.subscriber, subject, facts)


def _mail(
    name: str, subscriber: Subscriber, subject: str, facts: dict[str, Any]
) -> EmailMultiAlternatives:
    """One mail, plain and HTML."""
    language = {"language": subscriber.language}
    text = render_to_string(f"livestream/mails/{name}.txt", facts)
    mail = EmailMultiAlternatives(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{' '.join(subject.split())}",
        text,
        to=[subscriber.email],
    )
    html = render_to_string(f"livestream/mails/{name}.html", facts | language)
    mail.attach_alternative(html, "text/html")
    return mail


def _absolute(name: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _site() -> str:
    return settings.SITE_URL.partition("//")[2].partition(":")[0]

"""Reminders as notifications on devices, a few push services asked at a time.

A service that says it is busy is asked again: after the time it names, but no sooner
than half a minute later, then at ever longer intervals. Silence is not an answer: it
may have taken the notification, so that one is not sent again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone, translation

from livestream.schedule import following, push, times
from livestream.schedule.models import Reminder
from livestream.sessions.models import LiveSession

log = logging.getLogger(__name__)

Send = Callable[[Sequence[Reminder]], list[int]]
SOON, LATER = timedelta(seconds=30), timedelta(minutes=30)
SIDE_BY_SIDE = 20  # as many as are claimed: a service that hangs holds up only its own


@contextmanager
def sending(session: LiveSession) -> Iterator[Send]:
    """Notifications about one session, side by side."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, "push") as threads:
        yield partial(_send_all, threads, session)


def _send_all(
    threads: ThreadPoolExecutor, session: LiveSession, claimed: Sequence[Reminder]
) -> list[int]:
    """The reminders that push services took. A device that is gone is forgotten."""
    seconds = int((session.starts_at - timezone.now()).total_seconds())
    words = [_words(session, reminder) for reminder in claimed]
    answers = list(
        threads.map(
            lambda reminder, said: push.send(
                push.Device(
                    reminder.subscriber.endpoint,
                    reminder.subscriber.public_key,
                    reminder.subscriber.shared_secret,
                ),
                said,
                seconds=max(seconds, 60),
                topic=f"session-{session.pk}",
            ),
            claimed,
            words,
        )
    )
    sent = []
    for reminder, answer in zip(claimed, answers, strict=True):
        if answer.is_good:
            sent.append(reminder.pk)
        elif answer.status in push.GONE:
            following.forget(reminder.subscriber_id)
        elif answer.status in push.BUSY:
            _try_again(reminder, answer.wait)
        else:
            said = {"status": answer.status, "subscriber": reminder.subscriber_id}
            log.warning("notification not taken", extra=said)
    return sent


def _try_again(reminder: Reminder, wait: int) -> None:
    """Give the claim back for later: as long again as has been tried in vain."""
    now = timezone.now()
    grown = min(max(SOON, now - reminder.claimed_at), LATER)
    reminder.again_at = now + max(grown, timedelta(seconds=wait))
    reminder.save(update_fields=["again_at"])


def _words(session: LiveSession, reminder: Reminder) -> dict[str, str]:
    """What the notification says, in the subscriber's language."""
    subscriber = reminder.subscriber
    with translation.override(subscriber.language):
        clocks = times.three(session, subscriber.zone)[1:]
        said = [times.own(session, subscriber.zone)]
        said += [f"{clock.shows} {clock.where}" for clock in clocks]
    return {
        "title": f"{session.host.name} · {session.title}",
        "body": " · ".join(said),
        "url": reverse("orders:session", args=[session.pk]),
        "tag": f"session-{session.pk}",
    }

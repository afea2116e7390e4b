"""Reminders a day, an hour and ten minutes before, each at most once.

A round finds sessions of which a kind is due and writes steps, a few for each session
and channel so that thousands go out side by side. A step claims some followers by
writing their `Reminder` rows, commits, and only then sends: whoever dies between the
two loses those reminders, and nobody gets one twice. What a push service was too busy
to take is claimed once more when its `again_at` has come; until then the step waits.
One that is late goes out until the next kind is due; who began to follow after it was
due does not get it.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import Mod
from django.utils import timezone

from donghai import sql, steps
from donghai.steps.models import Step
from livestream.schedule import mails, notices
from livestream.schedule.models import Follow, Reminder
from livestream.sessions.models import LiveSession

REMIND = "livestream.remind"
Kind = Reminder.Kind
BEFORE = {
    Kind.DAY: timedelta(days=1),
    Kind.HOUR: timedelta(hours=1),
    Kind.TEN_MINUTES: timedelta(minutes=10),
}
NEXT = {
    Kind.DAY: timedelta(hours=1),
    Kind.HOUR: timedelta(minutes=10),
    Kind.TEN_MINUTES: timedelta(0),
}
SLICE = 500  # followers one step is for
MOST_SLICES = 16
AT_ONCE = 20  # claimed before any is sent: what a crash can lose
BUSY = 4.0  # seconds until a step lets others have their turn


class Channel(StrEnum):
    """Mail servers that hang do not keep devices waiting, nor the other way round."""

    MAIL = "mail"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Task:
    """What one step is for; its key says it."""

    session_id: int
    kind: Reminder.Kind
    starts_at: datetime
    channel: Channel
    slice: int
    slices: int

    @property
    def key(self) -> str:
        start = self.starts_at.isoformat()
        return f"{self.kind}/{start}/{self.channel}/{self.slice}/{self.slices}"

    @property
    def over_at(self) -> datetime:
        """When the next kind is due, and this one is told no more."""
        return self.starts_at - NEXT[self.kind]

    @classmethod
    def of(cls, step: Step) -> "Task":
        kind, start, channel, number, slices = step.key.split("/")
        return cls(
            session_id=step.subject_id,
            kind=Kind(kind),
            starts_at=datetime.fromisoformat(start),
            channel=Channel(channel),
            slice=int(number),
            slices=int(slices),
        )


SENDERS = {Channel.MAIL: mails.sending, Channel.PUSH: notices.sending}

CLAIM_SQL = """
INSERT INTO livestream_reminder (session_id, subscriber_id, kind, starts_at, claimed_at)
SELECT DISTINCT session.id, follow.subscriber_id, %(kind)s, session.starts_at,
  %(now)s::timestamptz
FROM livestream_livesession session
JOIN livestream_follow follow
  ON follow.host_id = session.host_id OR follow.session_id = session.id
JOIN livestream_subscriber subscriber ON subscriber.id = follow.subscriber_id
WHERE session.id = %(session)s AND session.state = 'SCHEDULED'
  AND session.starts_at = %(starts_at)s AND follow.confirmed_at <= %(due)s
  AND (subscriber.endpoint = '') = %(by_mail)s
  AND mod(follow.subscriber_id, %(slices)s::bigint) = %(slice)s
  AND NOT EXISTS (
    SELECT FROM livestream_reminder made
    WHERE made.session_id = session.id AND made.kind = %(kind)s
      AND made.subscriber_id = follow.subscriber_id
      AND made.starts_at = session.starts_at
      AND (made.again_at IS NULL OR made.again_at > %(now)s))
LIMIT %(most)s
ON CONFLICT (session_id, subscriber_id, kind, starts_at) DO UPDATE SET again_at = NULL
WHERE livestream_reminder.again_at <= %(now)s
RETURNING id
"""


def look() -> int:
    """Write steps for what is due now; safe to run twice at once. Says how many."""
    now, written = timezone.now(), 0
    for kind in Kind:
        due = LiveSession.objects.filter(
            state=LiveSession.State.SCHEDULED,
            starts_at__lte=now + BEFORE[kind],
            starts_at__gt=now + NEXT[kind],
        ).only("pk", "host_id", "starts_at")
        written += _schedule(_unseen(list(due), kind), kind)
    return written


def remind(step: Step) -> None:
    """Send a step's reminders, some claimed at a time, until none is left to send.

    What a mail server needs is opened before anything is claimed.
    """
    task, begun = Task.of(step), time.monotonic()
    session = LiveSession.objects.for_display().get(pk=task.session_id)
    with SENDERS[task.channel](session) as send:
        while claimed := claim(task, now := timezone.now()):
            sent = send(claimed)
            Reminder.objects.filter(pk__in=sent).update(sent_at=timezone.now())
            if time.monotonic() - begun > BUSY:
                raise steps.NotYet(0)
    if again_at := _next_try(task, now):
        raise steps.NotYet((again_at - now).total_seconds())
    with steps.finishing(step):
        pass


def claim(task: Task, now: datetime) -> list[Reminder]:
    """Some reminders nobody has sent yet: from here on they are ours alone.

    None once the session moved, was cancelled, or the next kind is due.
    """
    if now >= task.over_at:
        return []
    made = sql.rows(
        CLAIM_SQL,
        session=task.session_id,
        kind=task.kind.value,
        starts_at=task.starts_at,
        due=task.starts_at - BEFORE[task.kind],
        by_mail=task.channel == Channel.MAIL,
        slice=task.slice,
        slices=task.slices,
        most=AT_ONCE,
        now=now,
    )
    rows = Reminder.objects.filter(pk__in=[row.id for row in made])
    return list(rows.select_related("subscriber").order_by("pk"))


def _next_try(task: Task, now: datetime) -> datetime | None:
    """When the next of the step's reminders is to be tried again, if that isn't late.

    What was due at `now` and was not claimed is wanted no more.
    """
    by_mail = Q(subscriber__endpoint="")
    busy = Reminder.objects.filter(
        by_mail if task.channel == Channel.MAIL else ~by_mail,
        session=task.session_id,
        kind=task.kind,
        starts_at=task.starts_at,
        again_at__gt=now,
        again_at__lt=task.over_at,
    )
    own = busy.annotate(part=Mod("subscriber", task.slices)).filter(part=task.slice)
    return own.aggregate(first=Min("again_at"))["first"]


def _unseen(due: list[LiveSession], kind: Reminder.Kind) -> list[LiveSession]:
    """Those for which no step is written yet."""
    written = Step.objects.filter(
        job=REMIND,
        subject_id__in=[session.pk for session in due],
        key__startswith=f"{kind}/",
    ).values_list("subject_id", "key")
    seen = {(pk, key.split("/")[1]) for pk, key in written}
    return [one for one in due if (one.pk, one.starts_at.isoformat()) not in seen]


@transaction.atomic
def _schedule(sessions: list[LiveSession], kind: Reminder.Kind) -> int:
    """A step for each slice of each session's followers, by channel."""
    followers = Follow.objects.confirmed().filter(
        Q(host__in=[one.host_id for one in sessions]) | Q(session__in=sessions)
    )
    counted = (
        followers.annotate(by_mail=Q(subscriber__endpoint=""))
        .values_list("host", "session", "by_mail")
        .annotate(Count("pk"))
    )
    many = {(host, one, by_mail): n for host, one, by_mail, n in counted}
    written = 0
    for session in sessions:
        for channel in Channel:
            by_mail = channel == Channel.MAIL
            count = many.get((session.host_id, None, by_mail), 0)
            count += many.get((None, session.pk, by_mail), 0)
            slices = min(-(-count // SLICE), MOST_SLICES)
            for number in range(slices):
                task = Task(
                    session.pk, kind, session.starts_at, channel, number, slices
                )
                steps.schedule(REMIND, subject_id=session.pk, key=task.key)
            written += slices
    return written

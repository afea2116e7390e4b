"""Writing, claiming and running steps."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from donghai import sql
from donghai.steps.models import Step

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=10)


END_SQL = """
UPDATE donghai_step SET state = 'DONE', done_at = %(now)s, lease_token = NULL
WHERE id = %(step)s AND lease_token = %(token)s AND state = 'OPEN'
"""


class LeaseLost(Exception):
    """Somebody else works on this step by now; whatever we did is rolled back."""


class NotYet(Exception):
    """The step has to wait for the outside; not a failure. Due again in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


Action = Callable[[Step], None]


class Lane(StrEnum):
    """Steps of one lane wait for each other, those of two lanes never do."""

    QUICK = "quick"  # our own database and nothing else
    OUTSIDE = "outside"  # other people's machines
    MERCHANTS = "merchants"  # merchants' own: any may hang, so with senders of its own
    TALK = "talk"  # chat into other languages: worth nothing late, so never in the way
    MEDIA = "media"  # pictures and video: heavy, in a process of its own
    BULK = "bulk"  # long work in many slices: imports, in a process of its own, too


@dataclass(frozen=True)
class Job:
    """What runs a step of one name, in which lane, how often before it is parked."""

    name: str
    action: Action
    lane: Lane
    attempts: int


_jobs: dict[str, Job] = {}


def job(
    name: str, *, lane: Lane = Lane.QUICK, attempts: int = 12
) -> Callable[[Action], Action]:
    """Register what runs the steps called `name` (in an app's tasks.py)."""

    def register(action: Action) -> Action:
        _jobs[name] = Job(name, action, lane, attempts)
        return action

    return register


def jobs() -> dict[str, Job]:
    """All registered jobs by name."""
    if not _jobs:
        autodiscover_modules("tasks")
    return _jobs


def schedule(
    *jobs: str, subject_id: int, key: str = "", due_at: datetime | None = None
) -> None:
    """Write steps for `subject_id`; a repeat with the same key changes nothing.

    Call it inside the transaction of the cause, so that both stand or neither does.
    """
    due = due_at or timezone.now()
    new = [Step(job=name, subject_id=subject_id, key=key, due_at=due) for name in jobs]
    sql.insert(*new, unless_there=True)


def claim_due(
    *, limit: int, lane: Lane | None = None, now: datetime | None = None
) -> list[Step]:
    """Lease up to `limit` due steps, oldest first; one statement, safe to race.

    Without a lane, those of all lanes. A CTE finds what is due, as it runs once: a
    subquery may be run for each row, and would then find another `limit` every time.
    """
    moment = now or timezone.now()
    names = [j.name for j in jobs().values() if lane is None or j.lane == lane]
    return list(
        Step.objects.raw(
            """
            WITH due AS MATERIALIZED (
                SELECT id FROM donghai_step
                WHERE state = 'OPEN' AND due_at <= %s AND job = ANY(%s)
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            UPDATE donghai_step step
            SET due_at = %s, lease_token = gen_random_uuid(), attempts = attempts + 1
            FROM due WHERE step.id = due.id
            RETURNING step.*
            """,
            [moment, names, limit, moment + LEASE],
        )
    )


def run(step: Step) -> bool:
    """Run one claimed step. True when it ended; what went wrong is noted on the row.

    One that was taken often and never came back is parked unrun: it kills its worker.
    """
    if step.attempts > jobs()[step.job].attempts:
        _park(step, "whoever took it died")
        return False
    try:
        jobs()[step.job].action(step)
    except NotYet as wait:
        _release(step, timedelta(seconds=wait.seconds), attempts=0)
        return False
    except LeaseLost:
        log.info("lease lost", extra={"step": step.pk, "job": step.job})
        return False
    except Exception as error:
        log.warning(
            "step failed",
            extra={"step": step.pk, "job": step.job, "error": type(error).__name__},
        )
        _note_failure(step, error)
        return False
    return True


@contextmanager
def finishing(step: Step) -> Iterator[None]:
    """Record a step's effect and its end together, or neither.

    Raises LeaseLost, and rolls the block back, when the lease is not ours any more.
    """
    with transaction.atomic():
        yield
        now = timezone.now()
        if not sql.change(END_SQL, step=step.pk, token=step.lease_token, now=now):
            raise LeaseLost


def oldest_due(now: datetime) -> datetime | None:
    """Since when a step waits that people wait for; heavy and long work may be late."""
    late = (Lane.MEDIA, Lane.BULK, Lane.MERCHANTS, Lane.TALK)
    patient = [job.name for job in jobs().values() if job.lane in late]
    waiting = Step.objects.due(now).exclude(job__in=patient).order_by("due_at")
    return waiting.values_list("due_at", flat=True).first()


def retry(step_id: int) -> bool:
    """Take a parked step up again from its first attempt. False if not parked."""
    return bool(
        Step.objects.parked()
        .filter(pk=step_id)
        .update(state=Step.State.OPEN, attempts=0, due_at=timezone.now())
    )


def _note_failure(step: Step, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:500]
    if step.attempts >= jobs()[step.job].attempts:
        _park(step, text)
        return
    wait = min(timedelta(seconds=2.0 ** min(step.attempts, 10)), LONGEST_WAIT)
    _release(step, wait, last_error=text)


def _park(step: Step, text: str) -> None:
    Step.objects.open().filter(pk=step.pk, lease_token=step.lease_token).update(
        state=Step.State.PARKED, lease_token=None, last_error=text
    )
    log.error("step parked", extra={"step": step.pk, "job": step.job})


def _release(step: Step, wait: timedelta, **changes: object) -> None:
    Step.objects.open().filter(pk=step.pk, lease_token=step.lease_token).update(
        due_at=timezone.now() + wait, lease_token=None, **changes
    )

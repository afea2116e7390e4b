"""The steps of `bench.steps`: written due, counted while they get done."""

from django.db import connection

from bench.market import settle
from bench.trivial import JOB, TABLE
from donghai.steps.models import Step

# One more of a step's rows than there should be counts once
TWICE = "SELECT count(*) - count(DISTINCT step_id) FROM bench_note"


def prepare() -> None:
    """The table a step writes to."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def write(count: int) -> None:
    """Due steps, each for a subject of its own."""
    first = Step.objects.count()
    subjects = range(first, first + count)
    Step.objects.bulk_create(Step(job=JOB, subject_id=one) for one in subjects)
    settle()


def are_left() -> bool:
    """Whether any is still to do; cheap enough to be asked often."""
    return Step.objects.open().exists()


def left() -> int:
    return Step.objects.exclude(state=Step.State.DONE).count()


def done_twice() -> int:
    """How many rows too many there are; raises when some step wrote none."""
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        twice = int(cursor.fetchone()[0])
        cursor.execute("SELECT count(DISTINCT step_id) FROM bench_note")
        if (noted := cursor.fetchone()[0]) != Step.objects.count():
            raise RuntimeError(f"only {noted} steps have written their row")
    return twice

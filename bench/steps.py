"""Steps a second, each in a transaction of its own, as the worker's sweep runs them.

Ten thousand steps of a job that writes one row; four sweeps in as many threads of one
process, as `celery worker -P threads -c 4` would run them. None may be left or doubled.
"""

import threading
import time
from datetime import date, timedelta

from bench.ground import empty_database
from bench.report import Figure, say, show

STEPS = 10_000
THREADS = 4
ROUNDS = 3
GOAL = 1_500
JOB = "bench.write"
DAY = date(2026, 1, 1)


def main() -> None:
    with empty_database():
        found = sorted(measured(number) for number in range(ROUNDS))
    show(
        [
            Figure(
                "steps_per_s",
                found[ROUNDS // 2],
                "steps/s",
                "the goal",
                GOAL,
                "at least",
            )
        ]
    )


def measured(number: int) -> float:
    """Steps a second of one round; RuntimeError when one is left or was done twice."""
    from donghai import sql, steps
    from donghai.models import ExchangeRate
    from donghai.steps.models import Step

    def write(step: Step) -> None:
        with steps.finishing(step):
            sql.insert(
                ExchangeRate(
                    source=f"B{number}",
                    base="EUR",
                    quote=f"{step.subject_id % 1000:03}",
                    rate=1,
                    valid_on=DAY + timedelta(days=step.subject_id // 1000),
                )
            )

    steps.job(JOB)(write)
    Step.objects.bulk_create(
        [Step(job=JOB, subject_id=i, key=str(number)) for i in range(STEPS)]
    )
    begun = time.perf_counter()
    sweeps = [threading.Thread(target=sweep) for _ in range(THREADS)]
    for each in sweeps:
        each.start()
    for each in sweeps:
        each.join()
    took = time.perf_counter() - begun
    left = Step.objects.open().count()
    written = ExchangeRate.objects.filter(source=f"B{number}").count()
    if left or written != STEPS:
        raise RuntimeError(f"{left} steps are left, {written} rows were written")
    say(f"round {number + 1}: {STEPS / took:,.0f} steps a second")
    return STEPS / took


def sweep() -> None:
    """What one worker thread does."""
    from django.db import connection

    from donghai.steps.services import Lane
    from donghai.steps.tasks import sweep_until_done

    while sweep_until_done(lane=Lane.QUICK):
        pass  # a sweep ends after a while by itself; the next begins
    connection.close()


if __name__ == "__main__":
    main()

"""How many steps are done in a second, each in a transaction of its own.

10,000 due steps that write one row each, and one worker as `bin/run` starts it: Celery
with four threads, told once a second to look, as beat does. Afterwards every step must
be done, and have written one row.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.ground import cpu_seconds, empty_database
from bench.report import Figure, say, show

STEPS = 10_000
ROUNDS = 3
PATIENCE = 120
WORKER = [
    *(sys.executable, "-m", "celery", "-A", "donghai", "worker", "-I", "bench.trivial"),
    *("-P", "threads", "-c", "4", "-l", "WARNING"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    rates, costs, twice, left = [], [], 0, 0
    with empty_database():
        from bench import due

        due.prepare()
        with worker() as process:
            due.write(100)
            finish(100)  # it is up and knows its statements
            for number in range(1, ROUNDS + 1):
                due.write(STEPS)
                before = cpu_seconds(process)
                seconds = finish(STEPS)
                rates.append(STEPS / seconds)
                costs.append((cpu_seconds(process) - before) / STEPS * 1e6)
                say(
                    f"round {number}: {rates[-1]:,.0f}/s, {costs[-1]:.0f} us CPU a step"
                )
        twice, left = due.done_twice(), due.left()
    show(
        [
            Figure(
                "steps_per_s", median(rates), "steps/s", "the goal", 1500, "at least"
            ),
            Figure("step_cpu_us", median(costs), "us"),
            Figure("done_twice", twice, "steps", goal="0"),
            Figure("left", left, "steps", goal="0"),
        ]
    )


def finish(count: int) -> float:
    """Hint once a second until the steps just written are done; the seconds it took."""
    from bench import due
    from donghai.steps.tasks import sweep

    begun = time.monotonic()
    hinted = 0.0
    while due.are_left():
        now = time.monotonic()
        if now - begun > PATIENCE:
            raise RuntimeError(f"{due.left()} of {count} steps are still to do")
        if now - hinted >= 1:
            sweep.apply_async(["quick"], expires=5)
            hinted = now
        time.sleep(0.05)
    return time.monotonic() - begun


@contextmanager
def worker() -> Iterator[psutil.Process]:
    """It finds the database and Redis in our environment."""
    with subprocess.Popen(WORKER, cwd=ROOT) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


if __name__ == "__main__":
    main()

"""How many steps are done in a second, each in a transaction of its own.

10,000 due steps that write one row each, and the workers that `bin/run` starts, told
once a second to look, as beat does. Afterwards every step must be done, and have
written one row.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.ground import cpu_seconds, empty_database
from bench.report import Figure, say, show
from donghai.local.stack import worker_commands

STEPS = 10_000
ROUNDS = 3
PATIENCE = 120
OPTIONS = ("-I", "bench.trivial", "-l", "WARNING")
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    rates, costs, twice, left = [], [], 0, 0
    with empty_database():
        from bench import due

        due.prepare()
        with workers() as team:
            due.write(100)
            finish(100)  # they are up and know their statements
            for number in range(1, ROUNDS + 1):
                due.write(STEPS)
                before = sum(map(cpu_seconds, team))
                seconds = finish(STEPS)
                rates.append(STEPS / seconds)
                costs.append((sum(map(cpu_seconds, team)) - before) / STEPS * 1e6)
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
def workers() -> Iterator[list[psutil.Process]]:
    """They find the database and Redis in our environment."""
    with ExitStack() as stack:
        team = []
        for command in worker_commands(*OPTIONS).values():
            process = stack.enter_context(subprocess.Popen(command, cwd=ROOT))
            stack.callback(process.terminate)
            team.append(psutil.Process(process.pid))
        yield team


if __name__ == "__main__":
    main()

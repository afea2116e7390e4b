"""How many units can be promised in a second, of one variant and of a thousand.

`catalog.stock.services.hold` in 2 processes of 8 threads, every hold durable, against
the very same statement sent by pgbench: prepared, 16 clients in 2 threads. They take
turns, and the middle one of their rounds counts.
"""

import multiprocessing
import os
import random
import re
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import Any
from uuid import uuid4

from bench.ground import empty_database
from bench.report import Figure, say, show
from donghai.local.places import Places
from donghai.local.postgres import program

PROCESSES, THREADS = 2, 8
SECONDS = 4.0
ROUNDS = 3
WIDE = 1000
FACT = re.compile(r"%\((\w+)\)s")


def main() -> None:
    context = multiprocessing.get_context("spawn")
    with (
        empty_database() as places,
        ProcessPoolExecutor(PROCESSES, context, get_ready) as pool,
    ):
        from bench import market

        variants = market.plain_variants(WIDE)
        by_service(pool, variants)  # starts the processes; not counted
        hot, wide = Contest(places, pool, variants[:1]), Contest(places, pool, variants)
        for number in range(1, ROUNDS + 1):
            for contest in (hot, wide):
                contest.play(f"round {number}")
        market.require_explained_holds()
    show(
        [
            hot.figure("holds_hot_per_s", "ratio at least 0.6"),
            wide.figure("holds_wide_per_s", "ratio at least 0.35"),
        ]
    )


class Contest:
    """Both ways to hold, in turns, on the same variants."""

    def __init__(
        self, places: Places, pool: ProcessPoolExecutor, variants: list[int]
    ) -> None:
        self.places, self.pool, self.variants = places, pool, variants
        self.ours: list[float] = []
        self.bare: list[float] = []

    def play(self, name: str) -> None:
        self.bare.append(by_pgbench(self.places, self.variants))
        self.ours.append(by_service(self.pool, self.variants))
        say(
            f"{name}, {len(self.variants)} variants: pgbench {self.bare[-1]:,.0f}/s, "
            f"service {self.ours[-1]:,.0f}/s, {self.ours[-1] / self.bare[-1]:.2f}"
        )

    def figure(self, name: str, goal: str) -> Figure:
        against = "the same statement by pgbench"
        return Figure(
            name, median(self.ours), "holds/s", against, median(self.bare), goal
        )


def by_pgbench(places: Places, variants: list[int]) -> float:
    """Transactions a second of the service's own statement."""
    from catalog.stock.services import HOLD_SQL

    constants = {
        "quantity": "1",
        "bag": str(uuid4()),
        "now": "2026-01-01T00:00:00Z",
        "until": "2036-01-01T00:00:00Z",
    }
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"\\set variant random({min(variants)}, {max(variants)})\n")
        script.write(FACT.sub(_variable, HOLD_SQL.strip()) + ";\n")
        script.flush()
        options = [
            "-n",
            "-M",
            "prepared",
            "-c",
            "16",
            "-j",
            "2",
            "-T",
            f"{SECONDS:.0f}",
        ]
        options += [f"--define={name}={value}" for name, value in constants.items()]
        said = subprocess.run(
            [program("pgbench"), *options, "-f", script.name, "donghai"],
            env={**os.environ, "PGHOST": str(places.sockets), "PGUSER": "donghai"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    found = re.search(r"tps = ([\d.]+)", said)
    assert found is not None, said
    return float(found[1])


def _variable(fact: re.Match[str]) -> str:
    return "NULL" if fact[1] == "id" else f":{fact[1]}"


def by_service(pool: ProcessPoolExecutor, variants: list[int]) -> float:
    """Holds a second of all processes together."""
    begin = time.monotonic() + 1
    asked = [pool.submit(hold_for, variants, begin) for _ in range(PROCESSES)]
    return sum(each.result() for each in asked) / SECONDS


def get_ready() -> None:
    """In each process, once; its environment tells it the database."""
    import django

    django.setup()


def hold_for(variants: list[int], begin: float) -> int:
    """In one process: hold by chance for some seconds; how many holds it made."""
    from django.db import connection

    from catalog.stock import services as catalog

    counts = [0] * THREADS

    def work(number: int) -> None:
        chance = random.Random()
        hold: Any = catalog.hold
        hold(variant_id=variants[0], quantity=1, bag=uuid4())  # connects
        time.sleep(max(0.0, begin - time.monotonic()))
        while time.monotonic() < begin + SECONDS:
            hold(variant_id=chance.choice(variants), quantity=1, bag=uuid4())
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


if __name__ == "__main__":
    main()

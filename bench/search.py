"""What finding pieces costs in a market of 10,000 and of 1,000,000.

`catalog.search.finding.find` as a page calls it: a page of 24, and on first pages a
total and counts of the first 500 matches. Each kind of query is asked of both markets
in as many wordings, made of pieces drawn by chance, so that what is common is asked
often. CPU is of this process and of its PostgreSQL session.

    bin/bench search [small [large [queries]]]
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

import psutil

from bench.ground import empty_database
from bench.report import say

if TYPE_CHECKING:
    from catalog.search.documents import Document
    from catalog.search.finding import Query

SMALL, LARGE = 10_000, 1_000_000
QUERIES = 200  # of each kind
GOAL_CPU_MS, GOAL_RATIO = 10, 1.5


@dataclass(frozen=True, slots=True)
class Measured:
    """A kind of query in one market; times in milliseconds."""

    cpu: float
    p95: float
    found: float  # matches a query, 500 at most


def main(small: int = SMALL, large: int = LARGE, queries: int = QUERIES) -> None:
    with empty_database():
        from bench import crystals

        crystals.read_these_names()
        few = measured_market(small, queries)
        many = measured_market(large, queries)
    worst = max(many, key=lambda kind: many[kind].cpu)
    ratio = mean(m.cpu for m in many.values()) / mean(m.cpu for m in few.values())
    for kind, large_one in many.items():
        say(
            f"{kind:14} CPU {few[kind].cpu:6.2f} ms -> {large_one.cpu:6.2f} ms"
            f" ({large_one.cpu / few[kind].cpu:.2f}), p95 {few[kind].p95:6.2f} ->"
            f" {large_one.p95:6.2f}, found {few[kind].found:.0f} -> {large_one.found:.0f}"
        )
    print(worst, ratio)


def measured_market(count: int, queries: int) -> dict[str, Measured]:
    from bench import crystals

    begun = time.monotonic()
    crystals.fill(count)
    say(f"{count:,} pieces in {time.monotonic() - begun:.0f} s")
    return {kind: measured(ask, count, queries) for kind, ask in kinds().items()}


def kinds() -> "dict[str, Callable[[Document, random.Random], Query]]":
    """How each kind of query is made of a piece."""
    from bench import wordings

    return wordings.KINDS


def measured(
    ask: "Callable[[Document, random.Random], Query]", count: int, queries: int
) -> Measured:
    """One kind of query, after some that aren't measured."""
    from django.db import connection

    from bench import crystals
    from catalog.search.finding import find

    market, chance = crystals.Market(), random.Random(1)
    asked = [
        ask(market.piece(chance.randint(1, count)), chance) for _ in range(2 * queries)
    ]
    for query in asked[queries:]:
        find(query)
    session = psutil.Process(connection.connection.info.backend_pid)
    taken, found = [], 0
    before, here = _cpu(session), time.process_time()
    for query in asked[:queries]:
        begun = time.perf_counter()
        found += find(query).total
        taken.append(time.perf_counter() - begun)
    cpu = time.process_time() - here + _cpu(session) - before
    return Measured(
        cpu / queries * 1000, sorted(taken)[queries * 95 // 100] * 1000, found / queries
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

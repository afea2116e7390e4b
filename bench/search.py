"""What finding pieces costs in a market of 10,000 and in one of 1,000,000.

`catalog.search.finding.find` as a page calls it: 24 pieces, and on first pages a total
and counts of the first 250 matches, 100 where words were typed. Each kind of query is
asked of both markets in as many wordings, made of pieces drawn by chance, so that
what's common is asked often.
CPU is that of this process and of its PostgreSQL session, a query.

`search_ratio` is that of the dearest kinds. The same question has more answers in the
larger market, up to those that are counted, so a kind that finds little in the small
one costs several times as much in the large. `search_like_ratio` compares equal work:
what the queries of the large market cost there, and what queries of their kind with
about as many matches cost in the small one.

`orm_row_cpu_s` says how this machine compares with the one the goals were set on.

    bin/bench search [small [large [queries]]]
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median
from typing import TYPE_CHECKING

import psutil

from bench.ground import empty_database
from bench.report import Figure, say, show

if TYPE_CHECKING:
    from catalog.search.documents import Document
    from catalog.search.finding import Query

SMALL, LARGE, QUERIES = 10_000, 1_000_000, 200
MOST_CPU_MS, MOST_RATIO = 10, 1.5
CLASSES = (0, 1, 10, 25, 50, 100, 250)  # of queries, by the least matches
LIKE = 5  # queries of a class that tell what it costs
ROWS = 2000
ROW = 185e-6  # CPU-s of Django for one row by its key, where the goals were set


@dataclass(frozen=True, slots=True)
class Measured:
    """A kind of query in one market; times in milliseconds."""

    cpu: float
    p95: float
    found: float  # matches of a first page, as far as they are counted
    by_work: dict[int, tuple[int, float]]  # by matches: queries, CPU of all of them


Table = dict[str, Measured]


def main(small: int = SMALL, large: int = LARGE, queries: int = QUERIES) -> None:
    with empty_database():
        few, row = measured_market(small, queries)
        many, again = measured_market(large, queries)
    for kind in many:
        say(_line(kind, few[kind], many[kind]))
    show([*_figures(few, many), *_kinds(few, many), _scale([*row, *again])])


def measured_market(count: int, queries: int) -> tuple[Table, list[float]]:
    """All kinds of query, and what a row costs before and after."""
    from bench import crystals, wordings

    begun = time.monotonic()
    crystals.read_these_names()
    crystals.fill(count)
    say(f"{count:,} pieces in {time.monotonic() - begun:.0f} s")
    row = [orm_row()]
    table = {
        kind: measured(ask, count, queries) for kind, ask in wordings.KINDS.items()
    }
    return table, [*row, orm_row()]


def measured(
    ask: "Callable[[Document, random.Random], Query]", count: int, queries: int
) -> Measured:
    """One kind of query, each asked once before; those with few matches go first."""
    from bench import crystals
    from catalog.search.finding import find

    market, chance = crystals.Market(), random.Random(count)
    asked = [
        ask(market.piece(chance.randint(1, count)), chance) for _ in range(queries)
    ]
    works = {n: find(query).total for n, query in enumerate(asked)}
    by_work: dict[int, tuple[int, float]] = {}
    taken: list[float] = []
    for work, numbers in groupby(sorted(works, key=works.__getitem__), _work(works)):
        before, first = _spent(), len(taken)
        for number in numbers:
            begun = time.perf_counter()
            find(asked[number])
            taken.append(time.perf_counter() - begun)
        by_work[work] = len(taken) - first, (_spent() - before) * 1000
    return Measured(
        sum(cpu for _, cpu in by_work.values()) / queries,
        sorted(taken)[queries * 95 // 100] * 1000,
        mean(works.values()),
        by_work,
    )


def _work(totals: dict[int, int]) -> Callable[[int], int]:
    """The class of a query: the least number of matches that its like have."""
    return lambda number: max(least for least in CLASSES if least <= totals[number])


def orm_row() -> float:
    """CPU-seconds this process spends to get one row by its key."""
    from catalog.search.models import SearchFact

    key = SearchFact.objects.values_list("pk", flat=True)[0]
    begun = time.process_time()
    for _ in range(ROWS):
        SearchFact.objects.get(pk=key)
    return (time.process_time() - begun) / ROWS


def _figures(few: Table, many: Table) -> list[Figure]:
    """Of the dearest kinds, and how equal work grows dearer."""
    goal, most, ms, times = "the goal", "at most", "ms", "times"
    dear_few = max(one.cpu for one in few.values())
    dear_many = max(one.cpu for one in many.values())
    slow = max(one.p95 for one in many.values())
    like = _growth(few, many)
    return [
        Figure("search_10k_cpu_ms", dear_few, ms, goal, MOST_CPU_MS, most),
        Figure("search_1m_cpu_ms", dear_many, ms, goal, MOST_CPU_MS, most),
        Figure("search_1m_p95_ms", slow, ms),
        Figure("search_ratio", dear_many / dear_few, times, goal, MOST_RATIO, most),
        Figure("search_like_ratio", like, times, goal, MOST_RATIO, most),
    ]


def _growth(few: Table, many: Table) -> float:
    """What the large market's queries cost, to what they'd cost in the small one.

    Queries of one kind that have about as many matches are one work. Deep pages count
    nothing.
    """
    there = here = 0.0
    for kind in many.keys() - {"deep page"}:
        for work, (number, cpu) in many[kind].by_work.items():
            others, took = few[kind].by_work.get(work, (0, 0.0))
            if min(number, others) >= LIKE:
                there += cpu
                here += number * took / others
    return there / here


def _kinds(few: Table, many: Table) -> list[Figure]:
    return [
        Figure(
            f"search_1m_{kind.lower().replace(' ', '_')}_cpu_ms",
            many[kind].cpu,
            "ms",
            "in the small market",
            few[kind].cpu,
            f"at most {MOST_CPU_MS} ms",
        )
        for kind in many
    ]


def _scale(row: list[float]) -> Figure:
    where = "the machine of the goals"
    return Figure("orm_row_cpu_s", median(row), "CPU-s", where, ROW, "scale")


def _line(kind: str, small: Measured, large: Measured) -> str:
    return (
        f"{kind}: CPU {small.cpu:.2f} -> {large.cpu:.2f} ms, "
        f"p95 {small.p95:.1f} -> {large.p95:.1f} ms, "
        f"matches {small.found:.0f} -> {large.found:.0f}"
    )


def _spent() -> float:
    """CPU-seconds of this process and of its session so far."""
    from django.db import connection

    session = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return float(session.user + session.system) + time.process_time()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

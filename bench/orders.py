"""What a whole order costs: claim, landed price, order, payment; by API and by pages.

32 buyers at once, each with a connection of his own; two web processes or as many as
the machine has cores, as `bin/run` starts them. Work that follows an order is not done
here: its steps stay in the table. Every order is counted in the database afterwards.

CPU-seconds are those of this machine. `orm_row_cpu_s` says how it compares with the one
the goals were set on: divide by its ratio to know what the others would be there.
"""

import json
import subprocess
import sys
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import psutil

from bench.ground import cpu_seconds, web_alone
from bench.report import Figure, say, show
from donghai.local.postgres import Postgres
from donghai.local.stack import Stack
from donghai.local.valkey import Valkey

if TYPE_CHECKING:
    from bench.market import Shelf

VARIANTS = 200
AT_ONCE = 32
WARM_UP = 200  # orders that aren't measured
ORDERS = 600
ROUNDS = 3
ROW = 185e-6  # CPU-s of Django for one row by its key, where the goals were set
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Round:
    """What each of a round's orders cost, in CPU-seconds, and how it went."""

    web: float
    database: float
    redis: float
    per_second: float
    p50: float
    p95: float

    @property
    def cpu(self) -> float:
        return self.web + self.database

    def __str__(self) -> str:
        return (
            f"{self.cpu * 1000:.1f} ms CPU an order "
            f"(web {self.web * 1000:.1f}, database {self.database * 1000:.1f}, "
            f"and Redis {self.redis * 1000:.2f}), {self.per_second:.0f} orders/s, "
            f"payment p50 {self.p50 * 1000:.0f} ms, p95 {self.p95 * 1000:.0f} ms"
        )


def main() -> None:
    with web_alone() as stack:
        from bench import market, statements

        shelves = market.shelves(VARIANTS)
        sql = statements.of_an_order(shelves[0])
        say(f"{sql} statements an order")
        row = [statements.orm_row()]
        spread = rounds(stack, "api", shelves)
        row.append(statements.orm_row())
        hot = rounds(stack, "api", shelves[:1])
        pages = rounds(stack, "pages", shelves)
        row.append(statements.orm_row())
    show(
        [
            _cpu("api_cpu_s", spread, 0.015),
            _cpu("api_hot_cpu_s", hot, 0.015),
            Figure("api_sql", sql, "statements", "the goal", 30, "at most 30"),
            Figure(
                "api_p95_s", _middle(spread, "p95"), "s", "the goal", 0.3, "at most"
            ),
            _cpu("pages_cpu_s", pages, 0.05),
            Figure(
                "orm_row_cpu_s",
                median(row),
                "CPU-s",
                "the machine of the goals",
                ROW,
                "scale",
            ),
            Figure("api_per_s", _middle(spread, "per_second"), "orders/s"),
            Figure("pages_per_s", _middle(pages, "per_second"), "orders/s"),
        ]
    )


def rounds(stack: Stack, door: str, shelves: "list[Shelf]") -> list[Round]:
    """Some rounds through one door, after one that isn't measured.

    Between them the tables are counted, as autovacuum does it within a minute.
    """
    from bench import market

    shop(stack, door, shelves, WARM_UP)
    market.settle()
    found = []
    for number in range(1, ROUNDS + 1):
        found.append(measured(stack, door, shelves))
        say(f"{door}, {len(shelves)} variants, round {number}: {found[-1]}")
    return found


def measured(stack: Stack, door: str, shelves: "list[Shelf]") -> Round:
    """One round: who spent how much on it, and what the buyers met."""
    webs = [child.pid for child in stack.supervisor if child.name.startswith("web")]
    database, redis = Postgres(stack.places).process(), Valkey(stack.places).process()
    parties = [[psutil.Process(pid) for pid in webs], [database], [redis]]

    def spent() -> list[float]:
        return [sum(cpu_seconds(each) for each in party) for party in parties]

    before = spent()
    met = shop(stack, door, shelves, ORDERS)
    web, postgres, valkey = (
        (b - a) / ORDERS for a, b in zip(before, spent(), strict=True)
    )
    payments = met["payments"]
    return Round(
        web=web,
        database=postgres,
        redis=valkey,
        per_second=ORDERS / met["seconds"],
        p50=payments[len(payments) // 2],
        p95=payments[len(payments) * 95 // 100],
    )


def shop(
    stack: Stack, door: str, shelves: "list[Shelf]", orders: int
) -> dict[str, Any]:
    """Let buyers do it, and see in the database that all of them have paid."""
    from orders.checkout.models import Order

    before = Order.objects.paid().count()
    port = stack.url.rpartition(":")[2]
    asked = [port, door, str(orders), str(AT_ONCE)]
    buyers = subprocess.run(
        [sys.executable, "-m", "bench.buyers", *asked],
        input=json.dumps([astuple(shelf) for shelf in shelves]),
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        check=True,
    )
    met: dict[str, Any] = json.loads(buyers.stdout)
    if met["faults"] or Order.objects.paid().count() != before + orders:
        raise RuntimeError(f"{met['paid']} of {orders} have paid: {met['faults']}")
    return met


def _cpu(name: str, found: list[Round], goal: float) -> Figure:
    return Figure(name, _middle(found, "cpu"), "CPU-s", "the goal", goal, "at most")


def _middle(found: list[Round], name: str) -> float:
    return median(getattr(each, name) for each in found)


if __name__ == "__main__":
    main()

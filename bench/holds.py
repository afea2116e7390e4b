"""Holds a second through the service, against the same statement by pgbench.

One PostgreSQL with its usual durability and 16 clients each time. pgbench sends the
bare statement, prepared; the service is called in two processes of eight threads, as
two web processes would. Hot: everybody wants one variant. Wide: a thousand variants.
"""

import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid

from bench.ground import empty_database
from bench.report import Figure, say, show
from donghai.local.postgres import program

SECONDS = 5
ROUNDS = 3
PROCESSES, THREADS = 2, 8
WIDE = 1_000
PLENTY = 10_000_000


def main() -> None:
    with empty_database() as places:
        variants = _stock()
        figures = [
            _figure("holds_hot_per_s", places.sockets, variants[:1], 0.6),
            _figure("holds_wide_per_s", places.sockets, variants, 0.35),
        ]
    show(figures)


def _stock() -> list[int]:
    """A thousand variants with more of each than anybody will hold."""
    from catalog import services as catalog
    from catalog.models import Merchant, Product, Variant

    merchant = Merchant.objects.create(
        name="Bench", name_zh="测", credit_code="91320722MA1DH6TR4K", stall="A-1"
    )
    product = Product.objects.create(
        merchant=merchant,
        titles={"en": "Bead"},
        mineral="AMETHYST",
        form="BRACELET",
        treatment="NONE",
        origin="UY",
        hs_code="7116200000",
        customs_name="手链",
        customs_elements="手链",
    )
    made = Variant.objects.bulk_create(
        [
            Variant(product=product, sku=f"B{i}", weight_g=10, wholesale_minor=100)
            for i in range(WIDE)
        ]
    )
    for variant in made:
        catalog.receive(variant_id=variant.pk, quantity=PLENTY)
    return [variant.pk for variant in made]


def _figure(name: str, sockets: object, variants: list[int], goal: float) -> Figure:
    """The middle of some rounds, each with its peer beside it."""
    ours, theirs = [], []
    for number in range(1, ROUNDS + 1):
        theirs.append(_by_pgbench(str(sockets), variants))
        ours.append(_by_service(variants))
        say(f"{name}, round {number}: {ours[-1]:,.0f}, pgbench {theirs[-1]:,.0f}")
    middle = ROUNDS // 2
    return Figure(
        name,
        sorted(ours)[middle],
        "holds/s",
        "pgbench, the same statement",
        sorted(theirs)[middle],
        f"ratio at least {goal}",
    )


def _by_pgbench(sockets: str, variants: list[int]) -> float:
    from catalog.services import HOLD_SQL

    places = {
        "id": "NULL::bigint",
        "variant": ":variant",
        "quantity": "1",
        "bag": "gen_random_uuid()",
        "now": "now()",
        "until": "now() + interval '10 minutes'",
    }
    statement = re.sub(r"%\((\w+)\)s", lambda found: places[found[1]], HOLD_SQL)
    script = f"\\set variant random({min(variants)}, {max(variants)})\n{statement};\n"
    clients = str(PROCESSES * THREADS)
    bench = [program("pgbench"), "-h", sockets, "-U", "donghai", "-n", "-M", "prepared"]
    said = subprocess.run(
        [*bench, "-c", clients, "-j", "2", "-T", str(SECONDS), "-f", "-", "donghai"],
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"tps = ([\d.]+)", said.stdout)
    assert found, said.stdout
    return float(found[1])


def _by_service(variants: list[int]) -> float:
    command = [sys.executable, "-m", "bench.holds", "child", *map(str, variants)]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        for _ in range(PROCESSES)
    ]
    return sum(float(child.communicate()[0]) for child in children)


def child(variants: list[int]) -> None:
    """One process: holds a second of its threads, on standard output."""
    import django

    django.setup()
    from django.db import connection

    from catalog import services as catalog

    begun, counts = threading.Barrier(THREADS), [0.0] * THREADS

    def hold(number: int) -> None:
        chance = random.Random(f"{os.getpid()} {number}")
        catalog.hold(variant_id=variants[0], quantity=1, bag=uuid.uuid4())
        begun.wait()
        start, made = time.perf_counter(), 0
        while (took := time.perf_counter() - start) < SECONDS:
            catalog.hold(
                variant_id=chance.choice(variants), quantity=1, bag=uuid.uuid4()
            )
            made += 1
        counts[number] = made / took
        connection.close()

    threads = [threading.Thread(target=hold, args=[i]) for i in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(sum(counts))


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child([int(each) for each in sys.argv[2:]])
    else:
        main()

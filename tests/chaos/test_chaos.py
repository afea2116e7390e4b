"""Killed, flushed, stopped, told twice: nothing is lost and nothing doubled.

CHAOS_RUNS=200 pytest -m chaos -s
CHAOS_FIRST=17 CHAOS_RUNS=1 pytest -m chaos     the same traps and weather again
"""

import os
import random
import time
from collections import Counter

import pytest
from django.conf import settings

from donghai.steps import Lane
from donghai.steps import services as steps
from tests.catalog.connections.receiver import receiving
from tests.chaos import books, traps
from tests.chaos.buyers import Shop, play
from tests.chaos.world import BY_HAND, CELERY, Storm, World

FIRST = int(os.environ.get("CHAOS_FIRST", "0"))
RUNS = int(os.environ.get("CHAOS_RUNS", "4"))
TRAPS = 8  # of a run


def deal(number: int) -> list[str]:
    """Every place gets its trap in turn, in an order that says nothing."""
    places = random.Random("places").sample(traps.PLACES, len(traps.PLACES))
    return [places[(number * TRAPS + one) % len(places)] for one in range(TRAPS)]


def run_once(world: World, shop: Shop, number: int) -> None:
    chance = random.Random(number)
    world.traps.lay(deal(number))
    try:
        run = play(shop, Storm(world, chance), chance)
        wrong = books.faults(run, world.office, shop.till) + world.faults()
    except BaseException:
        print(world.last_words())
        raise
    report = [f"after run {number}", *wrong, world.last_words()]
    assert not wrong, "\n".join(report)


def table(deaths: Counter[str]) -> str:
    """How often somebody died in each place."""
    rows = [" " * 46 + "".join(f"{point:>9}" for point in traps.OUTSIDE)]
    for name, points in (traps.JOBS | traps.ROUNDS | traps.DOORS).items():
        counts = [
            str(deaths[f"{name}@{point}"]) if point in points else ""
            for point in traps.OUTSIDE
        ]
        rows.append(f"{name:<46}" + "".join(f"{count:>9}" for count in counts))
    return "\n".join(rows)


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", [CELERY, BY_HAND], ids=["celery", "by hand"])
def test_nothing_is_lost_and_nothing_doubled(names):
    deaths: Counter[str] = Counter()
    with receiving() as till, World(*names) as world:
        shop = Shop(till)
        for number in range(FIRST, FIRST + RUNS):
            begun = time.monotonic()
            run_once(world, shop, number)
            died = world.traps.take_sprung()
            deaths.update(died)
            print(f"run {number}: {len(died)} deaths, {time.monotonic() - begun:.1f} s")
    print(table(deaths))
    if 3 * len(traps.PLACES) < RUNS * TRAPS:
        assert set(deaths) == set(traps.PLACES)


def test_there_is_a_place_to_die_in_all_that_is_done():
    heavy = (Lane.MEDIA, Lane.BULK)
    jobs = {job.name for job in steps.jobs().values() if job.lane not in heavy}

    assert jobs == set(traps.JOBS) | traps.ASIDE
    rounds = {service for service, _ in settings.ROUNDS}
    assert rounds == set(traps.ROUNDS) | traps.ASIDE_ROUNDS

"""The only Celery tasks of the program: "look whether anything is due"."""

import random
import time
from collections.abc import Callable
from contextlib import suppress

from celery import shared_task
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from donghai.steps import services
from donghai.steps.services import Lane

# Few at once where each may take long: a whole batch must end within its lease
BATCH = {
    None: 20,
    Lane.QUICK: 100,
    Lane.OUTSIDE: 4,
    Lane.MERCHANTS: 4,
    Lane.TALK: 2,
    Lane.MEDIA: 2,
    Lane.BULK: 2,
}
HINT_LASTS = 5  # seconds; beat sends another each second
LONGEST_SWEEP = 20.0  # seconds; well inside a lease


@shared_task(name="donghai.steps.sweep")
def sweep(lane: str) -> int:
    """Run what is due in one lane until nothing is; returns how many steps ended."""

    def call_another() -> None:
        with suppress(OperationalError):  # without Redis we do it alone
            sweep.apply_async([lane], expires=HINT_LASTS, retry=False)

    # Not in the other lanes: what waits there is slow, and would take every thread
    in_a_rush = call_another if lane == Lane.QUICK else None
    return sweep_until_done(lane=Lane(lane), in_a_rush=in_a_rush)


@shared_task(name="donghai.steps.round")
def look_around(service: str) -> None:
    """One of `settings.ROUNDS`: a service that looks for work nobody wrote down."""
    import_string(service)()


def sweep_until_done(
    *, lane: Lane | None, in_a_rush: Callable[[], None] | None = None
) -> int:
    """Claim and run batches until none is due or the time for one sweep is up.

    `in_a_rush` is called once when there is more than one can claim at a time.
    """
    ended, begun = 0, time.monotonic()
    while time.monotonic() - begun < LONGEST_SWEEP:
        claimed = services.claim_due(limit=BATCH[lane], lane=lane)
        if not claimed:
            break
        if in_a_rush and len(claimed) == BATCH[lane]:
            in_a_rush()
            in_a_rush = None
        random.shuffle(claimed)  # else those behind one that kills us would never run
        ended += sum(services.run(step) for step in claimed)
    return ended

"""The only Celery tasks of the program: "look whether anything is due"."""

import time

from celery import shared_task
from django.utils.module_loading import import_string

from donghai.steps import services

BATCH = 100
OUTSIDE_BATCH = 4  # few at once, so that a slow neighbour delays few
LONGEST_SWEEP = 20.0  # seconds; well inside a lease


@shared_task(name="donghai.steps.sweep")
def sweep(outside: bool = False) -> int:
    """Run what is due in one lane until nothing is; returns how many steps ended."""
    return sweep_until_done(outside=outside)


@shared_task(name="donghai.steps.round")
def look_around(service: str) -> None:
    """One of `settings.ROUNDS`: a service that looks for work nobody wrote down."""
    import_string(service)()


def sweep_until_done(*, outside: bool | None) -> int:
    """Claim and run batches until none is due or the time for one sweep is up."""
    ended, begun = 0, time.monotonic()
    batch = OUTSIDE_BATCH if outside else BATCH
    while time.monotonic() - begun < LONGEST_SWEEP:
        claimed = services.claim_due(limit=batch, outside=outside)
        if not claimed:
            break
        ended += sum(services.run(step) for step in claimed)
    return ended

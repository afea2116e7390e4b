"""Long work in short slices: batches that each move a cursor, then a rest for others.

A batch is one transaction under the import's own lock, so that a worker killed at any
line leaves whole batches behind, and two at work take turns.
"""

import time
from collections.abc import Callable

from django.db import transaction
from django.utils import translation

from catalog.sheets.models import SheetImport
from donghai import steps
from donghai.steps.models import Step

SECONDS = 5.0  # of one slice; a lease lasts twelve times as long
ROWS = 500  # of one batch

Batch = Callable[[SheetImport], bool]


def locked(step: Step, state: str) -> SheetImport | None:
    """The import under its lock; None if the step is not meant any more."""
    sheet = SheetImport.objects.select_for_update().get(pk=step.subject_id)
    return sheet if is_meant(step, sheet, state) else None


def is_meant(step: Step, sheet: SheetImport, state: str) -> bool:
    return str(sheet.run) == step.key and sheet.state == state


def in_slices(step: Step, state: str, batch: Batch) -> None:
    """Run batches for a while. `batch` does one, and says whether it found any work.

    Raises NotYet when the slice is over, else the step is ended.
    """
    until = time.monotonic() + SECONDS
    while _one(step, state, batch):
        if time.monotonic() > until:
            raise steps.NotYet(0)


@transaction.atomic
def _one(step: Step, state: str, batch: Batch) -> bool:
    sheet = locked(step, state)
    if sheet is not None:
        with translation.override(sheet.language):
            if batch(sheet):
                return True
    with steps.finishing(step):
        return False

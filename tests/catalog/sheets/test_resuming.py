"""Killed anywhere an import goes on; done twice or by two at once it counts once."""

import os
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from catalog.models import StockMovement, Variant
from catalog.sheets import applying, services
from catalog.sheets.models import SheetImport
from donghai.steps.models import Step
from donghai.steps.services import LeaseLost
from tests.catalog.sheets.sheets import (
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    upload,
    work,
)

State = SheetImport.State
ROOT = Path(__file__).resolve().parents[3]
LIMIT_MB = 300  # of a worker that reads 100,000 rows

pytestmark = pytest.mark.django_db(transaction=True)


def many(count: int) -> list[list[str]]:
    return [bracelet(f"A-{number:05}") for number in range(count)]


def worker() -> subprocess.Popen:
    """A worker of its own on the database of the test."""
    name = connection.get_connection_params()["dbname"]
    url = re.sub(r"(://[^/]*)/[^?]*", rf"\1/{name}", settings.DATABASE_URL)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.catalog.sheets.worker"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DONGHAI_VAR": str(settings.VAR_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until(is_so: Callable[[], bool], seconds: float = 240) -> None:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < seconds, "it takes too long"
        time.sleep(0.05)


def end_leases() -> None:
    """As a minute later."""
    Step.objects.open().update(due_at=timezone.now())


def is_past(sheet: SheetImport, state: str) -> Callable[[], bool]:
    """Some rows are done of the work that the state names, and not all."""

    def check() -> bool:
        sheet.refresh_from_db()
        return sheet.state == state and bool(sheet.cursor or sheet.place.get("place"))

    return check


@pytest.mark.parametrize("state", [State.CHECKING, State.APPLYING])
def test_a_worker_killed_half_way_leaves_nothing_lost_and_nothing_doubled(state):
    sheet = upload(as_csv(*many(1_600)), "many.csv")
    work()
    sheet.refresh_from_db()
    if state == State.APPLYING:
        services.map_columns(import_id=sheet.pk, fields=sheet.fields)
        work()
        services.take_over(import_id=sheet.pk)
    else:
        services.map_columns(import_id=sheet.pk, fields=sheet.fields)
    with worker() as killed:
        wait_until(is_past(sheet, state))
        killed.kill()
    assert sheet.cursor < 1_601

    end_leases()
    work()
    sheet.refresh_from_db()
    if sheet.state == State.READY:
        services.take_over(import_id=sheet.pk)
        work()

    sheet.refresh_from_db()
    assert (sheet.state, sheet.outcomes) == (State.DONE, {"CREATED": 1_600})
    assert Variant.objects.count() == StockMovement.objects.count() == 1_600


def test_reading_goes_on_in_the_middle_of_a_workbook(monkeypatch):
    monkeypatch.setattr("catalog.sheets.staging.SECONDS", 0.0)  # a slice a row
    rows = many(12)
    sheet = checked(as_xlsx(*rows))

    read = [row.cells[0] for row in sheet.lines.order_by("line")]
    assert read == [row[0] for row in rows]
    assert sheet.counts == {"NEW": 12}


def test_two_at_work_on_one_import_take_turns():
    sheet = checked(as_csv(*many(40)), "many.csv")
    services.take_over(import_id=sheet.pk)
    step = Step.objects.open().get(subject_id=sheet.pk)
    step.lease_token = uuid.uuid4()
    step.save()

    def take_part() -> None:
        try:
            applying.apply(step)
        except LeaseLost:
            pass
        finally:
            connection.close()

    both = [threading.Thread(target=take_part) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    sheet.refresh_from_db()
    assert (sheet.state, sheet.outcomes) == (State.DONE, {"CREATED": 40})
    assert Variant.objects.count() == StockMovement.objects.count() == 40


def test_two_imports_of_the_same_pieces_at_once_create_them_once():
    content = as_csv(*many(40))
    first = checked(content, "one.csv")
    second = checked(content, "two.csv", merchant=first.merchant)
    for sheet in (first, second):
        services.take_over(import_id=sheet.pk, confirms_codes=True)

    def take_part() -> None:
        work()
        connection.close()

    both = [threading.Thread(target=take_part) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    end_leases()
    work()

    outcomes = []
    for sheet in (first, second):
        sheet.refresh_from_db()
        assert sheet.state == State.DONE
        outcomes += [*sheet.outcomes.items()]
    assert sorted(outcomes) == [("CREATED", 40), ("UNTOUCHED", 40)]
    assert Variant.objects.count() == StockMovement.objects.count() == 40


def test_a_stopped_import_keeps_what_it_saved_and_goes_on_from_there():
    sheet = checked(as_csv(*many(3)), "few.csv")
    services.take_over(import_id=sheet.pk)
    services.stop(import_id=sheet.pk)
    work()
    sheet.refresh_from_db()
    assert (sheet.state, Variant.objects.count()) == (State.STOPPED, 0)

    services.go_on(import_id=sheet.pk)
    work()

    sheet.refresh_from_db()
    assert (sheet.state, sheet.outcomes) == (State.DONE, {"CREATED": 3})


def test_a_hundred_thousand_rows_are_read_within_the_limit():
    """What comes after goes by batches; `bin/bench import` measures all of it."""
    sheet = upload(as_csv(*many(100_000)), "stock.csv")

    with worker() as reading:
        said = reading.communicate(timeout=600)[0]

    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows) == (State.READ, 100_000)
    assert 0 < float(said.split()[-1]) < LIMIT_MB

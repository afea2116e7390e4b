"""Statements by hand: rows by name, objects, new rows, plans that stay planned."""

import pytest
from django.db import IntegrityError, connection, transaction

from donghai import sql
from donghai.steps.models import Step

pytestmark = pytest.mark.django_db

COUNTED = "SELECT count(*) AS many FROM donghai_step WHERE job = %(job)s"
NAMED = "SELECT {columns} FROM donghai_step WHERE job = %(job)s"


def step(job: str, subject_id: int = 1) -> Step:
    return Step(job=job, subject_id=subject_id)


def test_new_rows_learn_their_keys_and_read_back_as_they_were():
    new = [step("a"), step("b")]

    assert sql.insert(*new)

    assert [one.pk for one in new] == list(
        Step.objects.order_by("pk").values_list("pk", flat=True)
    )
    found = sql.one(Step, NAMED, job="b")
    assert found == new[1]
    assert found.due_at == new[1].due_at
    assert sql.one(Step, NAMED, job="c") is None


def test_a_row_that_is_there_already_is_left_out_or_refused():
    sql.insert(step("a"))

    assert not sql.insert(step("a"), step("b"), unless_there=True)

    assert sql.row(COUNTED, job="b").many == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.insert(step("a"))
    assert sql.row(COUNTED, job="a").many == 1


def test_changes_are_counted():
    sql.insert(step("a", 1), step("a", 2))
    late = "UPDATE donghai_step SET attempts = attempts + 1 WHERE job = %(job)s"

    assert sql.change(late, job="a") == 2
    assert sql.change(late, job="b") == 0


@pytest.mark.django_db(transaction=True)
def test_a_plan_survives_a_rollback_and_goes_with_its_connection():
    counted = COUNTED + " -- of this test alone"
    with transaction.atomic():
        assert sql.row(counted, job="a").many == 0
        transaction.set_rollback(True)
    assert sql.row(counted, job="a").many == 0

    connection.close()

    assert sql.row(counted, job="a").many == 0


def test_without_plans_a_statement_says_the_same(settings):
    settings.DATABASE_PLANS = False

    assert sql.insert(step("a"))
    assert sql.row(COUNTED, job="a").many == 1

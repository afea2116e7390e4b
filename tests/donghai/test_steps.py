"""Truth 7: what must happen later stands in a row and ends once in effect."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from donghai import steps
from donghai.models import User
from donghai.steps import services
from donghai.steps.models import Step
from donghai.steps.services import Lane
from donghai.steps.tasks import BATCH, sweep, sweep_until_done
from tests.catalog.test_stock import in_threads

JOB = "tests.greet"


@pytest.fixture
def greet():
    """A job whose effect is one user a run; what `done` holds decides how it ends."""
    plan: dict[str, Any] = {"raise": None, "deadly": None}

    def act(step: Step) -> None:
        if plan["deadly"] == step.pk:
            raise SystemExit
        if plan["raise"]:
            raise plan["raise"]
        with steps.finishing(step):
            User.objects.create_user(f"{step.subject_id}@example.org")

    services.jobs()
    steps.job(JOB, attempts=3)(act)
    yield plan
    del services._jobs[JOB]


@pytest.mark.django_db
def test_a_step_is_written_once_per_cause(greet):
    for _ in range(3):
        steps.schedule(JOB, subject_id=1)
    steps.schedule(JOB, subject_id=1, key="again")

    assert Step.objects.count() == 2


@pytest.mark.django_db
def test_a_step_stands_or_falls_with_its_cause(greet):
    with pytest.raises(RuntimeError), transaction.atomic():
        steps.schedule(JOB, subject_id=1)
        raise RuntimeError

    assert not Step.objects.exists()


@pytest.mark.django_db
def test_a_due_step_runs_and_ends(greet):
    steps.schedule(JOB, subject_id=1)

    assert sweep_until_done(lane=None) == 1

    step = Step.objects.get()
    assert (step.state, step.attempts) == (Step.State.DONE, 1)
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("steps_due", "calls"), [(19, 0), (20, 1), (60, 1)])
def test_in_a_rush_a_sweep_calls_another_once(greet, steps_due, calls):
    called: list[None] = []
    for number in range(steps_due):
        steps.schedule(JOB, subject_id=number)

    ended = sweep_until_done(lane=None, in_a_rush=lambda: called.append(None))

    assert ended == steps_due
    assert len(called) == calls


@pytest.mark.django_db
def test_no_plan_of_postgresql_claims_more_than_the_limit(greet):
    for number in range(60):
        steps.schedule(JOB, subject_id=number)
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")

    assert len(steps.claim_due(limit=20)) == 20


@pytest.mark.django_db
def test_a_sweep_in_a_rush_goes_on_when_redis_is_away(monkeypatch):
    for number in range(BATCH[Lane.QUICK]):
        steps.schedule("orders.tell_room", subject_id=number)
    asked = []

    def refuse(*args, **options):
        asked.append(args)
        raise OperationalError("Redis is away")

    monkeypatch.setattr(sweep, "apply_async", refuse)

    sweep("quick")

    assert len(asked) == 1
    assert not Step.objects.open().filter(attempts=0).exists()
    assert not Step.objects.exclude(lease_token=None).open().exists()


@pytest.mark.django_db
def test_a_step_that_is_not_due_waits(greet):
    steps.schedule(JOB, subject_id=1, due_at=timezone.now() + timedelta(hours=1))

    assert sweep_until_done(lane=None) == 0


@pytest.mark.django_db
def test_a_failing_step_is_tried_later_and_at_last_parked(greet):
    greet["raise"] = ValueError("no line")
    steps.schedule(JOB, subject_id=1)

    for _ in range(3):
        Step.objects.update(due_at=timezone.now())
        sweep_until_done(lane=None)

    step = Step.objects.get()
    assert step.state == Step.State.PARKED
    assert step.last_error == "ValueError: no line"
    greet["raise"] = None
    assert steps.retry(step.pk)
    assert not steps.retry(step.pk)
    assert sweep_until_done(lane=None) == 1


@pytest.mark.django_db
def test_a_step_that_kills_its_worker_is_parked_and_keeps_nobody_waiting(greet):
    steps.job(JOB)(services.jobs()[JOB].action)  # with the usual number of attempts
    random.seed(1)
    steps.schedule(JOB, subject_id=0)
    deadly = Step.objects.get()
    greet["deadly"] = deadly.pk
    for number in range(1, 5):
        steps.schedule(JOB, subject_id=number)

    for _ in range(services.jobs()[JOB].attempts):
        with pytest.raises(SystemExit):
            sweep_until_done(lane=None)
        Step.objects.open().update(due_at=timezone.now())  # its lease is over
    sweep_until_done(lane=None)

    assert User.objects.count() == 4
    deadly.refresh_from_db()
    assert (deadly.state, deadly.last_error) == ("PARKED", "whoever took it died")
    assert steps.retry(deadly.pk)


@pytest.mark.django_db
def test_waiting_for_the_outside_is_no_failure(greet):
    greet["raise"] = steps.NotYet(60)
    steps.schedule(JOB, subject_id=1)

    for _ in range(5):
        Step.objects.update(due_at=timezone.now())
        sweep_until_done(lane=None)

    step = Step.objects.get()
    assert (step.state, step.attempts) == (Step.State.OPEN, 0)
    assert step.due_at > timezone.now() + timedelta(seconds=50)


@pytest.mark.django_db
def test_who_lost_the_lease_leaves_no_effect(greet):
    steps.schedule(JOB, subject_id=1)
    (slow,) = steps.claim_due(limit=9)
    later = timezone.now() + services.LEASE + timedelta(seconds=1)
    (quick,) = steps.claim_due(limit=9, now=later)
    assert steps.run(quick)

    assert not steps.run(slow)

    assert User.objects.count() == 1
    assert Step.objects.get().state == Step.State.DONE


@pytest.mark.django_db(transaction=True)
def test_many_workers_claim_each_step_once(greet):
    for number in range(60):
        steps.schedule(JOB, subject_id=number)

    claimed = in_threads(8, lambda i: [s.pk for s in steps.claim_due(limit=20)])

    taken = [pk for batch in claimed for pk in batch]
    assert len(taken) == len(set(taken)) == 60


@pytest.mark.django_db
def test_every_job_the_program_writes_down_has_somebody_to_do_it():
    from orders import tasks  # noqa: F401
    from orders.payments import services as payments

    names = {
        *payments.AFTER_PAYMENT,
        payments.REFUND,
        payments.BOOK_REFUND,
        "orders.close_parcel",
        "orders.declare_order",
        "orders.declare_waybill",
        "orders.declare_list",
        "orders.hand_over",
        "orders.track",
        "orders.clear_funds",
        "orders.convert_funds",
        "orders.make_payable",
    }
    assert names <= set(services.jobs())

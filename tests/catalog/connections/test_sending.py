"""Messages on their way: signed, tried again on the timetable, given up, sent again."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from catalog.connections import endpoints, outbox, posting, sending
from catalog.connections.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from donghai import steps
from donghai.steps.models import Step
from donghai.steps.tasks import sweep_until_done
from tests.make import make_endpoint, make_member, make_merchant

HOUR = timedelta(hours=1)
State = WebhookMessage.State

pytestmark = pytest.mark.django_db


def make_message(url, merchant=None):
    endpoint = make_endpoint(merchant or make_merchant(), url)
    return endpoints.ping(endpoint_id=endpoint.pk)


def deliver_due():
    return sweep_until_done(lane=steps.Lane.MERCHANTS)


def is_signed_by(endpoint, headers, body):
    """As a receiver checks it, by the standard's words alone."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    secrets = endpoints.keys(endpoint)
    good = {
        "v1,"
        + base64.b64encode(
            hmac.new(
                base64.b64decode(one.removeprefix("whsec_")), signed, hashlib.sha256
            ).digest()
        ).decode()
        for one in secrets
    }
    return set(headers["webhook-signature"].split()) == good


def test_a_message_arrives_signed_and_the_log_knows_it(receiver):
    message = make_message(receiver.url)

    assert deliver_due() == 1

    ((headers, body),) = receiver.received
    message.refresh_from_db()
    attempt = message.attempts.get()
    assert is_signed_by(message.endpoint, headers, body)
    assert headers["webhook-id"] == message.webhook_id
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 30
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["type"] == "ping"
    assert message.state == State.DELIVERED
    assert (attempt.status, attempt.answer) == (200, "thank you")
    assert deliver_due() == 0


def test_a_late_answer_is_good_enough(receiver):
    receiver.mood = "late"
    message = make_message(receiver.url)

    deliver_due()

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert message.attempts.get().took_ms >= 300


@pytest.mark.parametrize(
    ("mood", "status"), [("broken", 500), ("elsewhere", 302), ("hanging", None)]
)
def test_what_fails_waits_for_the_next_attempt(receiver, monkeypatch, mood, status):
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    receiver.mood = mood
    message = make_message(receiver.url)

    deliver_due()

    message.refresh_from_db()
    attempt = message.attempts.get()
    waiting = Step.objects.open().get(job=outbox.DELIVER)
    assert (message.state, attempt.status) == (State.WAITING, status)
    assert len(attempt.answer) <= 500
    assert waiting.key == "1/"
    assert 4 < (waiting.due_at - timezone.now()).total_seconds() <= 5.5
    assert WebhookEndpoint.objects.get().failing_since is not None


def test_the_timetable_is_the_standards_and_then_it_is_given_up(receiver):
    receiver.mood = "broken"
    message = make_message(receiver.url)
    moment, gaps = timezone.now(), []

    with time_machine.travel(moment, tick=False) as clock:
        while step := Step.objects.open().filter(job=outbox.DELIVER).first():
            gaps.append(step.due_at - moment)
            moment = max(step.due_at, moment)
            clock.move_to(moment)
            deliver_due()

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.attempts.count() == len(sending.WAITS) + 1 == 10
    for gap, wait in zip(gaps[1:], sending.WAITS, strict=True):
        assert wait <= gap <= wait * 1.11
    assert len(receiver.ids) == 1  # the same webhook-id each time


def test_after_a_failure_the_first_success_is_the_end_of_it(receiver):
    receiver.mood = "broken"
    message = make_message(receiver.url)
    deliver_due()
    receiver.mood = "good"

    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        deliver_due()

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert WebhookEndpoint.objects.get().failing_since is None
    assert not Step.objects.open().exists()


def test_one_that_hangs_is_tried_once_and_then_rests_with_all_its_messages(
    receiver, monkeypatch
):
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    receiver.mood = "hanging"
    endpoint = make_endpoint(make_merchant(), receiver.url)
    for _ in range(8):
        endpoints.ping(endpoint_id=endpoint.pk)

    deliver_due()

    assert len(receiver.received) == 1
    assert WebhookAttempt.objects.count() == 1
    assert WebhookMessage.objects.filter(state=State.WAITING).count() == 8
    waiting = Step.objects.open().filter(job=outbox.DELIVER)
    assert waiting.count() == 8
    assert not waiting.filter(due_at__lte=timezone.now() + timedelta(seconds=3))

    receiver.mood = "good"
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        deliver_due()
    assert WebhookMessage.objects.filter(state=State.DELIVERED).count() == 8


def test_one_that_answers_no_quickly_holds_up_nobody_else(receiver):
    receiver.mood = "broken"
    endpoint = make_endpoint(make_merchant(), receiver.url)
    for _ in range(5):
        endpoints.ping(endpoint_id=endpoint.pk)

    deliver_due()

    assert len(receiver.ids) == 5


def test_after_days_of_failure_it_is_switched_off_and_the_owners_are_told(receiver):
    merchant = make_merchant()
    owner = make_member(merchant)
    make_member(merchant, role="CLERK")
    receiver.mood = "broken"
    message = make_message(receiver.url, merchant)
    deliver_due()
    WebhookEndpoint.objects.update(failing_since=timezone.now() - 121 * HOUR)

    with time_machine.travel(timezone.now() + HOUR):
        deliver_due()
        sweep_until_done(lane=steps.Lane.OUTSIDE)

        endpoint = WebhookEndpoint.objects.get()
        assert endpoint.disabled_at is not None
        assert [one.to for one in mail.outbox] == [[owner.user.email]]
        assert f"/endpoints/{endpoint.pk}/" in mail.outbox[0].body

    with time_machine.travel(timezone.now() + 2 * HOUR):
        deliver_due()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.attempts.count() == 2
    with pytest.raises(endpoints.EndpointIsOff):
        endpoints.ping(endpoint_id=endpoint.pk)


def test_one_that_says_gone_is_switched_off_at_once(receiver):
    receiver.mood = "gone"
    make_message(receiver.url)

    deliver_due()

    assert WebhookEndpoint.objects.get().disabled_at is not None


def test_what_failed_is_sent_again_as_new_with_the_same_id(receiver):
    receiver.mood = "broken"
    message = make_message(receiver.url)
    deliver_due()
    WebhookMessage.objects.update(state=State.FAILED)
    Step.objects.all().delete()

    assert endpoints.send_failed_again(endpoint_id=message.endpoint_id) == 1
    deliver_due()
    again = Step.objects.open().get(job=outbox.DELIVER)
    receiver.mood = "good"
    with time_machine.travel(again.due_at + timedelta(seconds=1)):
        deliver_due()

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert again.key.startswith("1/")
    assert receiver.ids == {message.webhook_id: 3}


def test_a_delivered_message_can_be_sent_again_by_hand(receiver):
    message = make_message(receiver.url)
    deliver_due()

    endpoints.send_again(message_id=message.pk)
    receiver.mood = "broken"
    deliver_due()

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert message.attempts.count() == 2
    assert not Step.objects.open().exists()
    (_, first), (_, second) = receiver.received
    assert first == second


def test_for_a_day_the_former_secret_signs_as_well(receiver):
    message = make_message(receiver.url)
    (before,) = endpoints.keys(message.endpoint)

    made = endpoints.rotate(endpoint_id=message.endpoint_id)
    deliver_due()

    assert endpoints.keys(made.endpoint) == [made.secret, before]
    assert is_signed_by(made.endpoint, *receiver.received[0])
    with time_machine.travel(timezone.now() + 25 * HOUR):
        assert endpoints.keys(made.endpoint) == [made.secret]


def test_a_paused_endpoint_is_sent_nothing(receiver):
    message = make_message(receiver.url)
    endpoints.pause(endpoint_id=message.endpoint_id)

    deliver_due()

    message.refresh_from_db()
    assert receiver.received == []
    assert message.state == State.FAILED
    assert not Step.objects.open().exists()


def test_an_endpoint_that_was_removed_leaves_no_work_behind(receiver):
    message = make_message(receiver.url)
    endpoints.remove(endpoint_id=message.endpoint_id)

    deliver_due()

    assert receiver.received == []
    assert not Step.objects.open().exists()


def test_a_sender_that_dies_before_it_wrote_sends_the_same_again(receiver):
    """Two attempts of one step: the receiver sees one webhook-id twice."""
    message = make_message(receiver.url)
    (first,) = steps.claim_due(limit=1, lane=steps.Lane.MERCHANTS)
    sending._send(message, timezone.now())  # and then the power went

    with time_machine.travel(first.due_at + timedelta(seconds=1)):
        deliver_due()
        with pytest.raises(steps.LeaseLost):
            sending.deliver(first)

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert message.attempts.count() == 1
    assert set(receiver.ids) == {message.webhook_id}


def test_the_log_forgets_what_is_older_than_a_month(receiver):
    old, waiting, new = (make_message(receiver.url) for _ in range(3))
    deliver_due()
    long_ago = timezone.now() - timedelta(days=31)
    WebhookMessage.objects.exclude(pk=new.pk).update(created_at=long_ago)
    WebhookMessage.objects.filter(pk=waiting.pk).update(state=State.WAITING)

    outbox.forget_old()

    assert set(WebhookMessage.objects.values_list("pk", flat=True)) == {
        waiting.pk,
        new.pk,
    }
    assert not WebhookMessage.objects.filter(pk=old.pk).exists()


def test_no_secret_of_an_endpoint_is_in_the_database_or_in_a_log(receiver, caplog):
    caplog.set_level("DEBUG")
    message = make_message(receiver.url)
    (secret,) = endpoints.keys(message.endpoint)
    deliver_due()

    row = WebhookEndpoint.objects.values().get()
    assert secret not in str(row)
    assert secret not in caplog.text


def test_a_merchant_has_a_bounded_number_of_endpoints(receiver):
    merchant = make_merchant()
    for _ in range(endpoints.MOST):
        make_endpoint(merchant, receiver.url)

    with pytest.raises(endpoints.TooManyEndpoints):
        make_endpoint(merchant, receiver.url)

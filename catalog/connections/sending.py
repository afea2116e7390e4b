"""Delivering messages: once in effect for receivers who remember `webhook-id`.

An attempt is a step. Its key is how many came before and of which series ("", "1/",
"2/", or "0/<uuid>", "1/<uuid>" after a new start), or says that it is by hand. If
whoever sends dies before it is written down, it is sent again, as the standard allows.
A failed one schedules the next in the transaction that notes it, on the standard's
timetable. An endpoint that hangs or cannot be reached rests: its messages wait without
being tried, and their timetable with them.
"""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from catalog.connections import endpoints, outbox, posting, signing
from catalog.connections.models import (
    WebhookEndpoint,
    WebhookMessage,
)
from catalog.merchants import mails
from catalog.merchants.models import MerchantMember
from donghai import steps
from donghai.steps.models import Step

TELL_OFF = "catalog.tell_webhook_off"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WAITS = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
GIVES_UP_AFTER = timedelta(days=5)  # of nothing but failure
GONE = 410  # "never again", says the standard
SLOW_MS = 3000
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=10)
State = WebhookMessage.State


def deliver(step: Step) -> None:
    """Send a message once, and note what came of it. Outside of any transaction."""
    found = WebhookMessage.objects.select_related("endpoint")
    message = found.filter(pk=step.subject_id).first()
    by_hand = step.key.startswith(endpoints.BY_HAND)
    if message is None or (message.state != State.WAITING and not by_hand):
        with steps.finishing(step):
            return
    if not message.endpoint.is_on:
        with steps.finishing(step):
            WebhookMessage.objects.filter(pk=message.pk).update(state=State.FAILED)
            return
    _let_rest(message.endpoint, by_hand=by_hand)
    at = timezone.now()
    answer = _send(message, at)
    with steps.finishing(step):
        message.attempts.create(
            at=at,
            status=answer.status,
            answer=answer.text[:500],
            took_ms=answer.took_ms,
            error=answer.error,
        )
        if answer.is_good:
            _note_success(message)
        else:
            _note_failure(message, step, answer)


def tell_off(step: Step) -> None:
    """Mail the owners that an endpoint was switched off, if it still is."""
    found = WebhookEndpoint.objects.select_related("merchant")
    endpoint = found.filter(pk=step.subject_id).first()
    if endpoint is not None and not endpoint.is_on:
        merchant = endpoint.merchant
        owners = MerchantMember.objects.owners().filter(merchant=merchant)
        link = reverse("catalog:endpoint", args=[merchant.pk, endpoint.pk])
        with translation.override(merchant.language):
            mails.send(
                step,
                list(owners.values_list("user__email", flat=True)),
                gettext("Your system does not answer"),
                mails.words("webhook_off", merchant, link),
            )
    with steps.finishing(step):
        pass


def _send(message: WebhookMessage, at: datetime) -> posting.Answer:
    body = message.body.encode()
    signed = signing.headers(
        webhook_id=message.webhook_id,
        at=at,
        body=body,
        keys=endpoints.keys(message.endpoint),
    )
    headers = {
        "content-type": "application/json",
        "user-agent": f"Donghai-Webhooks/1.0 (+{settings.SITE_URL})",
    }
    return posting.post(message.endpoint.url, body=body, headers=headers | signed)


def _let_rest(endpoint: WebhookEndpoint, *, by_hand: bool) -> None:
    """Not yet, while it rests; a person who presses the button need not wait."""
    until = endpoint.rests_until
    if until is not None and not by_hand:
        left = (until - timezone.now()).total_seconds()
        if left > 0:
            raise steps.NotYet(left * random.uniform(1, 1.2))


def _note_success(message: WebhookMessage) -> None:
    WebhookMessage.objects.filter(pk=message.pk).update(
        state=State.DELIVERED, due_at=None
    )
    same = WebhookEndpoint.objects.filter(pk=message.endpoint_id)
    same.exclude(failing_since=None).update(failing_since=None, rests_until=None)


def _note_failure(message: WebhookMessage, step: Step, answer: posting.Answer) -> None:
    """Schedule the next attempt, let the endpoint rest, or give it up."""
    now = timezone.now()
    due_at = None
    if not step.key.startswith(endpoints.BY_HAND):
        due_at = _schedule_next(message, step.key, now)
    state = State.WAITING if due_at else State.FAILED
    if message.state != State.DELIVERED:
        WebhookMessage.objects.filter(pk=message.pk).update(state=state, due_at=due_at)
    same = WebhookEndpoint.objects.filter(pk=message.endpoint_id)
    same.update(failing_since=Coalesce(F("failing_since"), now))
    since = same.values_list("failing_since", flat=True).get() or now
    if answer.status is None or answer.took_ms > SLOW_MS:
        rest = min(max((now - since) / 2, SHORTEST_REST), LONGEST_REST)
        same.update(rests_until=now + rest)
    is_over = answer.status == GONE or now - since > GIVES_UP_AFTER
    if is_over and same.on().update(disabled_at=now):
        steps.schedule(TELL_OFF, subject_id=message.endpoint_id, key=now.isoformat())


def _schedule_next(message: WebhookMessage, key: str, now: datetime) -> datetime | None:
    """When it is tried again; None when it was tried often enough."""
    before, _, series = key.partition("/")
    tried = int(before or 0)
    if tried >= len(WAITS):
        return None
    due_at = now + WAITS[tried] * random.uniform(1, 1.1)
    steps.schedule(
        outbox.DELIVER,
        subject_id=message.pk,
        key=f"{tried + 1}/{series}",
        due_at=due_at,
    )
    return due_at

"""From what happened to messages for those who want to know.

The database marks changed variants in the transaction of their change, and only for
merchants with an endpoint that asked (migration `connections_marks`). A round takes
marks and writes messages with the newest state, in one transaction: none is lost, none
is made twice, and what changed five times in a second is told once. Rounds take turns,
so that a later message never tells an older state.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from catalog.connections import shapes
from catalog.connections.models import (
    EventType,
    WebhookEndpoint,
    WebhookMark,
    WebhookMessage,
)
from catalog.products.current import with_facts
from catalog.products.models import Variant
from catalog.stock.models import StockLevel
from donghai import sql, steps

DELIVER = "catalog.deliver_webhook"
AT_ONCE = 500
KEPT = timedelta(days=30)  # messages in the log
TURN = 7_228_110  # of the advisory lock: a number of ours

TURN_SQL = "SELECT pg_try_advisory_xact_lock(%(turn)s) AS mine"
TAKE_SQL = """
DELETE FROM catalog_webhookmark
WHERE id IN (SELECT id FROM catalog_webhookmark ORDER BY id LIMIT %(most)s)
RETURNING variant_id, kind
"""

Told = tuple[int, str, dict[str, Any]]  # merchant, event type, facts


@transaction.atomic
def write_messages() -> int:
    """Make messages of marks, each variant once. How many marks it took.

    Holds the advisory lock TURN; finding it taken it leaves the marks to who has it.
    """
    if not sql.row(TURN_SQL, turn=TURN).mine:
        return 0
    marks = sql.rows(TAKE_SQL, most=AT_ONCE)
    if marks:
        marked = {(mark.variant_id, mark.kind) for mark in marks}
        kinds = WebhookMark.Kind
        tell([*_pieces({pk for pk, kind in marked if kind == kinds.PIECE})])
        tell([*_stock({pk for pk, kind in marked if kind == kinds.STOCK})])
    return len(marks)


def tell(events: Iterable[Told]) -> None:
    """Write messages of events for all who asked, in the caller's transaction."""
    events = list(events)
    merchants = {merchant for merchant, _, _ in events}
    asked = defaultdict(list)
    if merchants:
        for endpoint in WebhookEndpoint.objects.on().filter(merchant__in=merchants):
            asked[endpoint.merchant_id].append(endpoint)
    messages = []
    for merchant_id, event_type, facts in events:
        event_id, body = uuid4(), body_of(event_type, facts)
        messages += [
            WebhookMessage(
                endpoint=endpoint, event_id=event_id, type=event_type, body=body
            )
            for endpoint in asked[merchant_id]
            if event_type in endpoint.event_types
        ]
    post(messages)


def post(messages: list[WebhookMessage]) -> None:
    """Write messages and the steps that deliver them, in the caller's transaction."""
    for message in WebhookMessage.objects.bulk_create(messages):
        steps.schedule(DELIVER, subject_id=message.pk)


def body_of(event_type: str, facts: Mapping[str, Any]) -> str:
    said = {"type": event_type, "timestamp": timezone.now().isoformat(), "data": facts}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def forget_old() -> int:
    """Drop messages older than the log keeps; how many."""
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - KEPT)
    some = old.exclude(state=WebhookMessage.State.WAITING).values("pk")[:5000]
    return WebhookMessage.objects.filter(pk__in=some).delete()[0]


def _pieces(ids: Iterable[int]) -> Iterable[Told]:
    for one in with_facts(Variant.objects.filter(pk__in=ids)).order_by("pk"):
        if one.withdrawn_at is None:
            facts = shapes.product_facts(one)
            yield one.merchant_id, EventType.PRODUCT_UPDATED, facts
        else:
            yield one.merchant_id, EventType.PRODUCT_WITHDRAWN, {"sku": one.sku}


def _stock(ids: Iterable[int]) -> Iterable[Told]:
    levels = StockLevel.objects.filter(pk__in=ids).select_related("variant")
    for level in levels.order_by("pk"):
        merchant_id = level.variant.merchant_id
        yield merchant_id, EventType.STOCK_CHANGED, shapes.stock_facts(level)

"""What happened becomes messages: in its own transaction, once, the newest state."""

import json
import threading
import uuid
from collections import Counter

import pytest
from django.db import connection, transaction

from catalog.connections import outbox
from catalog.connections.models import (
    EventType,
    WebhookMark,
    WebhookMessage,
)
from catalog.models import Product, StockLevel, Variant
from catalog.products import saving
from catalog.products.pieces import Piece
from catalog.stock import services as stock
from donghai.errors import Refused
from donghai.steps.models import Step
from orders.shipping import services as shipping
from tests.catalog.products.test_saving import BRACELET
from tests.catalog.test_stock import in_threads
from tests.make import (
    make_endpoint,
    make_glossary,
    make_merchant,
    make_user,
    make_variant,
)
from tests.orders.later import make_paid_order, step_in_hand

URL = "http://127.0.0.1:1/hook"
STOCK, UPDATED = EventType.STOCK_CHANGED, EventType.PRODUCT_UPDATED


def told(**facts):
    """Event type and facts of each message, in order."""
    found = WebhookMessage.objects.filter(**facts).order_by("pk")
    return [(one.type, json.loads(one.body)["data"]) for one in found]


def make_told_variant(*event_types, **facts):
    merchant = make_merchant()
    endpoint = make_endpoint(merchant, URL, *event_types)
    return endpoint, make_variant(merchant=merchant, **facts)


@pytest.mark.django_db
def test_a_movement_is_told_with_its_step_in_the_standards_shape():
    endpoint, variant = make_told_variant(STOCK, on_hand=10)

    assert outbox.write_messages() == 1

    message = endpoint.messages.get()
    said = json.loads(message.body)
    assert list(said) == ["type", "timestamp", "data"]
    assert said["type"] == message.type == "stock.changed"
    assert said["data"] == {
        "sku": variant.sku,
        "on_hand": 10,
        "sold": 0,
        "held": 0,
        "free": 10,
    }
    step = Step.objects.get(job=outbox.DELIVER)
    assert (step.subject_id, step.key) == (message.pk, "")
    assert not WebhookMark.objects.exists()


@pytest.mark.django_db
def test_several_movements_are_told_once_with_the_newest_state():
    _, variant = make_told_variant(STOCK, on_hand=10)
    for change in (5, -3, 8):
        stock.adjust(variant_id=variant.pk, change=change, reason="x")

    outbox.write_messages()
    again = outbox.write_messages()

    assert [facts["on_hand"] for _, facts in told()] == [20]
    assert again == 0


@pytest.mark.django_db
def test_who_asked_for_nothing_is_marked_nowhere():
    make_variant(on_hand=10)
    make_told_variant(EventType.ORDER_TO_BRING, on_hand=10)
    paused, variant = make_told_variant(STOCK, on_hand=0)
    type(paused).objects.filter(pk=paused.pk).update(is_active=False)

    stock.receive(variant_id=variant.pk, quantity=3)

    assert not WebhookMark.objects.exists()


@pytest.mark.django_db
def test_a_sale_is_told_when_it_is_paid_and_not_when_it_is_held():
    _, variant = make_told_variant(STOCK, on_hand=10)
    outbox.write_messages()
    hold = stock.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())
    assert outbox.write_messages() == 0

    stock.consume(hold_ids=[hold.id])
    outbox.write_messages()

    assert [facts["sold"] for _, facts in told()] == [0, 2]


@pytest.mark.django_db
def test_what_is_rolled_back_is_never_told():
    _, variant = make_told_variant(STOCK, on_hand=0)
    outbox.write_messages()

    with pytest.raises(RuntimeError), transaction.atomic():
        stock.receive(variant_id=variant.pk, quantity=3)
        raise RuntimeError

    assert outbox.write_messages() == 0


@pytest.mark.django_db
def test_saved_pieces_are_told_as_the_doors_show_them():
    make_glossary()
    merchant = make_merchant()
    make_endpoint(merchant, URL, UPDATED, EventType.PRODUCT_WITHDRAWN)
    saver = saving.Saver(merchant_id=merchant.pk, by_id=make_user().pk, confirms=True)

    saving.save([BRACELET], saver)
    outbox.write_messages()
    saving.save([BRACELET], saver)  # changes nothing
    assert outbox.write_messages() == 0
    saving.save([Piece(sku="AM-8", tiers=((10, 5000),))], saver)
    outbox.write_messages()
    saving.withdraw(["AM-8"], saver)
    outbox.write_messages()

    kinds = [kind for kind, _ in told()]
    assert kinds == ["product.updated", "product.updated", "product.withdrawn"]
    first, second, last = (facts for _, facts in told())
    assert (first["sku"], first["state"]) == ("AM-8", "LISTED")
    assert second["piece"]["tiers"] == [{"from_quantity": 10, "wholesale_minor": 5000}]
    assert last == {"sku": "AM-8"}


@pytest.mark.django_db
def test_a_changed_product_is_told_for_each_of_its_variants_and_noise_is_not():
    _, variant = make_told_variant(UPDATED)
    twin = Variant.objects.create(
        product=variant.product,
        merchant=variant.merchant,
        sku="TWIN",
        weight_g=3,
        wholesale_minor=100,
    )
    outbox.write_messages()
    WebhookMessage.objects.all().delete()

    Product.objects.update(unfinished={"mineral": "A"})
    assert outbox.write_messages() == 0
    Product.objects.update(colour="GREEN")
    outbox.write_messages()

    assert [facts["sku"] for _, facts in told()] == [variant.sku, twin.sku]
    assert {facts["piece"]["colour"] for _, facts in told()} == {"GREEN"}


@pytest.mark.django_db
def test_two_endpoints_are_each_told_the_same_event():
    first, variant = make_told_variant(STOCK, on_hand=0)
    second = make_endpoint(variant.merchant, URL, STOCK, UPDATED)
    stock.receive(variant_id=variant.pk, quantity=1)

    outbox.write_messages()

    of_first, of_second = (
        one.messages.filter(type=STOCK).get() for one in (first, second)
    )
    assert of_first.event_id == of_second.event_id
    assert of_first.body == of_second.body


@pytest.mark.django_db
def test_a_paid_line_is_told_to_its_merchant_without_a_word_of_the_buyer():
    endpoint, variant = make_told_variant(EventType.ORDER_TO_BRING)
    make_endpoint(make_merchant(), URL)
    order = make_paid_order(variant=variant, quantity=2)
    step = step_in_hand("orders.pack_order", order.pk)

    shipping.pack_order(step)
    shipping.pack_order(step_in_hand("orders.pack_order", order.pk))  # a repeat

    message = WebhookMessage.objects.exclude(type=STOCK).get()
    parcel = order.parcel_order.parcel
    assert message.endpoint == endpoint
    assert json.loads(message.body)["data"] == {
        "line": order.lines.get().pk,
        "sku": variant.sku,
        "quantity": 2,
        "night": parcel.night.isoformat(),
        "bring_by": parcel.closes_at.isoformat(),
    }
    for secret in (order.name, order.email, order.number, order.postcode):
        assert secret not in message.body


@pytest.mark.django_db(transaction=True)
def test_with_many_writers_and_senders_none_is_lost_none_is_doubled_none_is_stale():
    """Rounds of three processes run while twelve others move stock."""
    endpoint, variant = make_told_variant(STOCK, on_hand=100)
    others = [make_variant(merchant=variant.merchant, on_hand=100) for _ in range(3)]
    variants = [variant, *others]
    writing = threading.Event()
    taken = []

    def look_around():
        while not writing.is_set():
            taken.append(outbox.write_messages())

    def write(number):
        if number < 3:
            return look_around()
        try:
            for turn in range(12):
                chosen = variants[(number + turn) % len(variants)]
                stock.adjust(variant_id=chosen.pk, change=-1, reason="x")
        except Refused:
            pass
        finally:
            done.release()
            connection.close()

    done = threading.Semaphore(0)
    waiter = threading.Thread(
        target=lambda: ([done.acquire() for _ in range(12)], writing.set())
    )
    waiter.start()
    in_threads(15, write)
    waiter.join()
    taken.append(outbox.write_messages())

    assert not WebhookMark.objects.exists()
    assert sum(taken) == 4 + 12 * 12  # every movement was marked, each mark taken once
    messages = WebhookMessage.objects.filter(endpoint=endpoint)
    steps = Step.objects.filter(job=outbox.DELIVER).values_list("subject_id", flat=True)
    assert Counter(steps) == Counter(messages.values_list("pk", flat=True))
    last = {facts["sku"]: facts["on_hand"] for _, facts in told()}
    for one in variants:
        seen = [facts["on_hand"] for _, facts in told() if facts["sku"] == one.sku]
        assert seen == sorted(seen, reverse=True)  # never an older state after a newer
        assert last[one.sku] == StockLevel.objects.get(pk=one.pk).on_hand

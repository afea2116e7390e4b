"""Truths 1 to 3: nobody oversells, a hold ends once, stock explains itself."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold, StockLevel, StockMovement
from catalog.stock import services as catalog
from tests.make import make_client, make_staff, make_variant


def counts(variant) -> tuple[int, int, int]:
    level = StockLevel.objects.get(pk=variant.pk)
    return level.on_hand, level.allocated, level.reserved


@pytest.mark.django_db
def test_a_hold_reserves_until_it_is_given_back():
    variant = make_variant(on_hand=3)

    held = catalog.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())
    assert counts(variant) == (3, 0, 2)

    assert catalog.release(hold_ids=[held.id]) == [held.id]
    assert catalog.release(hold_ids=[held.id]) == []
    assert counts(variant) == (3, 0, 0)


@pytest.mark.django_db
def test_asking_for_more_than_is_free_is_refused_and_changes_nothing():
    variant = make_variant(on_hand=3)
    catalog.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())

    with pytest.raises(catalog.NotEnoughStock) as refused:
        catalog.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())

    assert refused.value.details["free"] == 1
    assert counts(variant) == (3, 0, 2)
    assert Hold.objects.count() == 1


@pytest.mark.django_db
def test_a_stale_hold_makes_room_when_somebody_asks_with_no_worker_alive():
    variant = make_variant(on_hand=1)
    stale = catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    Hold.objects.filter(pk=stale.id).update(expires_at=timezone.now())

    fresh = catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())

    assert Hold.objects.get(pk=stale.id).state == Hold.State.EXPIRED
    assert Hold.objects.get(pk=fresh.id).state == Hold.State.HELD
    assert counts(variant) == (1, 0, 1)


@pytest.mark.django_db
def test_the_sweep_ends_stale_holds_but_not_those_being_paid():
    variant = make_variant(on_hand=2)
    stale = catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    paying = catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    catalog.begin_paying(hold_ids=[paying.id])

    assert catalog.expire_holds() == 1

    assert Hold.objects.get(pk=stale.id).state == Hold.State.EXPIRED
    assert Hold.objects.get(pk=paying.id).state == Hold.State.PAYING
    assert counts(variant) == (2, 0, 1)


@pytest.mark.django_db
def test_a_sold_hold_becomes_allocated_and_leaves_by_dispatch():
    variant = make_variant(on_hand=5)
    held = catalog.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())

    assert catalog.consume(hold_ids=[held.id]) == [held.id]
    assert counts(variant) == (5, 2, 0)
    for _ in range(2):
        catalog.dispatch(hold_ids=[held.id])
    assert counts(variant) == (3, 0, 0)
    assert [m.kind for m in StockMovement.objects.order_by("pk")] == [
        "RECEIVED",
        "SOLD",
        "DISPATCHED",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_stocklevel SET on_hand = on_hand + 1",
        "UPDATE catalog_stocklevel SET allocated = allocated + 1",
        "UPDATE catalog_stocklevel SET reserved = on_hand + 1",
        "UPDATE catalog_stockmovement SET on_hand = 7",
        "DELETE FROM catalog_stockmovement",
        "DELETE FROM catalog_hold",
        "UPDATE catalog_hold SET quantity = quantity + 1",
        "UPDATE catalog_hold SET state = 'HELD' WHERE state = 'RELEASED'",
    ],
)
def test_the_database_itself_refuses_to_break_the_truths(statement):
    variant = make_variant(on_hand=5)
    catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    given = catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
    catalog.release(hold_ids=[given.id])
    before = counts(variant)

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert counts(variant) == before


@pytest.mark.django_db
def test_an_adjustment_cannot_take_promised_units():
    variant = make_variant(on_hand=5)
    catalog.hold(variant_id=variant.pk, quantity=4, bag=uuid.uuid4())

    with pytest.raises(catalog.NotThere):
        catalog.adjust(variant_id=variant.pk, change=-2, reason="broken")

    assert counts(variant) == (5, 0, 4)


def in_threads(number, work):
    """Run `work(i)` in that many real threads at once; their results in order."""
    results = [None] * number
    barrier = threading.Barrier(number)

    def one(i):
        try:
            barrier.wait()
            results[i] = work(i)
        except Exception as error:
            results[i] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[i]) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_real_threads_never_hold_more_than_there_is():
    variant = make_variant(on_hand=5)

    results = in_threads(
        20,
        lambda i: catalog.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4()),
    )

    assert sum(isinstance(result, catalog.Held) for result in results) == 5
    refused = [r for r in results if isinstance(r, catalog.NotEnoughStock)]
    assert len(refused) == 15
    assert counts(variant) == (5, 0, 5)


@pytest.mark.django_db(transaction=True)
def test_a_hold_ended_by_many_at_once_ends_once():
    variant = make_variant(on_hand=5)
    held = catalog.hold(variant_id=variant.pk, quantity=2, bag=uuid.uuid4())
    Hold.objects.update(expires_at=timezone.now())
    ways = [
        lambda: catalog.release(hold_ids=[held.id]),
        lambda: catalog.consume(hold_ids=[held.id]),
        catalog.expire_holds,
    ]

    results = in_threads(12, lambda i: ways[i % 3]())

    assert sum(bool(result) for result in results) == 1
    sold = Hold.objects.get(pk=held.id).state == Hold.State.CONSUMED
    assert counts(variant) == (5, 2 if sold else 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("units", [10**20 - 1, -(10**20), 1_000_001])
def test_a_clerk_moves_no_more_than_a_house_can_hold(units):
    variant = make_variant()
    before = variant.stock.on_hand
    address = reverse("admin:catalog_variant_move", args=[variant.pk])
    sent = {"kind": "RECEIVED", "change": units, "reason": "delivery"}

    answer = make_client(make_staff()).post(address, sent)

    assert answer.status_code == 200
    assert "1000000" in answer.content.decode()
    variant.stock.refresh_from_db()
    assert variant.stock.on_hand == before

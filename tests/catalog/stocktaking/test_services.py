"""Stock-takes: what counts, what differs, what is booked."""

import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from catalog.models import StockMovement, StockTake, StockTakeCount
from catalog.stock import services as stock
from catalog.stock.truths import broken
from catalog.stocktaking import services
from tests.catalog.stocktaking.make import finish, make_take, note, on_hand, scan, typed
from tests.make import make_variant


def make_counted(on_hand=10):
    variant = make_variant(on_hand=on_hand)
    return make_take(variant.merchant), variant


def tally(take):
    return [(line.counted, line.expected) for line in services.lines_of(take.pk)]


@pytest.mark.django_db
def test_each_scan_is_one_more_and_a_typed_number_begins_anew():
    take, variant = make_counted()

    note(take, scan(variant), scan(variant), scan(variant, -1))
    assert tally(take) == [(1, 10)]

    note(take, typed(variant, 7))
    assert tally(take) == [(7, 10)]

    note(take, scan(variant))
    assert tally(take) == [(8, 10)]


@pytest.mark.django_db
def test_a_count_sent_twice_counts_once():
    take, variant = make_counted()
    one = scan(variant)

    for _ in range(3):
        note(take, one)

    assert tally(take) == [(1, 10)]


@pytest.mark.django_db
def test_what_is_taken_back_was_never_counted_even_if_it_was_all():
    take, variant = make_counted()
    slip, number = scan(variant), typed(variant, 4)

    note(take, slip, undone=[slip.key])
    assert tally(take) == []

    note(take, scan(variant), number)
    note(take, undone=[number.key, number.key])
    assert tally(take) == [(1, 10)]
    assert finish(take) == []
    assert on_hand(variant) == 1


@pytest.mark.django_db
def test_finishing_books_the_differences_once_and_says_of_which_stock_take():
    take, variant = make_counted(on_hand=10)
    right = make_variant(merchant=variant.merchant, on_hand=2)
    doubtful = make_variant(merchant=variant.merchant, on_hand=5)
    note(take, typed(variant, 8), typed(right, 2), typed(doubtful, 0))

    for _ in range(2):
        assert finish(take, left_out=[doubtful.pk]) == []

    booked = StockMovement.objects.get(kind="COUNTED")
    assert (booked.variant_id, booked.on_hand) == (variant.pk, -2)
    assert (booked.reason, booked.moved_by_id) == ("Shelf 3", take.started_by_id)
    assert (on_hand(variant), on_hand(right), on_hand(doubtful)) == (8, 2, 5)
    take.refresh_from_db()
    assert take.state == StockTake.State.BOOKED


@pytest.mark.django_db
def test_what_came_or_went_after_the_count_is_neither_lost_nor_found():
    take, variant = make_counted(on_hand=10)
    held = stock.hold(variant_id=variant.pk, quantity=3, bag=uuid.uuid4())
    stock.consume(hold_ids=[held.id])
    note(take, typed(variant, 9))  # one is missing; the three sold still lie there

    stock.dispatch(hold_ids=[held.id])
    stock.receive(variant_id=variant.pk, quantity=20)
    finish(take)

    assert on_hand(variant) == 10 - 3 + 20 - 1
    assert list(broken()) == []


@pytest.mark.django_db
def test_a_count_that_waited_for_the_line_is_held_against_the_books_of_its_moment():
    take, variant = make_counted(on_hand=10)
    begun = timezone.now()
    with time_machine.travel(begun + timedelta(minutes=10)):
        stock.receive(variant_id=variant.pk, quantity=5)
    with time_machine.travel(begun + timedelta(minutes=30)):
        note(take, typed(variant, 10, age=timedelta(minutes=25)))  # at minute five

    assert tally(take) == [(10, 10)]
    finish(take)
    assert on_hand(variant) == 15


@pytest.mark.django_db
def test_goods_that_came_while_a_variant_was_scanned_make_its_line_doubtful():
    take, variant = make_counted(on_hand=2)
    note(take, scan(variant))
    stock.receive(variant_id=variant.pk, quantity=1)
    note(take, scan(variant))

    assert [line.moved for line in services.lines_of(take.pk)] == [True]
    note(take, typed(variant, 3))
    assert [line.moved for line in services.lines_of(take.pk)] == [False]


@pytest.mark.django_db
def test_promised_units_are_never_booked_away():
    take, variant = make_counted(on_hand=10)
    other = make_variant(merchant=variant.merchant, on_hand=4)
    stock.hold(variant_id=variant.pk, quantity=6, bag=uuid.uuid4())
    note(take, typed(variant, 5), typed(other, 3))

    assert finish(take) == [variant.pk]

    assert (on_hand(variant), on_hand(other)) == (10, 3)


@pytest.mark.django_db
def test_what_somebody_counted_on_meanwhile_is_looked_at_again_first():
    take, variant = make_counted()
    note(take, typed(variant, 8))
    seen = services.mark(take.pk)
    note(take, scan(variant))

    with pytest.raises(services.CountedMeanwhile):
        services.finish(
            take_id=take.pk, seen=seen, left_out=[], finished_by=take.started_by_id
        )

    assert on_hand(variant) == 10
    take.refresh_from_db()
    assert take.state == StockTake.State.OPEN


@pytest.mark.django_db
def test_nothing_counts_after_the_end_and_no_piece_of_another_stall():
    take, variant = make_counted()
    foreign = make_variant()
    with pytest.raises(services.NotYours):
        note(take, scan(variant), scan(foreign))
    services.drop(take_id=take.pk, dropped_by=take.started_by_id)
    with pytest.raises(services.TakeEnded):
        note(take, scan(variant))

    finish(take)

    assert StockTakeCount.objects.count() == 0
    assert on_hand(variant) == 10
    take.refresh_from_db()
    assert take.state == StockTake.State.DROPPED


def in_threads(*works):
    """Run all in real threads at once; what one raises is raised here."""
    errors = []
    barrier = threading.Barrier(len(works))

    def one(work):
        try:
            barrier.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_two_who_scan_the_same_shelf_at_once_lose_no_scan_and_none_counts_twice():
    take, variant = make_counted(on_hand=50)
    scans = [scan(variant) for _ in range(40)]

    def send(mine):
        for one in mine:
            note(take, one)
            note(take, one)  # the line was bad: sent again

    in_threads(*[lambda part=part: send(scans[part::4]) for part in range(4)])

    assert tally(take) == [(40, 50)]


@pytest.mark.django_db(transaction=True)
def test_while_goods_come_and_go_the_books_end_as_the_shelf_is():
    """Three are missing from the first. A person counts when nobody is at the shelf."""
    take, variant = make_counted(on_hand=30)
    shelf, at_the_shelf = [27], threading.Lock()
    counted = threading.Event()

    def bring():
        for _ in range(15):
            with at_the_shelf:
                stock.receive(variant_id=variant.pk, quantity=2)
                shelf[0] += 2

    def take_away():
        for _ in range(10):
            held = stock.hold(variant_id=variant.pk, quantity=1, bag=uuid.uuid4())
            stock.consume(hold_ids=[held.id])
            with at_the_shelf:
                stock.dispatch(hold_ids=[held.id])
                shelf[0] -= 1

    def count():
        with at_the_shelf:
            note(take, typed(variant, shelf[0]))
        counted.set()

    def book():
        counted.wait()
        finish(take)

    in_threads(bring, take_away, take_away, count, book, book)

    assert on_hand(variant) == shelf[0] == 37
    assert StockMovement.objects.get(kind="COUNTED").on_hand == -3
    assert list(broken()) == []

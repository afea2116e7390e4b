"""Stock of merchants' own systems: set it, move it, once however often it is sent."""

import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import StockLevel, StockMovement
from catalog.stock import services as stock
from tests.catalog.test_stock import in_threads
from tests.make import make_merchant, make_system, make_token, make_variant

PATH = "/api/v1/merchant/stock"


def put(system, sku, on_hand, **headers):
    path = f"{PATH}/{sku}"
    return system.put(path, {"on_hand": on_hand}, "application/json", headers=headers)


def adjust(system, sku, change, **headers):
    body = {"change": change, "reason": "delivery"}
    path = f"{PATH}/{sku}/adjustments"
    return system.post(path, body, "application/json", headers=headers)


def make_stall(on_hand=10):
    merchant = make_merchant()
    variant = make_variant(merchant=merchant, on_hand=on_hand)
    return make_system(make_token(merchant)), variant


@pytest.mark.django_db
def test_stock_is_shown_with_what_is_held_and_sold():
    system, variant = make_stall()
    held = [
        stock.hold(variant_id=variant.pk, quantity=q, bag=uuid.uuid4()).id
        for q in (2, 3)
    ]
    stock.consume(hold_ids=held[:1])

    answer = system.get(f"{PATH}/{variant.sku}").json()

    expected = {"sku": variant.sku, "on_hand": 10, "sold": 2, "held": 3, "free": 5}
    assert answer == expected
    assert system.get(PATH).json() == {"results": [expected], "next": None}


@pytest.mark.django_db
def test_setting_stock_counts_it_anew_and_twice_is_once():
    system, variant = make_stall()

    answers = [put(system, variant.sku, 7).json()["on_hand"] for _ in range(2)]

    moved = StockMovement.objects.order_by("pk").values_list("kind", "on_hand")
    assert answers == [7, 7]
    assert list(moved) == [("RECEIVED", 10), ("COUNTED", -3)]


@pytest.mark.django_db
def test_nobody_sets_or_moves_stock_below_what_is_promised():
    system, variant = make_stall()
    stock.hold(variant_id=variant.pk, quantity=4, bag=uuid.uuid4())

    refusals = [put(system, variant.sku, 3), adjust(system, variant.sku, -7)]

    assert [one.status_code for one in refusals] == [409, 409]
    assert {one.json()["code"] for one in refusals} == {"stock_is_promised"}
    assert StockLevel.objects.get().on_hand == 10
    assert put(system, variant.sku, 4).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {"change": 0, "reason": "x"},
        {"change": "many", "reason": "x"},
        {"change": 1},
        {"change": 10**18, "reason": "x"},
        {"change": 1, "reason": "x", "on_hand": 3},
    ],
)
def test_an_adjustment_that_cannot_be_is_refused(body):
    system, variant = make_stall()

    path = f"{PATH}/{variant.sku}/adjustments"
    answer = system.post(path, body, "application/json")

    assert answer.status_code == 400
    assert StockLevel.objects.get().on_hand == 10


@pytest.mark.django_db
def test_a_strangers_token_sees_and_moves_nothing():
    _, variant = make_stall()
    stranger = make_system(make_token(make_merchant()))

    answers = [
        stranger.get(f"{PATH}/{variant.sku}"),
        put(stranger, variant.sku, 3),
        adjust(stranger, variant.sku, 1),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert stranger.get(PATH).json()["results"] == []
    assert StockLevel.objects.get().on_hand == 10


REQUESTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(-6, 9).filter(bool)), max_size=14
)


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(REQUESTS)
def test_each_key_moves_stock_at_most_once_and_is_always_told_the_same(requests):
    """Any order of sending and sending again; a key keeps to its first contents."""
    system, variant = make_stall()
    on_hand, told = 10, {}

    for key, change in requests:
        answer = adjust(system, variant.sku, change, **{"idempotency-key": f"k{key}"})
        if key in told and told[key][0] == change:
            assert (answer.status_code, answer.json()) == (200, told[key][1])
        elif key in told:
            assert answer.json()["code"] == "idempotency_key_reused"
        elif on_hand + change < 0:
            assert answer.status_code == 409
        else:
            on_hand += change
            told[key] = (change, answer.json())
            assert answer.json()["on_hand"] == on_hand

    assert StockLevel.objects.get(pk=variant.pk).on_hand == on_hand


@pytest.mark.django_db(transaction=True)
def test_the_same_adjustment_sent_eight_times_at_once_is_made_once():
    system, variant = make_stall()

    def send(_):
        try:
            return adjust(system, variant.sku, 5, **{"idempotency-key": "k"}).json()
        finally:
            connection.close()

    answers = in_threads(8, send)

    assert {answer["on_hand"] for answer in answers} == {15}
    assert StockLevel.objects.get().on_hand == 15

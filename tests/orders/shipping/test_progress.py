"""The status line: dated facts, honest about what is late and what nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.checkout.models import Order, QuoteLine
from orders.shipping.models import Parcel, TrackingEvent
from orders.shipping.progress import Fact, State, status_line
from tests.make import make_order
from tests.orders.later import make_closed_parcel, make_packed_parcel, make_paid_order

DAY = timedelta(days=1)


def line_of(order: Order, list_number: str = "") -> list[Fact]:
    parcel = Parcel.objects.filter(parcel_orders__order=order).first()
    return status_line(order, parcel, list_number)


def states(order: Order) -> list[tuple[str, str]]:
    return [(fact.code, fact.state) for fact in line_of(order)]


def promise_days(order: Order, days: list[int] | None) -> None:
    line = QuoteLine.objects.get(quote=order.quote, kind="FREIGHT")
    line.working = line.working | {"days": days} if days else {}
    line.save(update_fields=["working"])


@pytest.mark.django_db
def test_an_order_begins_by_waiting_for_its_money():
    assert states(make_order()) == [
        ("PAID", "NOW"),
        ("PACKED", "LATER"),
        ("RELEASED", "LATER"),
        ("LEFT_CHINA", "LATER"),
        ("DELIVERED", "LATER"),
    ]


@pytest.mark.django_db
def test_a_cancelled_order_has_one_fact():
    order = make_order()
    order.status = Order.Status.CANCELLED

    assert states(order) == [("CANCELLED", "NOW")]


@pytest.mark.django_db
def test_each_expected_day_counts_on_from_the_one_before():
    order = make_paid_order(quantity=3)
    parcel = make_packed_parcel(order)
    promise_days(order, [8, 12])

    paid, packed, released, left, delivered = line_of(order)

    assert (paid.state, paid.at, paid.due) == (State.DONE, order.paid_at, None)
    assert paid.note == "3 pieces, 1 session"
    assert (packed.state, packed.due) == (State.NOW, parcel.closes_at)
    assert released.due == parcel.closes_at + DAY
    assert left.due == parcel.closes_at + 3 * DAY
    assert delivered.due == parcel.closes_at + 15 * DAY
    assert delivered.note == "8 to 12 days on the way"
    assert not any(fact.is_late for fact in (packed, released, left, delivered))


@pytest.mark.django_db
def test_without_a_freight_card_no_day_is_invented():
    order = make_paid_order()
    promise_days(order, None)

    delivered = line_of(order)[-1]

    assert delivered.due is None
    assert delivered.note == "The carrier gives no date."


@pytest.mark.django_db
def test_facts_that_happened_carry_their_moment_weight_and_list_number():
    parcel = make_closed_parcel(order := make_paid_order())
    Parcel.objects.update(state=Parcel.State.RELEASED, released_at=timezone.now())

    _, packed, released, left, _ = line_of(order, "230120260000417305")

    parcel.refresh_from_db()
    assert (packed.at, packed.note) == (parcel.closed_at, f"{parcel.weight_g} g")
    assert (released.state, released.at) == (State.DONE, parcel.released_at)
    assert released.note == "List 230120260000417305"
    assert (left.state, left.note) == (State.NOW, parcel.waybill)


@pytest.mark.django_db
def test_what_is_late_says_so_and_later_days_move_with_it():
    order = make_paid_order()
    promise_days(order, [8, 12])
    parcel = make_closed_parcel(order)
    left_it = timezone.now()
    Parcel.objects.update(state=Parcel.State.RELEASED, released_at=left_it)
    TrackingEvent.objects.create(
        parcel=parcel, code="DELAYED", at=left_it, note="Friday's flight was moved."
    )

    with time_machine.travel(left_it + 5 * DAY, tick=False):
        *_, left, delivered = line_of(order)

    assert left.is_late
    assert left.due == left_it + 2 * DAY
    assert left.note == (
        f"{parcel.waybill} Friday's flight was moved. "
        "Later than expected. It is with the carrier."
    )
    assert delivered.due == left_it + 17 * DAY
    assert not delivered.is_late


@pytest.mark.django_db
def test_a_delivered_order_is_done_even_where_the_carrier_was_silent():
    order = make_paid_order()
    make_closed_parcel(order)
    moment = datetime(2026, 12, 4, 10, tzinfo=UTC)
    Parcel.objects.update(state=Parcel.State.DELIVERED, delivered_at=moment)

    line = line_of(order)

    assert [fact.state for fact in line] == [State.DONE] * 5
    assert (line[-1].at, line[-1].due) == (moment, None)
    assert line[3].at is None

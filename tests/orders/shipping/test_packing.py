"""One parcel a night for a buyer and address, closed once."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from stdnum.iso7064 import mod_37_36

from donghai import steps
from donghai.steps.models import Step
from orders.checkout.models import Order, QuoteLine
from orders.shipping import s10, services
from orders.shipping.models import NumberRange, Parcel, ParcelOrder
from tests.catalog.test_stock import in_threads
from tests.make import make_listing, make_variant
from tests.orders.later import (
    jobs_of,
    make_closed_parcel,
    make_packed_parcel,
    make_paid_order,
    step_in_hand,
)

PACK, CLOSE = "orders.pack_order", "orders.close_parcel"


def make_two_orders_of_one_buyer() -> list[Order]:
    bag, listing = uuid.uuid4(), make_listing(variant=make_variant())
    return [make_paid_order(bag=bag, listing=listing) for _ in range(2)]


@pytest.mark.django_db
def test_the_first_order_opens_a_parcel_that_closes_after_the_cut_off(settings):
    settings.PARCEL_CUTOFF_HOURS = 6
    order = make_paid_order()

    parcel = make_packed_parcel(order)

    assert parcel.state == Parcel.State.OPEN
    assert parcel.closes_at == order.placed_at + timedelta(hours=6)
    assert (parcel.bag, parcel.country, parcel.currency) == (order.bag, "US", "USD")
    assert Step.objects.get(job=CLOSE, subject_id=parcel.pk).due_at == parcel.closes_at
    assert re.fullmatch(r"P\d{6}[2-9A-HJ-NP-Z]{8}[0-9A-Z]", parcel.number)
    assert mod_37_36.is_valid(parcel.number)


@pytest.mark.django_db
def test_a_later_order_of_the_night_joins_and_one_to_another_door_does_not():
    first, second = make_two_orders_of_one_buyer()
    third = make_paid_order(bag=first.bag, listing=first.lines.get().claim.listing)
    Order.objects.filter(pk=second.pk).update(street=" 1  MAIN st ")
    Order.objects.filter(pk=third.pk).update(street="2 Main St")

    parcels = [make_packed_parcel(order) for order in (first, second, third)]

    assert parcels[0] == parcels[1] != parcels[2]


@pytest.mark.django_db
def test_packing_again_changes_nothing():
    order = make_paid_order()

    parcels = {make_packed_parcel(order).pk for _ in range(2)}

    assert len(parcels) == Parcel.objects.count() == ParcelOrder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_orders_packed_in_the_same_moment_land_in_one_parcel():
    for _ in range(3):
        orders = make_two_orders_of_one_buyer()
        in_hand = [step_in_hand(PACK, order.pk) for order in orders]

        results = in_threads(2, lambda i: services.pack_order(in_hand[i]))  # noqa: B023

        assert results == [None, None]
        ids = [order.pk for order in orders]
        assert Parcel.objects.get(parcel_orders__order=ids[0]) == Parcel.objects.get(
            parcel_orders__order=ids[1]
        )


@pytest.mark.django_db(transaction=True)
def test_an_order_packed_while_its_parcel_closes_is_in_it_or_in_the_next():
    first, second = make_two_orders_of_one_buyer()
    parcel = make_packed_parcel(first)
    pack, close = step_in_hand(PACK, second.pk), step_in_hand(CLOSE, parcel.pk)

    work = (lambda: services.pack_order(pack), lambda: services.close_parcel(close))

    assert in_threads(2, lambda i: work[i]()) == [None, None]

    parcel.refresh_from_db()
    other = Parcel.objects.get(parcel_orders__order=second)
    assert parcel.state == Parcel.State.CLOSED
    declared = parcel.label["orders"]
    assert (second.number in declared) == (other == parcel)


@pytest.mark.parametrize(
    ("placed_at", "night"),
    [
        (datetime(2026, 11, 22, 3, 30, tzinfo=UTC), "2026-11-21"),  # 22:30 there
        (datetime(2026, 11, 22, 6, 30, tzinfo=UTC), "2026-11-21"),  # 01:30 there
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), "2026-11-21"),  # 11:59 there
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "2026-11-22"),  # noon there
    ],
)
@pytest.mark.django_db
def test_a_night_is_the_evening_on_the_markets_clock_until_noon(placed_at, night):
    order = make_paid_order(country="US")
    order.placed_at = placed_at

    assert services.night_of(order).isoformat() == night


@pytest.mark.django_db
def test_closing_fixes_weight_channel_waybill_and_label_once():
    variant = make_variant(weight_g=100)
    order = make_paid_order(variant=variant, quantity=2)

    parcel = make_closed_parcel(order)
    again = make_closed_parcel(order)

    channel = QuoteLine.objects.get(quote=order.quote, kind="FREIGHT").working[
        "channel"
    ]
    assert parcel.state == Parcel.State.CLOSED
    assert parcel.closed_at is not None
    assert parcel.weight_g == 60 + 2 * (100 + 12)
    assert parcel.channel == channel
    assert s10.is_valid(parcel.waybill or "")
    assert parcel.label["orders"] == [order.number]
    assert (again.waybill, again.closed_at) == (parcel.waybill, parcel.closed_at)
    assert {"orders.declare_order", "orders.declare_waybill"} <= jobs_of(parcel.pk)


@pytest.mark.django_db
def test_without_waybill_numbers_a_parcel_stays_open():
    parcel = make_packed_parcel()
    NumberRange.objects.all().delete()

    with pytest.raises(s10.NoNumbersLeft):
        services.close_parcel(step_in_hand(CLOSE, parcel.pk))

    parcel.refresh_from_db()
    assert (parcel.state, parcel.waybill) == (Parcel.State.OPEN, None)
    assert "orders.declare_order" not in jobs_of(parcel.pk)


@pytest.mark.django_db
def test_the_buyer_can_have_the_parcel_closed_now():
    order = make_paid_order()
    parcel = make_packed_parcel(order)
    Step.objects.update(lease_token=None)

    for _ in range(2):
        sent = services.send_now(order_id=order.pk)

    assert sent.closes_at <= timezone.now()
    step = Step.objects.get(job=CLOSE, subject_id=parcel.pk)
    assert step.due_at == sent.closes_at


@pytest.mark.django_db
def test_an_order_that_is_in_no_parcel_cannot_be_sent_yet():
    order = make_paid_order()

    with pytest.raises(services.NotPackedYet):
        services.send_now(order_id=order.pk)


@pytest.mark.django_db
def test_a_lost_lease_packs_nothing():
    order = make_paid_order()
    step = step_in_hand(PACK, order.pk)
    Step.objects.filter(pk=step.pk).update(lease_token=uuid.uuid4())

    with pytest.raises(steps.LeaseLost):
        services.pack_order(step)

    assert Parcel.objects.count() == 0

"""From customs' release to the buyer's door, with the sandbox carrier and by hand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import StockLevel
from donghai import steps
from donghai.steps.models import Step
from orders.shipping import services
from orders.shipping.carrier import carrier
from orders.shipping.models import Parcel, SandboxShipment, TrackingEvent
from tests.make import make_variant
from tests.orders.later import (
    jobs_of,
    make_closed_parcel,
    make_paid_order,
    step_in_hand,
)

HAND_OVER, TRACK = "orders.hand_over", "orders.track"


def make_handed_over_parcel(**facts) -> Parcel:
    parcel = make_closed_parcel(**facts)
    services.note_released(parcel_id=parcel.pk)
    services.hand_over(step_in_hand(HAND_OVER, parcel.pk))
    parcel.refresh_from_db()
    return parcel


@pytest.mark.django_db
def test_customs_release_is_noted_once_and_calls_the_carrier():
    parcel = make_closed_parcel()

    assert services.note_released(parcel_id=parcel.pk)
    assert not services.note_released(parcel_id=parcel.pk)

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.RELEASED
    assert parcel.released_at is not None
    assert Step.objects.filter(job=HAND_OVER, subject_id=parcel.pk).count() == 1


@pytest.mark.django_db
def test_a_parcel_that_customs_holds_is_not_given_to_the_carrier():
    parcel = make_closed_parcel()

    with pytest.raises(services.NotReleased):
        services.hand_over(step_in_hand(HAND_OVER, parcel.pk))

    assert SandboxShipment.objects.count() == 0


@pytest.mark.django_db
def test_handing_over_takes_the_pieces_out_of_stock_and_asks_the_carrier_once():
    variant = make_variant(on_hand=10)
    parcel = make_closed_parcel(make_paid_order(variant=variant, quantity=3))
    services.note_released(parcel_id=parcel.pk)

    for _ in range(2):
        services.hand_over(step_in_hand(HAND_OVER, parcel.pk))

    parcel.refresh_from_db()
    level, shipment = (
        StockLevel.objects.get(pk=variant.pk),
        SandboxShipment.objects.get(),
    )
    assert parcel.state == Parcel.State.HANDED_OVER
    assert (level.on_hand, level.allocated, level.reserved) == (7, 0, 0)
    assert (shipment.waybill, shipment.asked) == (parcel.waybill, 2)
    assert TRACK in jobs_of(parcel.pk)


@pytest.mark.django_db
def test_tracking_waits_until_the_carrier_says_delivered(settings):
    settings.SANDBOX_DELIVERY_SECONDS = 3600
    parcel = make_handed_over_parcel()

    with pytest.raises(steps.NotYet):
        services.track(step_in_hand(TRACK, parcel.pk))
    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.HANDED_OVER
    accepted_at = timezone.now() - timedelta(hours=2)
    SandboxShipment.objects.update(accepted_at=accepted_at)
    for _ in range(2):
        services.track(step_in_hand(TRACK, parcel.pk))

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.DELIVERED
    assert parcel.delivered_at == accepted_at + timedelta(hours=1)
    assert "orders.make_payable" in jobs_of(parcel.pk)
    story = parcel.tracking_events.order_by("pk").values_list("code", flat=True)
    assert list(story)[1:] == ["ACCEPTED", "LEFT_CHINA", "DELIVERED"]


@pytest.mark.django_db
def test_a_carrier_without_a_line_to_us_is_followed_by_what_staff_enter(settings):
    settings.CARRIER = "by_hand"
    parcel = make_handed_over_parcel()
    with pytest.raises(steps.NotYet):
        services.track(step_in_hand(TRACK, parcel.pk))

    TrackingEvent.objects.create(
        parcel=parcel, code=TrackingEvent.Code.DELIVERED, at=timezone.now()
    )
    services.track(step_in_hand(TRACK, parcel.pk))

    parcel.refresh_from_db()
    assert parcel.state == Parcel.State.DELIVERED
    assert SandboxShipment.objects.count() == 0


@pytest.mark.parametrize("name", ["sandbox", "by_hand"])
@pytest.mark.django_db
def test_every_carrier_takes_the_same_parcel_twice_and_knows_nothing_of_others(
    name, settings
):
    settings.CARRIER = name

    for _ in range(2):
        carrier().accept(key="one", waybill="LK123456785CN", country="DE", weight_g=200)

    assert carrier().where("LK000000005CN") == []
    assert SandboxShipment.objects.count() == (name == "sandbox")

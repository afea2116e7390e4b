"""What tests of shipping and settlement need: paid orders, and steps in hand."""

import uuid
from typing import Any

from django.utils import timezone

from donghai import steps
from donghai.steps.models import Step
from orders.checkout.models import Order
from orders.payments import sandbox
from orders.payments import services as payments
from orders.shipping import services as shipping
from orders.shipping.models import Parcel
from tests.make import make_order


def make_paid_order(**facts: Any) -> Order:
    order = make_order(**facts)
    payments.begin_payment(order_id=order.pk, method=sandbox.PAYS_AT_ONCE)
    order.refresh_from_db()
    return order


def step_in_hand(job: str, subject_id: int, key: str = "") -> Step:
    """The step, written if nobody did, and leased to the test."""
    steps.schedule(job, subject_id=subject_id, key=key)
    found = Step.objects.filter(job=job, subject_id=subject_id, key=key)
    found.update(
        lease_token=uuid.uuid4(), state=Step.State.OPEN, done_at=None, attempts=1
    )
    return found.get()


def jobs_of(subject_id: int) -> set[str]:
    return set(Step.objects.filter(subject_id=subject_id).values_list("job", flat=True))


def make_packed_parcel(order: Order | None = None, **facts: Any) -> Parcel:
    """An open parcel with one paid order in it."""
    order = order or make_paid_order(**facts)
    shipping.pack_order(step_in_hand("orders.pack_order", order.pk))
    return Parcel.objects.get(parcel_orders__order=order)


def make_closed_parcel(order: Order | None = None, **facts: Any) -> Parcel:
    parcel = make_packed_parcel(order, **facts)
    shipping.close_parcel(step_in_hand("orders.close_parcel", parcel.pk))
    parcel.refresh_from_db()
    return parcel


def make_delivered_parcel(order: Order | None = None, **facts: Any) -> Parcel:
    """Delivered just now, by the sandbox carrier or a setting of the test."""
    parcel = make_closed_parcel(order, **facts)
    Parcel.objects.filter(pk=parcel.pk).update(
        state=Parcel.State.DELIVERED, delivered_at=timezone.now()
    )
    parcel.refresh_from_db()
    return parcel

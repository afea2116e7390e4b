"""From a paid order to a delivered parcel.

A parcel of the night opens with its first order and closes PARCEL_CUTOFF_HOURS after
that order was placed, or when the buyer says so; later orders travel in another.
Locks: the parcel, then a range of waybill numbers, last of all stock rows.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.iso7064 import mod_37_36

from catalog.connections import outbox
from catalog.connections.models import EventType, WebhookEndpoint
from catalog.stock import services as catalog
from donghai import steps
from donghai.errors import Refused
from donghai.steps.models import Step
from orders.checkout.models import Order, OrderLine, QuoteLine
from orders.shipping import label, s10
from orders.shipping.carrier import carrier
from orders.shipping.models import Parcel, ParcelOrder, TrackingEvent

CLOSE = "orders.close_parcel"
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O
SERVICE_OF_CHANNEL = {"EPACKET": "L", "POST": "R", "EMS": "E"}  # S10's first letter
BOX_G, WRAPPING_G = 60, 12  # of one parcel, and of each piece in it


class NotPackedYet(Refused):
    code = "not_packed_yet"
    title = _("This order is not in a parcel yet. Try again in a moment.")


class NotReleased(Refused):
    code = "not_released"
    title = _("Parcel %(number)s is not released by customs, so it stays here.")


class NoNumbersForChannel(Refused):
    code = "no_numbers_for_channel"
    title = _("We write no waybill numbers for the channel %(channel)s.")


def pack_order(step: Step) -> None:
    """Put a paid order into tonight's parcel of its buyer and address.

    Locks that parcel, or opens it; a repeat finds the order in its parcel. Merchants'
    systems that asked are told what to bring.
    """
    order = Order.objects.paid().get(pk=step.subject_id)
    with steps.finishing(step):
        if ParcelOrder.objects.filter(order=order).exists():
            return
        parcel = _tonights_parcel(order)
        ParcelOrder.objects.create(parcel=parcel, order=order)
        steps.schedule(CLOSE, subject_id=parcel.pk, due_at=parcel.closes_at)
        outbox.tell(_to_bring(order, parcel))


def _to_bring(order: Order, parcel: Parcel) -> Iterator[outbox.Told]:
    """What systems of merchants that asked are told to bring; nothing of the buyer."""
    asked = WebhookEndpoint.objects.told(EventType.ORDER_TO_BRING)
    lines = order.lines.filter(merchant__in=asked.values("merchant"))
    for line in lines.select_related("variant").order_by("pk"):
        facts = {
            "line": line.pk,
            "sku": line.variant.sku,
            "quantity": line.quantity,
            "night": parcel.night.isoformat(),
            "bring_by": parcel.closes_at.isoformat(),
        }
        yield line.merchant_id, EventType.ORDER_TO_BRING, facts


def _tonights_parcel(order: Order) -> Parcel:
    """The open parcel an order belongs in, locked so that it can't close meanwhile.

    Two orders at once both try to open it: the constraint lets one, the other finds it.
    """
    wanted = {
        "bag": order.bag,
        "address_key": address_key(order),
        "night": night_of(order),
        "currency": order.currency,
    }
    cut_off = timedelta(hours=settings.PARCEL_CUTOFF_HOURS)
    for _attempt in range(5):
        parcels = Parcel.objects.open().filter(**wanted)
        found = parcels.select_for_update(no_key=True).first()
        if found is not None:
            return found
        opened = Parcel(
            number=_new_number(night_of(order)),
            country=order.country,
            closes_at=order.placed_at + cut_off,
            **wanted,
        )
        Parcel.objects.bulk_create([opened], ignore_conflicts=True)
    raise RuntimeError(f"order {order.pk} finds no parcel")


def night_of(order: Order) -> date:
    """The evening it was bought on by the clock of its market; a night ends at noon."""
    zones = order.lines.order_by("pk").values_list("session__zone", flat=True)
    local = order.placed_at.astimezone(ZoneInfo(zones[0]))
    return local.date() - timedelta(days=local.hour < 12)


def address_key(order: Order) -> str:
    """The same for two orders that go to the same person and door."""
    parts = (
        order.name,
        order.street,
        order.city,
        order.region,
        order.postcode,
        order.country,
    )
    plain = "\n".join(" ".join(part.casefold().split()) for part in parts)
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def send_now(*, order_id: int) -> Parcel:
    """Close the order's parcel now instead of at its cut-off; a repeat changes nothing.

    Locks the parcel. Refuses with NotPackedYet while the order is in none.
    """
    parcels = Parcel.objects.select_for_update(no_key=True, of=("self",))
    parcel = parcels.filter(parcel_orders__order=order_id).first()
    if parcel is None:
        raise NotPackedYet()
    now = timezone.now()
    if parcel.state == Parcel.State.OPEN and parcel.closes_at > now:
        parcel.closes_at = now
        parcel.save(update_fields=["closes_at"])
        Step.objects.open().filter(
            job=CLOSE, subject_id=parcel.pk, lease_token__isnull=True
        ).update(due_at=now)
    return parcel


def close_parcel(step: Step) -> None:
    """Fix a parcel's weight, channel, waybill number and label; customs hears next.

    Locks the parcel and a range of numbers; a repeat changes nothing.
    """
    with steps.finishing(step):
        parcel = Parcel.objects.select_for_update(no_key=True).get(pk=step.subject_id)
        if parcel.state == Parcel.State.OPEN:
            _close(parcel)
        steps.schedule(
            "orders.declare_order", "orders.declare_waybill", subject_id=parcel.pk
        )


def _close(parcel: Parcel) -> None:
    orders = list(Order.objects.filter(parcel_order__parcel=parcel).order_by("pk"))
    lines = list(
        OrderLine.objects.filter(order__in=orders)
        .select_related("variant__product")
        .order_by("pk")
    )
    parcel.weight_g = _gross_weight(lines)
    parcel.channel = _channel(orders)
    parcel.waybill = s10.next_number(_service(parcel.channel))
    parcel.state, parcel.closed_at = Parcel.State.CLOSED, timezone.now()
    parcel.label = label.facts(parcel, orders, lines)
    parcel.save(
        update_fields=[
            "weight_g",
            "channel",
            "waybill",
            "state",
            "closed_at",
            "label",
        ]
    )


def _gross_weight(lines: Sequence[OrderLine]) -> int:
    """Goods, their wrapping and the box. A scale at the hub may know better one day."""
    return BOX_G + sum(
        (line.variant.grams + WRAPPING_G) * line.quantity for line in lines
    )


def _channel(orders: Sequence[Order]) -> str:
    """What the first order's freight was priced for; if unsaid, the light packet."""
    freight = QuoteLine.objects.filter(
        quote__order__in=orders, kind=QuoteLine.Kind.FREIGHT
    )
    said = freight.order_by("quote__order", "position").values_list(
        "working", flat=True
    )
    return next((w["channel"] for w in said if w.get("channel")), "EPACKET")


def _service(channel: str) -> str:
    if channel not in SERVICE_OF_CHANNEL:
        raise NoNumbersForChannel(channel=channel)
    return SERVICE_OF_CHANNEL[channel]


def note_released(*, parcel_id: int) -> bool:
    """Customs let a parcel go: the carrier gets it next. False when it was known.

    Call inside the transaction that takes the receipt in.
    """
    released = Parcel.objects.filter(pk=parcel_id, state=Parcel.State.CLOSED).update(
        state=Parcel.State.RELEASED, released_at=timezone.now()
    )
    if released:
        steps.schedule("orders.hand_over", subject_id=parcel_id)
    return bool(released)


def hand_over(step: Step) -> None:
    """Give a released parcel to the carrier; its pieces leave the stock.

    Asks the carrier first, by the step's key. Refuses what customs still holds.
    """
    parcel = Parcel.objects.get(pk=step.subject_id)
    if parcel.released_at is None:
        raise NotReleased(number=parcel.number)
    carrier().accept(
        key=step.reference,
        waybill=parcel.waybill or "",
        country=parcel.country,
        weight_g=parcel.weight_g,
    )
    with steps.finishing(step):
        Parcel.objects.filter(pk=parcel.pk, state=Parcel.State.RELEASED).update(
            state=Parcel.State.HANDED_OVER, handed_over_at=timezone.now()
        )
        steps.schedule("orders.track", subject_id=parcel.pk)
        lines = OrderLine.objects.filter(order__parcel_order__parcel=parcel)
        catalog.dispatch(hold_ids=list(lines.values_list("claim__hold_id", flat=True)))


def track(step: Step) -> None:
    """Write down what the carrier says; look again until the parcel is delivered."""
    parcel = Parcel.objects.get(pk=step.subject_id)
    line = carrier()
    TrackingEvent.objects.bulk_create(
        [
            TrackingEvent(parcel=parcel, code=seen.code, at=seen.at, note=seen.note)
            for seen in line.where(parcel.waybill or "")
        ],
        ignore_conflicts=True,
    )
    arrivals = parcel.tracking_events.filter(code=TrackingEvent.Code.DELIVERED)
    delivered = arrivals.order_by("at").first()
    if delivered is None:
        raise steps.NotYet(line.look_again_seconds)
    with steps.finishing(step):
        Parcel.objects.filter(pk=parcel.pk, state=Parcel.State.HANDED_OVER).update(
            state=Parcel.State.DELIVERED, delivered_at=delivered.at
        )
        steps.schedule("orders.make_payable", subject_id=parcel.pk)


def _new_number(night: date) -> str:
    """P261121 and eight random characters with one that checks them: 16 in all."""
    body = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(8))
    number = f"P{night:%y%m%d}{body}"
    return number + mod_37_36.calc_check_digit(number)

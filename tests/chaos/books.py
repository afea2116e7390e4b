"""Nothing lost, nothing doubled: our books and everybody else's, entry by entry."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db.models import F

from catalog.connections.models import WebhookEndpoint, WebhookMessage
from catalog.models import Hold, StockLevel, StockMovement
from livestream.models import RoomEvent
from orders.checkout.models import Order, OrderLine
from orders.customs import office
from orders.customs.models import Message
from orders.management import truths
from orders.payments.models import Payment, Refund, SandboxCharge, SandboxRefund
from orders.settlement.models import Conversion, Journal, Payable, SandboxDeal
from orders.shipping.models import Parcel, SandboxShipment, TrackingEvent
from tests.catalog.connections.receiver import Receiver
from tests.chaos.buyers import Run

PARCEL_IS_SEEN = 3  # accepted, left China, delivered


def faults(run: Run, folder: Path, till: Receiver) -> list[str]:
    """What is wrong after a run; all runs before it are looked at again."""
    return [
        *truths.broken(),
        *truths.unfinished(),
        *meant(run),
        *the_providers_book(),
        *the_banks_book(),
        *the_carriers_book(),
        *the_office_book(folder),
        *the_ledger(),
        *the_stock(),
        *the_rooms(),
        *the_merchants_till(till),
    ]


def differ(what: str, found: Iterable[object], due: Iterable[object]) -> Iterator[str]:
    """Both as often as the other has it."""
    there, wanted = Counter(found), Counter(due)
    for one, times in (there - wanted).items():
        yield f"{what}: {one} is there {times} times too often"
    for one, times in (wanted - there).items():
        yield f"{what}: {one} is missing {times} times"


def meant(run: Run) -> Iterator[str]:
    ids = [order.pk for order in run.paid]
    paid = Order.objects.paid().filter(pk__in=ids)
    yield from differ("paid", paid.values_list("pk", flat=True), ids)
    late = [order.pk for order in run.too_late]
    cancelled = Order.objects.filter(pk__in=late, status=Order.Status.CANCELLED)
    yield from differ("too late", cancelled.values_list("pk", flat=True), late)
    if run.parcels != len(run.paid) - 1:
        yield f"two orders were meant to share a parcel, there are {run.parcels}"


def the_providers_book() -> Iterator[str]:
    """Each order is charged once; what nobody wanted went back, and nothing else."""
    captured = SandboxCharge.objects.filter(state="CAPTURED")
    yield from differ(
        "money taken",
        captured.values_list("key", "amount_minor"),
        Payment.objects.captured().values_list("key", "amount_minor"),
    )
    kept = captured.filter(refunded_minor__lt=F("amount_minor"))
    yield from differ(
        "money kept",
        [key.partition("/")[0] for key in kept.values_list("key", flat=True)],
        Order.objects.paid().values_list("number", flat=True),
    )
    yield from differ(
        "money sent back",
        SandboxRefund.objects.values_list("key", "amount_minor"),
        Refund.objects.values_list("key", "amount_minor"),
    )
    back: Counter[int] = Counter()
    for charge, minor in SandboxRefund.objects.values_list("charge", "amount_minor"):
        back[charge] += minor
    told = captured.filter(refunded_minor__gt=0).values_list("pk", "refunded_minor")
    yield from differ("sum sent back", told, back.items())


def the_banks_book() -> Iterator[str]:
    """One deal an order, one for each refund of a paid order, of the right amount."""
    paid = Order.objects.paid().values_list("pk", "total_minor")
    part = Refund.objects.filter(payment__pays_order=True)
    due = [(f"orders.convert_funds/{pk}", minor) for pk, minor in paid]
    due += [
        (f"orders.book_refund/{pk}", -minor)
        for pk, minor in part.values_list("pk", "amount_minor")
    ]
    dealt = SandboxDeal.objects.values_list("key", "amount_minor")
    yield from differ("deals", dealt, due)
    kept = Conversion.objects.values_list("key", "from_minor")
    yield from differ("conversions", kept, due)


def the_carriers_book() -> Iterator[str]:
    parcels = list(Parcel.objects.values_list("pk", "waybill"))
    yield from differ(
        "shipments",
        SandboxShipment.objects.values_list("key", "waybill"),
        [(f"orders.hand_over/{pk}", waybill) for pk, waybill in parcels],
    )
    seen = Counter(TrackingEvent.objects.values_list("parcel", flat=True))
    yield from differ(
        "tracking", seen.elements(), [pk for pk, _ in parcels] * PARCEL_IS_SEEN
    )


def the_office_book(folder: Path) -> Iterator[str]:
    """Order, waybill and list of each parcel, each taken as new once."""
    rows = office.book(folder)
    sent = Message.objects.values_list("kind", "natural_key", "declaration__cop_no")
    due = [(kind, _office_key(kind, key)) for kind, key, _ in sent]
    yield from differ("declared", [(row["kind"], row["key"]) for row in rows], due)
    if len(due) != 3 * Parcel.objects.count():
        yield f"{Parcel.objects.count()} parcels have {len(due)} messages"
    for row in rows:
        if row["attempt"] != 1 or row["status"] not in (120, 899):
            yield f"customs has {row}"


def _office_key(kind: str, natural_key: str) -> str:
    """Of an order we also name the exporter, which the office doesn't need."""
    platform, *rest = natural_key.split("/")
    return f"{platform}/{rest[-1]}" if kind == Message.Kind.ORDER else natural_key


def the_ledger() -> Iterator[str]:
    """Every journal that is due, and no other; everybody's share falls due once."""
    due = [
        f"{kind}/{pk}"
        for pk in Order.objects.paid().values_list("pk", flat=True)
        for kind in ("payment", "split", "clearing", "conversion", "payable")
    ]
    refunds = Refund.objects.values_list("pk", "payment", "payment__pays_order")
    for pk, payment, pays_order in refunds:
        due.append(f"refund/{pk}")
        due.append(f"shares-back/{pk}" if pays_order else f"unwanted/{payment}")
    yield from differ("journals", Journal.objects.values_list("key", flat=True), due)
    shares = Payable.objects.filter(refund=None).values_list("split__line", "party")
    lines = OrderLine.objects.filter(order__status=Order.Status.PAID)
    owed = [(pk, p) for pk in lines.values_list("pk", flat=True) for p in PARTIES]
    yield from differ("payables", shares, owed)


PARTIES = ("MERCHANT", "HOST")


def the_stock() -> Iterator[str]:
    """All that was sold is gone, once; nothing is promised any more."""
    lines = OrderLine.objects.filter(order__status=Order.Status.PAID)
    for kind, sign in (("SOLD", 1), ("DISPATCHED", -1)):
        moved = StockMovement.objects.filter(kind=kind)
        yield from differ(
            kind,
            moved.values_list("hold", "allocated"),
            [(h, sign * q) for h, q in lines.values_list("claim__hold", "quantity")],
        )
    for level in StockLevel.objects.exclude(allocated=0, reserved=0):
        yield f"{level.variant_id} still has {level.allocated} and {level.reserved}"
    for hold in Hold.objects.open():
        yield f"hold {hold.pk} is open"


def the_merchants_till(till: Receiver) -> Iterator[str]:
    """It knows each sale once and the last stock; a message twice has the same id."""
    heard = {headers["webhook-id"]: json.loads(body) for headers, body in till.received}
    written = [message.webhook_id for message in WebhookMessage.objects.all()]
    yield from differ("messages", list(heard), written)
    late = WebhookMessage.objects.exclude(state=WebhookMessage.State.DELIVERED)
    yield from (f"message {message} is {message.state}" for message in late)
    merchants = WebhookEndpoint.objects.values("merchant")
    paid = OrderLine.objects.filter(order__status=Order.Status.PAID)
    sold = paid.filter(merchant__in=merchants, order__parcel_order__isnull=False)
    told = [one["data"] for one in heard.values() if one["type"] == "order.to_bring"]
    yield from differ(
        "sales told",
        [(one["line"], one["quantity"]) for one in told],
        sold.values_list("pk", "quantity"),
    )
    known = {}
    for one in sorted(heard.values(), key=lambda one: str(one["timestamp"])):
        if one["type"] == "stock.changed":
            known[one["data"]["sku"]] = (one["data"]["on_hand"], one["data"]["sold"])
    there = StockLevel.objects.filter(variant__merchant__in=merchants)
    stock = there.values_list("variant__sku", "on_hand", "allocated")
    yield from differ("stock", known.items(), [(sku, (n, m)) for sku, n, m in stock])


def the_rooms() -> Iterator[str]:
    """Each sale is told in its room, once."""
    paid = RoomEvent.objects.filter(kind="paid")
    lines = OrderLine.objects.filter(order__status=Order.Status.PAID)
    yield from differ(
        "sales told",
        paid.values_list("session", "payload__listing", "payload__place"),
        lines.values_list("session", "claim__listing", "claim__place"),
    )

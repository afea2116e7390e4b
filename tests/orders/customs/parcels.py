"""Packed parcels as rows, and a customs office in the same process."""

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone
from lxml import etree

from donghai import steps
from orders.checkout.models import Order
from orders.customs import receipts, schema, services
from orders.customs.exchange import lay
from orders.customs.messages import BEIJING
from orders.customs.models import Declaration, Message
from orders.customs.office.desk import PACES, Office
from orders.shipping.models import Parcel
from tests.make import make_order, make_variant

ANSWER = {"303": "CEB304Message", "505": "CEB506Message", "603": "CEB604Message"}
DECLARE = ("orders.declare_order", "orders.declare_waybill", "orders.declare_list")


def make_parcel(*, country: str = "US", quantity: int = 2, **fields) -> Parcel:
    """A parcel that was just packed, its first customs steps written."""
    order = make_order(
        variant=make_variant(**fields), quantity=quantity, country=country
    )
    Order.objects.filter(pk=order.pk).update(
        status=Order.Status.PAID, paid_at=timezone.now()
    )
    steps.schedule("orders.pack_order", subject_id=order.pk)
    for _ in ("pack", "close"):
        for step in steps.claim_due(limit=50, now=timezone.now() + timedelta(days=1)):
            if step.job in ("orders.pack_order", "orders.close_parcel"):
                assert steps.run(step), step.last_error
            else:
                put_back(step)
    return Parcel.objects.get(parcel_orders__order=order)


def put_back(step) -> None:
    type(step).objects.filter(pk=step.pk).update(
        due_at=timezone.now(), lease_token=None, attempts=0
    )


def send_what_is_due() -> list[str]:
    """Run all customs steps that are due; the jobs that ended."""
    ended = []
    for step in steps.claim_due(limit=50, now=timezone.now() + timedelta(days=1)):
        if step.job in DECLARE:
            assert steps.run(step), type(step).objects.get(pk=step.pk).last_error
            ended.append(step.job)
        else:
            put_back(step)
    return sorted(ended)


class SandboxOffice:
    """The office next door, with time passing as the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office(folder, PACES["fast"], seed=1)
        self.now = timezone.now().timestamp()

    def answer(self) -> int:
        """Let it judge everything, then read all it says."""
        self.office.work(self.now)
        self.now += 1
        self.office.work(self.now)
        return services.read_receipts()


def answer_by_hand(
    folder: Path, message: Message, status: int, at: datetime, text: str = "说明"
) -> None:
    """Lay one answer to a message into the window, as customs would."""
    snapshot = message.declaration.facts
    name = ANSWER[message.kind]
    (node,) = schema.fields(name)
    facts = {
        "guid": "82386d84-409b-56a5-85f6-3331e14135ba",
        "ebpCode": snapshot.platform.code,
        "ebcCode": snapshot.seller.code,
        "orderNo": snapshot.parcel_no,
        "logisticsCode": snapshot.carrier.code,
        "logisticsNo": snapshot.waybill_no,
        "agentCode": snapshot.agent.code,
        "copNo": message.declaration.cop_no,
        "preNo": "B20261122000000003",
        "invtNo": "23012026E000000003" if status >= 120 else "",
        "statisticsFlag": "A",
        "returnStatus": str(status),
        "returnTime": f"{at.astimezone(BEIJING):%Y%m%d%H%M%S}000",
        "returnInfo": text,
    }
    root = etree.Element(f"{{{schema.NAMESPACE}}}{name}", version="1.0")
    element = etree.SubElement(root, f"{{{schema.NAMESPACE}}}{node.element}")
    for field in schema.fields(name, node.element):
        child = etree.SubElement(element, f"{{{schema.NAMESPACE}}}{field.element}")
        child.text = facts[field.element]
    number = len(list((folder / "in").iterdir())) + len(
        list((folder / "archive").iterdir())
    )
    content = etree.tostring(root)
    assert receipts.read(content)
    lay(folder / "in", f"{number:06d}.xml", content)


def message_of(declaration: Declaration, kind: str) -> Message:
    return declaration.messages.filter(kind=kind).order_by("-attempt")[0]

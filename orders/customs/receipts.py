"""What customs answers, read from files: 304, 506, 604 and the refusal 900.

A receipt's guid is customs' own and matches nothing of ours: what it is about stands in
its natural key. Receipts come late, twice and out of order, so each has a fingerprint.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.customs.exchange import parse, unwrap
from orders.customs.schema import NAMESPACE

# message -> its node and the fields that name what the receipt is about
KINDS = {
    "304": ("OrderReturn", ("ebpCode", "ebcCode", "orderNo")),
    "506": ("LogisticsReturn", ("logisticsCode", "logisticsNo")),
    "604": ("InventoryReturn", ("agentCode", "copNo")),
    "900": ("MessageReturn", ("oriCopMsgId",)),
}
# What the tables hold; a garbled receipt must not stop those behind it.
LONGEST = {"returnStatus": 9, "preNo": 18, "invtNo": 20}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer. `status` is customs' number; below zero is an error."""

    kind: str
    natural_key: tuple[str, ...]
    status: int
    returned_at: datetime
    text: str
    pre_no: str = ""
    invt_no: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same answer however often and in whatever file it comes."""
        facts = (
            self.kind,
            *self.natural_key,
            str(self.status),
            self.returned_at.isoformat(),
            self.text,
        )
        return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()


def read(content: bytes) -> list[Receipt]:
    """All receipts of one file; ValueError when it isn't one we know."""
    root = parse(unwrap(content).content)
    kind = str(root.tag).removeprefix(f"{{{NAMESPACE}}}CEB").removesuffix("Message")
    if kind not in KINDS:
        raise ValueError(f"{root.tag} is not a receipt")
    node, key = KINDS[kind]
    return [
        _receipt(kind, key, element)
        for element in root.findall(f"{{{NAMESPACE}}}{node}")
    ]


def moment(text: str) -> datetime:
    """Seventeen digits of Beijing time, to the millisecond."""
    return datetime.strptime(f"{text}000+0800", "%Y%m%d%H%M%S%f%z")


def _receipt(kind: str, key: tuple[str, ...], element: Any) -> Receipt:
    def said(name: str) -> str:
        return str(element.findtext(f"{{{NAMESPACE}}}{name}", "")).strip()

    for name in ("returnStatus", "preNo", "invtNo", *key):
        if len(said(name)) > LONGEST.get(name, 80):
            raise ValueError(f"{name} is too long")
    return Receipt(
        kind=kind,
        natural_key=tuple(said(name) for name in key),
        status=int(said("returnStatus")),
        returned_at=moment(said("returnTime")),
        text=said("returnInfo"),
        pre_no=said("preNo"),
        invt_no=said("invtNo"),
    )

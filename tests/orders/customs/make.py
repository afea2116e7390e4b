"""Parcels as customs sees them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from orders.customs.messages import Sender, Sending
from orders.customs.snapshot import (
    ParcelSnapshot,
    Party,
    SnapshotLine,
    statutory_quantity,
)

CENTRE = Party("91320722MA1TRADE01", "东海水晶国际贸易有限公司")
CARRIER = Party("3201986789", "江苏省邮政速递物流有限公司")
MERCHANT = Party("91320722MA1STALL07", "东海县晶缘水晶商行")
SENDER = Sender(CENTRE.code, CENTRE.name, "DXPENT0000012345")
CLOSED_AT = datetime(2026, 11, 20, 16, 30, 5, tzinfo=UTC)  # already the 21st in Beijing


def make_line(gnum: int = 1, **changes) -> SnapshotLine:
    line = SnapshotLine(
        gnum=gnum,
        sku=f"AME-BR-{gnum:03d}",
        name_zh="紫水晶手链",
        gcode="7116200000",
        gmodel="0|0|手链|紫水晶",
        quantity=2,
        unit1="035",
        statutory_quantity=Decimal("0.064"),
        net_weight_g=Decimal(64),
        unit_price=Decimal("18.50"),
        total=Decimal("37.00"),
        merchant=MERCHANT,
    )
    line = replace(line, **changes)
    if "statutory_quantity" not in changes and line.unit1 in ("035", "036", "084"):
        quantity = statutory_quantity(line.unit1, line.net_weight_g)
        line = replace(line, statutory_quantity=quantity)
    return line


def make_snapshot(number: int = 1, lines=None, **changes) -> ParcelSnapshot:
    """A bracelet pair and a loose stone for Mexico, sold in dollars."""
    lines = lines or (
        make_line(1),
        make_line(
            2,
            sku="QTZ-FACET-9",
            name_zh="白水晶刻面石",
            gcode="7103992000",
            gmodel="0|0|刻面|天然|A级|白水晶",
            quantity=1,
            unit1="084",
            net_weight_g=Decimal("3.5"),
            unit_price=Decimal("12.00"),
            total=Decimal("12.00"),
        ),
    )
    net = sum((line.net_weight_g for line in lines), Decimal(0))
    snapshot = ParcelSnapshot(
        parcel_no=f"P2611200000{number}",
        waybill_no=f"LK00000000{number}CN",
        carrier=CARRIER,
        platform=CENTRE,
        seller=CENTRE,
        agent=CENTRE,
        owner=CENTRE,
        customs_code="2301",
        port_code="2349",
        destination="MX",
        currency="USD",
        goods_value=sum((line.total for line in lines), Decimal(0)),
        freight=Decimal("9.8"),
        gross_weight_g=net + 120,
        net_weight_g=net,
        closed_at=CLOSED_AT,
        lines=tuple(lines),
    )
    return replace(snapshot, **changes)


def make_sending(key: str = "customs.send/1", **changes) -> Sending:
    return replace(Sending(key=key, at=CLOSED_AT, sender=SENDER), **changes)

"""The three messages of an export: order (303), waybill (505) and list (603).

All are written from one snapshot and are the same bytes whenever they are written again
for the same `Sending`: a repeat is a repeat for customs, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from lxml import etree

from orders.customs import codes, schema, signing
from orders.customs.schema import NAMESPACE
from orders.customs.snapshot import ParcelSnapshot, SnapshotLine, to_five_places

BEIJING = ZoneInfo("Asia/Shanghai")
NEW, CHANGE = "1", "2"  # appType
DECLARE = "2"  # appStatus
B2C = "E"
EXPORT = "E"
TOTAL = "3"  # fees are given as a sum, not as a rate or by unit
SIMPLIFIED, FULL = "A", "B"
NO_BAR_CODE = "无"
GOODS_INFO_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """Who transmits, and how the port wants things written.

    `letters`: countries and currencies as USA and USD instead of 502 and 502.
    `simplified`: goods by the first four digits of their code (no duty, no refund).
    """

    code: str
    name: str
    dxp_id: str
    letters: bool = False
    simplified: bool = True


@dataclass(frozen=True, slots=True)
class Sending:
    """One act of sending: `key` names it for ever, `at` is when it was decided."""

    key: str
    at: datetime
    sender: Sender
    app_type: str = NEW

    def guid(self, part: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"donghai:{self.key}:{part}")).upper()

    @property
    def app_time(self) -> str:
        return self.at.astimezone(BEIJING).strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True, slots=True)
class Written:
    """A finished message: its kind, the guid of its root, and its bytes."""

    kind: str
    guid: str
    content: bytes


def number(value: Decimal | int) -> str:
    """As customs reads numbers: no exponent, no sign, at most five decimals."""
    exact = Decimal(value)
    if exact < 0 or exact != to_five_places(exact):
        raise ValueError(f"{value} can't be written in a customs message")
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text.removeprefix("-")


def kilograms(grams: Decimal) -> str:
    return number(to_five_places(grams / 1000))


def order(snapshot: ParcelSnapshot, sending: Sending) -> Written:
    """CEB303: what was sold, by whom, on which platform."""
    currency = _code("currency", snapshot.currency, sending)
    head = _common(sending, "order") | {
        "orderType": B2C,
        "orderNo": snapshot.parcel_no,
        **_party("ebp", snapshot.platform),
        **_party("ebc", snapshot.seller),
        "goodsValue": number(snapshot.goods_value),
        "freight": number(snapshot.freight),
        "currency": currency,
    }
    lines = [
        {
            "gnum": str(line.gnum),
            "itemNo": line.sku,
            "itemName": line.name_zh,
            "unit": line.unit,
            "currency": currency,
            **_amounts(line),
        }
        for line in snapshot.lines
    ]
    return _message("303", {"Order": {"OrderHead": head, "OrderList": lines}}, sending)


def waybill(snapshot: ParcelSnapshot, sending: Sending) -> Written:
    """CEB505: what the carrier took over, and what it weighs."""
    names = "；".join(dict.fromkeys(line.name_zh for line in snapshot.lines))
    facts = _common(sending, "waybill") | {
        **_party("logistics", snapshot.carrier),
        "logisticsNo": snapshot.waybill_no,
        "freight": number(snapshot.freight),
        "insuredFee": number(snapshot.insured_fee),
        "currency": _code("currency", snapshot.currency, sending),
        "grossWeight": kilograms(snapshot.gross_weight_g),
        "packNo": str(snapshot.packages),
        "goodsInfo": names[:GOODS_INFO_LENGTH],
        **_party("ebc", snapshot.seller),
    }
    return _message("505", {"Logistics": facts}, sending)


def export_list(
    snapshot: ParcelSnapshot,
    sending: Sending,
    *,
    cop_no: str,
    signer: signing.Signer | None,
) -> Written:
    """CEB603: the declaration itself. `cop_no` is our own number of it.

    Customs wants it signed; without a signer, the port's client has to do that.
    """
    inside = {
        "InventoryHead": _list_head(snapshot, sending, cop_no),
        "InventoryList": [
            _list_line(line, snapshot, sending) for line in snapshot.lines
        ],
    }
    return _message("603", {"Inventory": inside}, sending, signer)


def _list_head(
    snapshot: ParcelSnapshot, sending: Sending, cop_no: str
) -> dict[str, str]:
    country = _code("country", snapshot.destination, sending)
    currency = _code("currency", snapshot.currency, sending)
    return _common(sending, "list") | {
        "customsCode": snapshot.customs_code,
        **_party("ebp", snapshot.platform),
        "orderNo": snapshot.parcel_no,
        **_party("logistics", snapshot.carrier),
        "logisticsNo": snapshot.waybill_no,
        "copNo": cop_no,
        "ieFlag": EXPORT,
        "portCode": snapshot.port_code,
        "ieDate": sending.app_time[:8],
        "statisticsFlag": SIMPLIFIED if sending.sender.simplified else FULL,
        **_party("agent", snapshot.agent),
        **_party("ebc", snapshot.seller),
        **_party("owner", snapshot.owner),
        "tradeMode": snapshot.trade_mode,
        "trafMode": snapshot.traf_mode,
        "loctNo": snapshot.loct_no,
        "country": country,
        "POD": country,
        "freight": number(snapshot.freight),
        "fCurrency": currency,
        "fFlag": TOTAL,
        "insuredFee": number(snapshot.insured_fee),
        "iCurrency": currency,
        "iFlag": TOTAL,
        "wrapType": snapshot.wrap_type,
        "packNo": str(snapshot.packages),
        "grossWeight": kilograms(snapshot.gross_weight_g),
        "netWeight": kilograms(snapshot.net_weight_g),
    }


def _list_line(
    line: SnapshotLine, snapshot: ParcelSnapshot, sending: Sending
) -> dict[str, str]:
    gcode = f"{line.gcode[:4]}000000" if sending.sender.simplified else line.gcode
    return {
        "gnum": str(line.gnum),
        "itemNo": line.sku,
        "itemName": line.name_zh,
        "gcode": gcode,
        "gname": line.name_zh,
        "gmodel": line.gmodel,
        "barCode": NO_BAR_CODE,
        "country": _code("country", snapshot.destination, sending),
        "currency": _code("currency", snapshot.currency, sending),
        "qty1": number(line.statutory_quantity),
        "unit": line.unit,
        "unit1": line.unit1,
        **_amounts(line),
    }


def _common(sending: Sending, part: str) -> dict[str, str]:
    return {
        "guid": sending.guid(part),
        "appType": sending.app_type,
        "appTime": sending.app_time,
        "appStatus": DECLARE,
    }


def _party(role: str, party: Any) -> dict[str, str]:
    return {f"{role}Code": party.code, f"{role}Name": party.name}


def _amounts(line: SnapshotLine) -> dict[str, str]:
    return {
        "qty": number(line.quantity),
        "price": number(line.unit_price),
        "totalPrice": number(line.total),
    }


def _code(table: str, iso: str, sending: Sending) -> str:
    code = codes.by_iso(table)[iso]
    return code.letters if sending.sender.letters else code.code


def _message(
    kind: str,
    business: Mapping[str, Any],
    sending: Sending,
    signer: signing.Signer | None = None,
) -> Written:
    name, guid = f"CEB{kind}Message", sending.guid(kind)
    root = etree.Element(
        f"{{{NAMESPACE}}}{name}",
        nsmap={"ceb": NAMESPACE},
        guid=guid,
        version="1.0",
    )
    transfer = {
        "copCode": sending.sender.code,
        "copName": sending.sender.name,
        "dxpMode": "DXP",
        "dxpId": sending.sender.dxp_id,
    }
    _fill(root, name, "", {**business, "BaseTransfer": transfer})
    if signer:
        signing.sign(root, signer)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Written(kind, guid, content)


def _fill(parent: Any, message: str, path: str, values: Mapping[str, Any]) -> None:
    """Write `values` under `parent` in the order of the field table, empty ones not."""
    fields = schema.fields(message, path)
    unknown = values.keys() - {field.element for field in fields}
    if unknown:
        raise ValueError(f"{message} {path} has no {', '.join(sorted(unknown))}")
    for field in fields:
        given = values.get(field.element)
        for value in given if isinstance(given, list) else [given]:
            if not value:
                continue
            element = etree.SubElement(parent, f"{{{NAMESPACE}}}{field.element}")
            if isinstance(value, str):
                element.text = value
            else:
                inner = f"{path}/{field.element}".lstrip("/")
                _fill(element, message, inner, value)

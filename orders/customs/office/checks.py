"""What the office refuses, judged by its own reading of the messages."""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives import hashes
from gmssl.sm2 import CryptSM2  # type: ignore[import-untyped]
from lxml import etree

from orders.customs import codes
from orders.customs.signing import SANDBOX_PUBLIC_KEY

CEB = "{http://www.chinaport.gov.cn/ceb}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
A_CENT = Decimal("0.01")
REJECTED = 100
IN_DATABASE = 120

# kind, key -> the content and the status the office holds, or None
Held = Callable[[str, str], tuple[Any, int] | None]


class Wrong(Exception):
    """A refusal with its status and the text that goes back."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def said(node: Any, name: str) -> str:
    return str(node.findtext(f"{CEB}{name}", ""))


def key_of(kind: str, node: Any) -> str:
    """The business key of an order, a waybill or a list."""
    names = {
        "303": ("ebpCode", "orderNo"),
        "505": ("logisticsCode", "logisticsNo"),
        "603": ("agentCode", "copNo"),
    }[kind]
    return "/".join(said(head_of(kind, node), name) for name in names)


def head_of(kind: str, node: Any) -> Any:
    inside = {"303": "OrderHead", "603": "InventoryHead"}.get(kind)
    return node.find(f"{CEB}{inside}") if inside else node


def signature(root: Any) -> None:
    """Refuse a message whose signature is missing, foreign or not of this content."""
    found = root.find(f"{DS}Signature")
    if found is None:
        raise Wrong(-621029, "-621029:签名无效 (the list is not signed)")
    info = found.find(f"{DS}SignedInfo")
    signed = etree.tostring(info, method="c14n")
    certificate = base64.b64decode(
        found.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate", "")
    )
    value = base64.b64decode(found.findtext(f"{DS}SignatureValue", "")).hex()
    key = CryptSM2(private_key="", public_key=SANDBOX_PUBLIC_KEY)
    known = certificate.hex() == SANDBOX_PUBLIC_KEY
    if not known or len(value) != 128 or not key.verify_with_sm3(value, signed):
        raise Wrong(-621029, "-621029:签名无效 (the signature is not of a known key)")
    whole = etree.fromstring(etree.tostring(root))
    whole.remove(whole.find(f"{DS}Signature"))
    digest = hashes.Hash(hashes.SM3())
    digest.update(etree.tostring(whole, method="c14n"))
    claimed = base64.b64decode(info.findtext(f"{DS}Reference/{DS}DigestValue", ""))
    if digest.finalize() != claimed:
        raise Wrong(-621028, "-621028:签名比对失败 (signed was something else)")


def judge(kind: str, node: Any, held: Held) -> None:
    """Raise Wrong when the office doesn't take this in."""
    {"303": _order, "505": _waybill, "603": _list}[kind](node, held)


def _order(node: Any, held: Held) -> None:
    head = head_of("303", node)
    lines = node.findall(f"{CEB}OrderList")
    _numbered(lines, -301002)
    _known("currency", said(head, "currency"))
    total = Decimal(0)
    for line in lines:
        _known("unit", said(line, "unit"))
        _line_total(line)
        if said(line, "currency") != said(head, "currency"):
            raise _rejected("币制不一致", "lines and head name different currencies")
        total += Decimal(said(line, "totalPrice"))
    if total != Decimal(said(head, "goodsValue")):
        raise _rejected("商品金额不等于表体总价之和", "the lines don't add up")


def _waybill(node: Any, held: Held) -> None:
    _known("currency", said(node, "currency"))
    if Decimal(said(node, "grossWeight")) <= 0 or int(said(node, "packNo")) < 1:
        raise _rejected("毛重或件数为零", "a parcel needs a weight and a package")


def _list(node: Any, held: Held) -> None:
    head = head_of("603", node)
    lines = node.findall(f"{CEB}InventoryList")
    _numbered(lines, -621027)
    _list_codes(head)
    order = held("303", f"{said(head, 'ebpCode')}/{said(head, 'orderNo')}")
    if order is None or order[1] < IN_DATABASE:
        raise _rejected("订单数据不存在", "the order is not in the customs database")
    waybill = held("505", f"{said(head, 'logisticsCode')}/{said(head, 'logisticsNo')}")
    if waybill is None or waybill[1] < IN_DATABASE:
        raise _rejected("运单数据不存在", "the waybill is not in the customs database")
    _against_waybill(head, waybill[0])
    _against_order(head, lines, order[0])
    for line in lines:
        _goods(line, said(head, "statisticsFlag"))


def _list_codes(head: Any) -> None:
    _known("customs_district", said(head, "customsCode"))
    _known("customs_district", said(head, "portCode"))
    _known("supervision_mode", said(head, "tradeMode"))
    _known("transport_mode", said(head, "trafMode"))
    _known("wrap_type", said(head, "wrapType"))
    _known("country", said(head, "country"))
    for name in ("fCurrency", "iCurrency"):
        _known("currency", said(head, name))
    if Decimal(said(head, "netWeight")) > Decimal(said(head, "grossWeight")):
        raise _rejected("净重大于毛重", "net weight above gross weight")


def _against_waybill(head: Any, waybill: Any) -> None:
    for name in ("grossWeight", "packNo"):
        if Decimal(said(head, name)) != Decimal(said(waybill, name)):
            raise _rejected("毛重或件数与运单不符", f"{name} differs from the waybill")


def _against_order(head: Any, lines: list[Any], order: Any) -> None:
    if said(head, "ebcCode") != said(head_of("303", order), "ebcCode"):
        raise _rejected("电商企业与订单不符", "another seller than in the order")
    ordered = order.findall(f"{CEB}OrderList")
    names = ("gnum", "itemNo", "unit", "currency", "qty", "price", "totalPrice")

    def facts(line: Any) -> list[str]:
        return [said(line, name) for name in names]

    if [facts(line) for line in lines] != [facts(line) for line in ordered]:
        raise _rejected("清单与订单表体不符", "the lines differ from the order's")


def _goods(line: Any, flag: str) -> None:
    _known("unit", said(line, "unit"))
    _known("country", said(line, "country"))
    _line_total(line)
    if Decimal(said(line, "qty1")) <= 0:
        raise _rejected("法定数量为零", "the statutory quantity is missing")
    gcode, table = said(line, "gcode"), codes.statutory_units()
    simplified = flag == "A" and gcode.endswith("000000")
    units = {
        unit
        for code, unit in table.items()
        if code == gcode or (simplified and code[:4] == gcode[:4])
    }
    if not units:
        raise _rejected(f"商品编码{gcode}不存在", f"no such goods code: {gcode}")
    if said(line, "unit1") not in units:
        raise _rejected("法定计量单位错误", f"wrong statutory unit for {gcode}")


def _line_total(line: Any) -> None:
    expected = Decimal(said(line, "qty")) * Decimal(said(line, "price"))
    if abs(expected - Decimal(said(line, "totalPrice"))) >= A_CENT:
        raise _rejected("总价不等于数量乘单价", "quantity times price is not the total")


def _numbered(lines: list[Any], status: int) -> None:
    numbers = [said(line, "gnum") for line in lines]
    if numbers != [str(n) for n in range(1, len(lines) + 1)]:
        raise Wrong(status, f"{status}:商品序号重复或不连续 (lines are misnumbered)")


def _known(table: str, value: str) -> None:
    rows = codes.table(table)
    letters = {row.letters for row in rows.values() if row.letters}
    if value not in rows and value not in letters:
        raise _rejected(f"代码{value}不存在", f"unknown {table} {value}")


def _rejected(chinese: str, english: str) -> Wrong:
    return Wrong(REJECTED, f"-621001:{chinese} ({english})")

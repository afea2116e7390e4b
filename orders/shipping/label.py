"""The label of a parcel: 100 x 150 mm with its S10 barcode and a CN22's facts.

What it says is frozen when the parcel closes (`Parcel.label`), so it prints the same
today and in ten years. Letters our fonts lack show as question marks: the post wants
Latin letters anyway.
"""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import Any

from babel import Locale
from django.utils import translation
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from catalog.glossary import book
from donghai import typesetting
from donghai.money import Money, total
from orders.checkout.models import Order, OrderLine
from orders.shipping.models import Parcel

WIDTH, HEIGHT = 100 * mm, 150 * mm
EDGE = 4 * mm
MOST_KINDS = 4  # a CN22 has four lines; the rest is summed up and stands in the invoice
SENDER = (
    "Donghai Crystal Trading Centre",
    "1 Shuijing Avenue, Donghai",
    "Lianyungang, Jiangsu 222300, CHINA",
)


def facts(
    parcel: Parcel, orders: Sequence[Order], lines: Sequence[OrderLine]
) -> dict[str, Any]:
    """Everything the label says, as JSON takes it."""
    to = orders[0]
    worth = total([line.total for line in lines], parcel.currency)
    return {
        "waybill": parcel.waybill,
        "parcel": parcel.number,
        "orders": [order.number for order in orders],
        "channel": parcel.channel,
        "date": f"{parcel.closed_at:%Y-%m-%d}",
        "weight_g": parcel.weight_g,
        "sender": list(SENDER),
        "to": [to.name, to.street, f"{to.postcode} {to.city}".strip(), to.region],
        "country": Locale("en").territories.get(to.country, to.country).upper(),
        "phone": to.phone,
        "goods": _goods(lines, parcel.currency),
        "net_g": _net_g(lines),
        "worth": _plain(worth),
    }


def pdf(parcel: Parcel) -> bytes:
    """The label of a closed parcel; the same bytes however often it's printed."""
    says, out = parcel.label, BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(says["waybill"])
    _addresses(canvas, says)
    _barcode(canvas, says["waybill"])
    _customs(canvas, says)
    _foot(canvas, says)
    canvas.save()
    return out.getvalue()


def _goods(lines: Sequence[OrderLine], currency: str) -> list[list[str]]:
    """For each kind of goods: what, tariff number, pieces, net grams, value."""

    def kind(line: OrderLine) -> tuple[str, str]:
        product = line.variant.product
        what = f"{book.name(product.mineral, 'en')}, {book.name(product.form, 'en')}"
        return what.capitalize(), product.hs_code[:6]

    with translation.override("en"):
        kinds = [
            (what, list(same))
            for what, same in groupby(sorted(lines, key=kind), key=kind)
        ]
    rows = [(*what, same) for what, same in kinds]
    if len(rows) > MOST_KINDS:
        rest = [line for *_, same in rows[MOST_KINDS - 1 :] for line in same]
        rows = [*rows[: MOST_KINDS - 1], ("More, see invoice", "", rest)]
    return [
        [
            what,
            hs,
            str(sum(line.quantity for line in same)),
            _net_g(same),
            _plain(total([line.total for line in same], currency)),
        ]
        for what, hs, same in rows
    ]


def _net_g(lines: Sequence[OrderLine]) -> str:
    net = sum((line.variant.weight_g * line.quantity for line in lines), Decimal(0))
    return f"{net.normalize():f}"


def _plain(amount: Money) -> str:
    return f"{amount.amount} {amount.currency}"


def _addresses(canvas: Canvas, says: dict[str, Any]) -> None:
    top = HEIGHT - EDGE
    _write(canvas, EDGE, top - 4 * mm, says["channel"], 13)
    _write(canvas, WIDTH - 22 * mm, top - 4 * mm, says["date"], 8)
    _rule(canvas, top - 6 * mm)
    for row, text in enumerate(("From", *says["sender"])):
        _write(canvas, EDGE, top - (9.5 + 3.2 * row) * mm, text, 7)
    _rule(canvas, top - 21 * mm)
    _write(canvas, EDGE, top - 24.5 * mm, "To", 7)
    lines = [*filter(None, says["to"]), says["country"], says["phone"]]
    for row, text in enumerate(filter(None, lines)):
        _write(canvas, EDGE, top - (29.5 + 4.6 * row) * mm, text, 11)
    _rule(canvas, top - 57 * mm)


def _barcode(canvas: Canvas, waybill: str) -> None:
    """X width 0.38 mm and 16 mm high: S10 asks for 0.25 to 0.51 and at least 12.5."""
    code = Code128(waybill, barWidth=0.38 * mm, barHeight=16 * mm, quiet=0)
    code.drawOn(canvas, (WIDTH - code.width) / 2, HEIGHT - EDGE - 75 * mm)
    grouped = (
        f"{waybill[:2]} {waybill[2:5]} {waybill[5:8]} {waybill[8:11]} {waybill[11:]}"
    )
    canvas.setFont(typesetting.western(), 11)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - EDGE - 80 * mm, grouped)
    _rule(canvas, HEIGHT - EDGE - 82 * mm)


def _customs(canvas: Canvas, says: dict[str, Any]) -> None:
    top = HEIGHT - EDGE - 86 * mm
    _write(canvas, EDGE, top, "CUSTOMS DECLARATION  CN 22   Sale of goods", 8)
    columns = (EDGE, 50 * mm, 62 * mm, 70 * mm, 80 * mm)
    heads = ("Contents (origin CN)", "HS", "Qty", "Net g", "Value")
    for row, cells in enumerate([heads, *says["goods"]]):
        for x, cell in zip(columns, cells, strict=True):
            _write(canvas, x, top - (5 + 4 * row) * mm, cell, 6.5)
    end = top - (5 + 4 * (MOST_KINDS + 1)) * mm
    sums = ("Total", "", "", str(says["net_g"]), says["worth"])
    for x, cell in zip(columns, sums, strict=True):
        _write(canvas, x, end, cell, 7)
    _write(
        canvas,
        EDGE,
        end - 5 * mm,
        "I certify that these particulars are correct and that the item contains",
        5.5,
    )
    _write(canvas, EDGE, end - 7.5 * mm, "nothing dangerous or forbidden by post.", 5.5)
    _write(canvas, EDGE, end - 11 * mm, f"{SENDER[0]}, {says['date']}", 6.5)
    _rule(canvas, end - 13 * mm)


def _foot(canvas: Canvas, says: dict[str, Any]) -> None:
    _write(canvas, EDGE, EDGE + 8 * mm, f"Gross {says['weight_g']} g", 11)
    _write(canvas, 50 * mm, EDGE + 8 * mm, says["parcel"], 8)
    _write(canvas, EDGE, EDGE + 2 * mm, f"Order {', '.join(says['orders'][:6])}", 7)


def _rule(canvas: Canvas, y: float) -> None:
    canvas.line(EDGE, y, WIDTH - EDGE, y)


def _write(canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
    """One line, made smaller when it would run over the edge."""
    typesetting.write(canvas, x, y, text, size, WIDTH - EDGE - x)

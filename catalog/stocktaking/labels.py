"""Labels for bags: QR, SKU, title, size, weight and stall, as PDF to print.

One 40 x 30 mm label a page for label printers, or A4 sheets of 65 or 24. Error
correction M, four modules of quiet zone, and modules of 0.4 mm and more, so that any
phone reads the smallest at arm's length.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import islice

import segno
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from catalog.products.models import Variant
from catalog.stocktaking.codes import address_of
from donghai import typesetting

EDGE = 1.6  # millimetres that a printer may be off
DARK = re.compile(b"\x01+")
QUIET = 4  # modules of white on each side, by ISO 18004
LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class Layout:
    """How labels lie on a page, all in millimetres from the upper left."""

    name: str | Promise
    page: tuple[float, float]
    columns: int
    rows: int
    cell: tuple[float, float]
    corner: tuple[float, float] = (0, 0)
    gap: float = 0  # between columns
    lines: int = 2  # of the title
    size: float = 7  # of the letters, in points

    @property
    def places(self) -> int:
        return self.columns * self.rows

    @property
    def qr(self) -> tuple[float, float, float]:
        """Side, left and bottom of the QR with its quiet zone, within the label."""
        side = self.cell[1] - EDGE - self.line * self.lines - 0.8
        return side, EDGE * 0.4, 0.4

    @property
    def line(self) -> float:
        """From one line of the title to the next."""
        return self.size * 1.25 / mm

    def place(self, n: int) -> tuple[float, float]:
        """The upper left corner of the n-th label."""
        row, column = divmod(n, self.columns)
        width, height = self.cell
        x, y = self.corner
        return x + column * (width + self.gap), y + row * height


SHEET = (A4[0] / mm, A4[1] / mm)
LAYOUTS = {
    "single": Layout(gettext_lazy("40 x 30 mm, one a page"), (40, 30), 1, 1, (40, 30)),
    "a4-65": Layout(
        gettext_lazy("A4, 65 of 38.1 x 21.2 mm"),
        SHEET,
        columns=5,
        rows=13,
        cell=(38.1, 21.2),
        corner=(4.75, 10.7),
        gap=2.5,
        lines=1,
        size=6,
    ),
    "a4-24": Layout(
        gettext_lazy("A4, 24 of 70 x 37 mm"),
        SHEET,
        columns=3,
        rows=8,
        cell=(70, 37),
        corner=(0, 0.5),
        size=9.5,
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Labels of one variant."""

    variant: Variant
    copies: int


def pdf(
    wanted: Sequence[Wanted], layout: Layout, *, start: int = 1, marks: bool = False
) -> bytes:
    """The labels in order; the first page begins at place `start`, counted from one."""
    out = BytesIO()
    width, height = layout.page
    canvas = Canvas(out, pagesize=(width * mm, height * mm), pageCompression=1)
    canvas.setTitle(_("Labels"))
    variants = [one.variant for one in wanted for _copy in range(one.copies)]
    places = iter(variants)
    skipped = start - 1
    while page := list(islice(places, layout.places - skipped)):
        if marks:
            _cutting_marks(canvas, layout)
        for n, variant in enumerate(page, skipped):
            _label(canvas, layout, layout.place(n), variant)
        canvas.showPage()
        skipped = 0
    canvas.save()
    return out.getvalue()


def _label(
    canvas: Canvas, layout: Layout, place: tuple[float, float], variant: Variant
) -> None:
    """Drawn once for each variant and layout, then only named again."""
    name = f"label-{variant.pk}"
    if not canvas.hasForm(name):
        canvas.beginForm(name)
        _draw(canvas, layout, variant)
        canvas.endForm()
    x, y = place
    canvas.saveState()
    canvas.translate(x * mm, (layout.page[1] - y - layout.cell[1]) * mm)
    canvas.doForm(name)
    canvas.restoreState()


def _draw(canvas: Canvas, layout: Layout, variant: Variant) -> None:
    """The title across the top, the QR below it, the facts beside that."""
    width, height = layout.cell
    top = height - EDGE - layout.line * 0.8
    room = (width - 2 * EDGE) * mm
    title = typesetting.wrapped(
        variant.product.title(LANGUAGE), layout.size, room, layout.lines
    )
    for n, words in enumerate(title):
        y = (top - n * layout.line) * mm
        typesetting.write(canvas, EDGE * mm, y, words, layout.size, room)
    side, left, bottom = layout.qr
    _qr(canvas, address_of(variant.pk), left, bottom, side)
    x = left + side
    room = (width - x - EDGE * 0.6) * mm
    y = side - layout.line * 0.9
    for words, size in _facts(variant, layout.size):
        typesetting.write(canvas, x * mm, y * mm, words, size, room)
        y -= size * 1.45 / mm


def _facts(variant: Variant, size: float) -> Iterator[tuple[str, float]]:
    yield variant.sku, size * 1.15
    if variant.size_shown:
        yield variant.size_shown, size
    yield f"{variant.weight_g.normalize():f} g", size
    merchant = variant.merchant
    yield merchant.name_zh, size * 0.9
    yield merchant.stall, size * 0.9


@lru_cache(maxsize=4096)
def matrix(text: str) -> tuple[bytes, ...]:
    """The rows of a QR code, a byte a module.

    The mask is fixed: to weigh all eight takes five times as long, and every reader
    takes each of them.
    """
    code = segno.make_qr(text, error="m", boost_error=False, mask=3)
    return tuple(bytes(row) for row in code.matrix)


def _qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """`side` millimetres wide with its quiet zone; a run of modules is a rectangle.

    In PDF's own words, by modules: paths of the canvas take ten times as long.
    """
    rows = matrix(text)
    module = side / (len(rows) + 2 * QUIET) * mm
    canvas.saveState()
    canvas.translate(x * mm + QUIET * module, (y + side) * mm - QUIET * module)
    canvas.scale(module, -module)
    canvas.addLiteral(
        " ".join(
            f"{run.start()} {n} {len(run[0])} 1 re"
            for n, row in enumerate(rows)
            for run in DARK.finditer(row)
        )
    )
    canvas.addLiteral("f")
    canvas.restoreState()


def _cutting_marks(canvas: Canvas, layout: Layout) -> None:
    """A hairline at each corner of each label."""
    canvas.setLineWidth(0.2)
    width, height = layout.cell
    for n in range(layout.places):
        x, y = layout.place(n)
        for corner_x in (x, x + width):
            for corner_y in (y, y + height):
                _cross(canvas, corner_x * mm, (layout.page[1] - corner_y) * mm)


def _cross(canvas: Canvas, x: float, y: float) -> None:
    arm = 1 * mm
    canvas.line(x - arm, y, x + arm, y)
    canvas.line(x, y - arm, x, y + arm)

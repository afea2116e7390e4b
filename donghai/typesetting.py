"""Lines of mixed scripts on a PDF.

Western letters come from an embedded font; Chinese, Japanese, Korean and Russian from
the fonts every PDF reader has for Asian character sets. Letters of other scripts show
as question marks.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import groupby

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # pages as bytes: a quarter of the time and of the size went there

# Tried in this order for each letter: Python's codec of the set, and the font's name
ASIAN_FONTS = (
    ("gb2312", "STSong-Light"),
    ("shift_jis", "HeiseiKakuGo-W5"),
    ("euc_kr", "HYGothic-Medium"),
    ("gbk", "STSong-Light"),
)


def write(
    canvas: Canvas, x: float, y: float, text: str, size: float, room: float
) -> None:
    """One line, made smaller when it would be wider than `room`."""
    parts = list(runs(text))
    width = _width(parts, size)
    size *= min(1.0, room / width) if width else 1.0
    for font, part in parts:
        canvas.setFont(font, size)
        canvas.drawString(x, y, part)
        x += pdfmetrics.stringWidth(part, font, size)


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """At most so many lines of about `room`; what is left over ends with dots.

    Breaks at spaces where that fills half a line, else anywhere, as Chinese does.
    """
    lines: list[str] = []
    left = text.strip()
    while left and len(lines) < most:
        fits = _fitting(left, size, room)
        if fits < len(left) and len(lines) == most - 1:
            return [*lines, left[: max(1, fits - 1)].rstrip() + "…"]
        space = left.rfind(" ", 0, fits + 1)
        cut = space if fits < len(left) and space > fits // 2 else fits
        lines.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return lines


def _fitting(text: str, size: float, room: float) -> int:
    """How many letters of it fit, at least one."""
    for end in range(1, len(text) + 1):
        if _width(runs(text[:end]), size) > room:
            return max(1, end - 1)
    return len(text)


def _width(parts: Iterable[tuple[str, str]], size: float) -> float:
    return sum(pdfmetrics.stringWidth(part, font, size) for font, part in parts)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of text with the font of each."""
    printable = "".join(map(_printable, text))
    for font, letters in groupby(printable, key=_font_of):
        yield font or "", "".join(letters)


def _printable(letter: str) -> str:
    """Itself, or without its accent, or a question mark: never a silent gap."""
    plain = unicodedata.normalize("NFD", letter)[:1]
    return next((each for each in (letter, plain) if _font_of(each)), "?")


@cache
def _font_of(letter: str) -> str | None:
    """The first font that has it."""
    if ord(letter) in pdfmetrics.getFont(western()).face.charToGlyph:
        return western()
    for codec, name in ASIAN_FONTS:
        with suppress(UnicodeEncodeError):
            letter.encode(codec)
            return _asian(name)
    return None


@cache
def western() -> str:
    """The embedded font, ready for use."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    return "Vera"


@cache
def _asian(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name

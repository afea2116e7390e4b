"""What a stored cell value is: text, a number as it was typed, a date, an error."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from catalog.sheets.tabs import Cell
from catalog.sheets.xml_parts import Pieces

DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
NOT_A_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
DATE_LETTER = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
EXACT = 16  # digits from which on a spreadsheet has forgotten the last ones


@dataclass(frozen=True, slots=True)
class Values:
    """What a workbook says once for all of its cells."""

    strings: Sequence[str]
    date_styles: frozenset[str]
    day_nought: datetime

    def of(
        self, kind: str | None, style: str | None, pieces: Pieces, is_formula: bool
    ) -> Cell:
        """The value of one cell by its type, its style and its text."""
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        if kind == "s":
            return self._shared(text)
        if kind is None or kind == "n":
            return self._number(text, style, is_formula)
        return OTHERS.get(kind, _text)(pieces)

    def _shared(self, text: str) -> Cell:
        number = int(text) if text.isdigit() else -1
        if -1 < number < len(self.strings):
            return self.strings[number] or None
        return None

    def _number(self, text: str, style: str | None, is_formula: bool) -> Cell:
        if not text.strip():
            return {"formula": ""} if is_formula else None
        if style in self.date_styles:
            return date_of(text, self.day_nought)
        return text if text.isdigit() and len(text) < EXACT else number_of(text)


def _text(pieces: Pieces) -> Cell:
    return pieces.text or None


OTHERS: dict[str, Callable[[Pieces], Cell]] = {
    "b": lambda pieces: "TRUE" if pieces.text == "1" else "FALSE",
    "e": lambda pieces: {"error": pieces.text},
    "d": lambda pieces: {"date": pieces.text},
}


def shows_a_date(code: str) -> bool:
    """Whether a number format is one of dates or times."""
    bare = NOT_A_FORMAT.sub("", code.partition(";")[0])
    return bare.lower() != "general" and bool(DATE_LETTER.search(bare))


def number_of(text: str) -> Cell:
    """A stored number as a person typed it: 0.30000000000000004 was 0.3."""
    try:
        number = float(text)
    except ValueError:
        return text
    if number.is_integer() and abs(number) < 10 ** (EXACT - 1):
        return str(int(number))
    short = f"{number:.15g}"
    return format(Decimal(short), "f") if abs(number) < 1 else short.upper()


def date_of(text: str, day_nought: datetime) -> Cell:
    """A stored number that the sheet shows as a date."""
    try:
        days = float(text)
        moment = day_nought + timedelta(seconds=round(days * 86_400))
    except (ValueError, OverflowError):
        return text
    if 0 <= days < 1:
        return {"date": f"{moment:%H:%M}"}
    shape = "%Y-%m-%d" if days == int(days) else "%Y-%m-%d %H:%M"
    return {"date": moment.strftime(shape)}

"""The rows of one sheet of a workbook, from any of them on."""

import re
import zipfile
from array import array
from collections.abc import Iterator
from typing import IO, NamedTuple

from catalog.sheets.archive import ArchiveTooLarge
from catalog.sheets.tabs import Cell, Place, Row
from catalog.sheets.values import Values
from catalog.sheets.xml_parts import Pieces, Roles, fed, safe_parser

MOST_COLUMNS = 200
MOST_MERGED = 200_000
SIGN_OF_LIFE = 32  # chunks without a row
DIGITS = "0123456789"
MERGED = re.compile(rb"""mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)""")


class RowRead(NamedTuple):
    """A row as it stands: where it begins, its number, its cells."""

    at: int
    line: int
    cells: list[Cell]


class SheetPart:
    """One pass over one sheet.

    It can begin at any row: the bytes before the first row are read again, so that the
    parser knows where it is, and those between are unpacked but not looked at.
    """

    def __init__(
        self, archive: zipfile.ZipFile, path: str, values: Values, place: Place | None
    ) -> None:
        self.archive, self.path, self.values = archive, path, values
        self.place = place or Place()
        self.merged = Merged(archive, path)
        self.merged.carry(self.place)

    def rows(self) -> Iterator[Row]:
        """Those that say something, and no row twice."""
        handlers = Handlers(self.values, self.place)
        with self.archive.open(self.path) as part:
            self._return_to_place(handlers, part)
            for number, _fed in enumerate(fed(handlers.parser, part, self.place.head)):
                if handlers.read:
                    yield from map(self._finished, handlers.read)
                    handlers.read.clear()
                elif number % SIGN_OF_LIFE == 0:
                    yield self._finished(RowRead(handlers.at, handlers.line, []))
        yield from map(self._finished, handlers.read)

    def _return_to_place(self, handlers: "Handlers", part: IO[bytes]) -> None:
        if self.place.at:
            handlers.parser.Parse(part.read(self.place.head), False)
            part.seek(self.place.at)

    def _finished(self, read: RowRead) -> Row:
        carried = self.merged.fill(read.line, read.cells)
        place = Place(self.place.head, read.at, read.line - 1, carried)
        return Row(read.line, read.cells, place)


class Handlers:
    """What the parser calls: ten million times a sheet, so they do little."""

    def __init__(self, values: Values, place: Place) -> None:
        self.values, self.place = values, place
        self.read: list[RowRead] = []
        self.at, self.line = place.at, place.line + bool(place.at)
        self.skipped = place.at - place.head if place.at else 0
        self.pieces = Pieces()
        self.roles = Roles()
        self.columns: dict[str, int] = {}
        self.cells: list[Cell] = []
        self.column = -1
        self.kind: str | None = None
        self.style: str | None = None
        self.is_formula = False
        self.before = place.line
        self.parser = safe_parser(self.start, self.end, self.pieces)

    def start(self, name: str, facts: dict[str, str]) -> None:
        role = self.roles[name]
        if role == "c":
            self.pieces.clear()
            self.kind, self.style = facts.get("t"), facts.get("s")
            self.is_formula = False
            letters = facts.get("r", "").rstrip(DIGITS)
            if letters not in self.columns:
                self.columns[letters] = column_number(letters)
            self.column = self.columns[letters] if letters else self.column + 1
        elif role == "row":
            self._begin_row(facts.get("r", ""))
        elif role == "rPh":
            self.pieces.depth += 1

    def end(self, name: str) -> None:
        role = self.roles[name]
        if role == "c":
            if (self.pieces or self.is_formula) and self.column < MOST_COLUMNS:
                self._end_cell()
            self.pieces.clear()
        elif role == "f":
            self.pieces.clear()
            self.is_formula = True
        elif role == "row":
            if self.cells:
                self.read.append(RowRead(self.at, self.line, self.cells))
                self.cells = []
        elif role == "rPh":
            self.pieces.depth -= 1

    def _begin_row(self, said: str) -> None:
        self.line = int(said) if said.isdigit() else self.before + 1
        self.before = self.line
        self.at = self.parser.CurrentByteIndex + self.skipped
        self.place.head = self.place.head or self.at
        self.cells, self.column = [], -1

    def _end_cell(self) -> None:
        value = self.values.of(self.kind, self.style, self.pieces, self.is_formula)
        if value is None:
            return
        while len(self.cells) <= self.column:
            self.cells.append(None)
        self.cells[self.column] = value


class Merged:
    """Cells merged over several rows: their value belongs to each, marked as such.

    They stand behind all rows, so this unpacks the whole part first and looks for them
    as bytes: half a second where reading takes ten.
    """

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        found: set[tuple[int, int, int]] = set()
        rest = b""
        with archive.open(path) as part:
            while chunk := part.read(1 << 20):
                if b"mergeCell" in (content := rest + chunk):
                    found.update(map(_tall, MERGED.findall(content)))
                rest = content[-200:]
                if len(found) > MOST_MERGED:
                    raise ArchiveTooLarge
        tall = sorted(each for each in found if each[1] > each[0])
        tops, bottoms, columns = zip(*tall, strict=True) if tall else ((), (), ())
        self.tops, self.bottoms = array("L", tops), array("L", bottoms)
        self.columns = array("L", columns)
        self.next = 0
        self.carried: dict[int, tuple[int, str]] = {}

    def carry(self, place: Place) -> None:
        """Take up those that reach into the row where reading begins."""
        self.carried = {int(k): (v[0], v[1]) for k, v in place.carried.items()}

    def fill(self, line: int, cells: list[Cell]) -> dict[str, tuple[int, str]]:
        """Fill a row's blank merged cells; what reached into it, for its place."""
        for column in [k for k, (last, _value) in self.carried.items() if line > last]:
            del self.carried[column]
        before = {str(column): kept for column, kept in self.carried.items()}
        if any(cell is not None for cell in cells):
            for column, (_last, value) in self.carried.items():
                cells.extend([None] * (column + 1 - len(cells)))
                if cells[column] is None:
                    cells[column] = {"merged": value}
        self._begin(line, cells)
        return before

    def _begin(self, line: int, cells: list[Cell]) -> None:
        while self.next < len(self.tops) and self.tops[self.next] <= line:
            top, column = self.tops[self.next], self.columns[self.next]
            value = cells[column] if column < len(cells) else None
            if top == line and isinstance(value, str):
                self.carried[column] = self.bottoms[self.next], value
            self.next += 1


def column_number(letters: str) -> int:
    """A is 0, Z 25, AA 26; what is no column counts as one far out."""
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1 if letters.isalpha() and letters.isascii() else MOST_COLUMNS


def _tall(found: tuple[bytes, bytes, bytes, bytes]) -> tuple[int, int, int]:
    left, top, _right, bottom = found
    return int(top[:7]), int(bottom[:7]), column_number(left.decode("ascii"))

"""Which tab of a file holds the pieces, and where its headers are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from django.utils.translation import gettext_lazy as _

from catalog.sheets import columns
from catalog.sheets.tabs import Place, Row, Tab, Table, text_of
from donghai.errors import Refused

LOOKS = 30  # rows that are looked at for headers
MOST_TABS = 60
MOST_ROWS = 200_000
BLANK_RUN = 5_000  # rows in a row: what stands behind so many is not meant
ENOUGH = 2  # known headers make a row of headers


class NoRows(Refused):
    code = "no_rows"
    title = _(
        "There is no row with pieces in this file. Put the names of the columns in one "
        "row and a piece in each row below it."
    )
    status = 422


class TooManyRows(Refused):
    code = "too_many_rows"
    title = _("This sheet has more than %(most)s rows. Split it into several files.")
    status = 422


@dataclass(frozen=True, slots=True)
class Heading:
    """The headers of a tab: their text by column, the rows they stand in, how many of
    them we know."""

    tab: Tab
    headers: list[str] = field(default_factory=list)
    first_line: int = 0
    last_line: int = 0
    known: int = 0


def headings(table: Table) -> list[Heading]:
    """Of every tab that may be meant, best first; hidden ones only where no other is.

    Raises NoRows.
    """
    seen = [_heading(table, tab) for tab in table.tabs[:MOST_TABS]]
    found = [heading for heading in seen if heading.headers]
    found = [each for each in found if not each.tab.is_hidden] or found
    if not found:
        raise NoRows
    found.sort(key=lambda heading: -heading.known)
    good = [heading for heading in found if heading.known >= ENOUGH]
    return good or found[:1]


class Pieces:
    """The rows below the headers, until so many are blank that the rest isn't meant.

    Those without cells are signs of life. Repeated headers are left out. `unread` is
    the first row behind such a gap that says something.
    """

    def __init__(self, table: Table, heading: Heading, place: Place | None) -> None:
        self.heading = heading
        self.rows = table.rows(heading.tab, place)
        self.last = max(place.line if place else 0, heading.last_line)
        self.unread: int | None = None

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            if row.line - self.last > BLANK_RUN:
                self.unread = row.line if row.cells else None
                return
            if row.line <= self.heading.last_line:
                continue
            if row.cells:
                self.last = row.line
                if [text_of(cell) for cell in row.cells] == self.heading.headers:
                    continue
            yield row


def _heading(table: Table, tab: Tab) -> Heading:
    """Headers stand in the row that names most fields, or in two below each other."""
    rows: list[Row] = []
    for row in table.rows(tab):
        rows += [row] * bool(row.cells)
        if len(rows) == LOOKS or row.line > BLANK_RUN:
            break
    best = Heading(tab)
    for number, row in enumerate(rows):
        texts = [text_of(cell) for cell in row.cells]
        one = Heading(tab, texts, row.line, row.line, columns.recognised(texts))
        below = rows[number + 1] if number + 1 < len(rows) else None
        best = max(best, one, _two_lines(one, below), key=lambda each: each.known)
    if best.known >= ENOUGH or len(rows) < 2:
        return best if best.known >= ENOUGH and len(rows) > 1 else Heading(tab)
    widest = max(rows, key=lambda row: sum(cell is not None for cell in row.cells))
    first = next(row for row in rows if len(row.cells) >= len(widest.cells) // 2)
    texts = [text_of(cell) for cell in first.cells]
    return Heading(tab, texts, first.line, first.line, best.known)


def _two_lines(upper: Heading, below: Row | None) -> Heading:
    """Headers over two rows: groups above, names below; or names with units below."""
    if below is None or below.line != upper.last_line + 1 or not upper.known:
        return upper
    lower = [text_of(cell) for cell in below.cells]
    if not columns.recognised(lower):
        return upper
    texts = [
        down if down and columns.field_of(down) else up or down
        for up, down in zip_longest(upper.headers, lower, fillvalue="")
    ]
    known = columns.recognised(texts)
    return Heading(upper.tab, texts, upper.first_line, below.line, known)

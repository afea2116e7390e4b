"""The shape in which tables come out of files, whatever the file."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

# Text, nothing, or what needs care: {"date": "2024-01-01"}, {"error": "#N/A"},
# {"formula": ""} that has no stored value, {"merged": "value of the first row"}
Cell = str | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Tab:
    """One table of a file: a sheet of a workbook, all of a .csv."""

    name: str
    path: str = ""
    is_hidden: bool = False


@dataclass(slots=True)
class Place:
    """Where reading can begin again: bytes before the first row, bytes before this row.

    `carried` are merged cells that reach into this row: column to last line and value.
    """

    head: int = 0
    at: int = 0
    line: int = 0  # of the row before
    carried: dict[str, Any] = field(default_factory=dict)

    @property
    def record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Row:
    """One row with its number in the file; `place` is where it begins."""

    line: int
    cells: list[Cell]
    place: Place


class Table(Protocol):
    """An opened file."""

    kind: str

    @property
    def tabs(self) -> list[Tab]: ...

    def rows(self, tab: Tab, place: Place | None = None) -> Iterator[Row]:
        """Rows that say something; sometimes one without cells, as a sign of life."""


def text_of(cell: Cell) -> str:
    """A cell as a person sees it."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    return next(iter(cell.values()))

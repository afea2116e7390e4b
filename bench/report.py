"""What a measurement found: a table for people, then a JSON line for each figure."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, and how it stands to a named limit or peer.

    `against` names that other, `base` is its number in the same unit; the ratio is
    `value / base`. `goal` is shown in the table only, as in "ratio at most 1.0".
    """

    name: str
    value: float
    unit: str
    against: str = ""
    base: float | None = None
    goal: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.base, 3) if self.base else None

    @property
    def line(self) -> str:
        """The figure for programs."""
        return json.dumps(
            {
                "name": self.name,
                "value": float(f"{self.value:.5g}"),
                "unit": self.unit,
                "against": self.against or None,
                "ratio": self.ratio,
            },
            ensure_ascii=False,
        )


def show(figures: Sequence[Figure]) -> None:
    """Print the table, then the lines."""
    head = ("figure", "value", "unit", "against", "its value", "ratio", "goal")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
    print()
    for figure in figures:
        print(figure.line)
    sys.stdout.flush()


def say(text: str) -> None:
    """Progress; not part of what is found."""
    print(text, file=sys.stderr, flush=True)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _number(figure.value),
        figure.unit,
        figure.against,
        _number(figure.base),
        _number(figure.ratio),
        figure.goal,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"

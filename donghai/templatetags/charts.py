"""Small pictures of numbers: bars with their labels on them, drawn on the server.

Everything is in parts of a hundred, so that a picture is as wide as its place and its
words keep their size. The same numbers stand in a table beside it (see the page).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import template

register = template.Library()

TOP, FLOOR = 14.0, 88.0  # per cent of the height: above are labels, below are names


@dataclass(frozen=True, slots=True)
class Level:
    """How many there are from a moment on."""

    at: datetime
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: `in` or `sold`, and how many in words."""

    at: datetime
    kind: str
    words: str


@register.inclusion_tag("_steps_chart.html")
def steps_chart(
    levels: Sequence[Level], marks: Sequence[Mark], title: str
) -> dict[str, object]:
    """A line of steps from nought, in the order of time; what came in says how much.

    Sales are ticks on the floor. The highest level and the last one say their number.
    """
    begin, end = levels[0].at, levels[-1].at
    span = (end - begin).total_seconds() or 1
    highest = max(level.value for level in levels) or 1

    def across(at: datetime) -> float:
        return max(0.0, min(100.0, (at - begin).total_seconds() / span * 100))

    def down(value: int) -> float:
        return FLOOR - value / highest * (FLOOR - TOP)

    path = f"M0 {down(levels[0].value):.2f}"
    for level in levels[1:]:
        path += f"H{across(level.at):.2f}V{down(level.value):.2f}"
    peak = max(levels, key=lambda level: level.value)
    return {
        "title": title,
        "path": path,
        "floor": FLOOR,
        "begin": begin,
        "end": end,
        "last": {"y": down(levels[-1].value), "value": levels[-1].value},
        "peak": _point(across(peak.at), down(peak.value), peak.value),
        "ins": _marked(marks, "in", across),
        "sold": _marked(marks, "sold", across),
    }


def _marked(
    marks: Sequence[Mark], kind: str, across: Callable[[datetime], float]
) -> list[dict[str, object]]:
    return [
        _point(across(one.at), FLOOR, one.words) for one in marks if one.kind == kind
    ]


def _point(x: float, y: float, words: object) -> dict[str, object]:
    anchor = "start" if x < 12 else "end" if x > 88 else "middle"
    return {"x": f"{x:.2f}", "y": f"{y:.2f}", "words": words, "anchor": anchor}

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
FILLED = 0.72  # of a bar's place
MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """What it is called, how high, the amount in words, and a name that fits below."""

    name: str
    value: int
    words: str
    short: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar in per cent of the picture; `label` and `below` where they are shown."""

    bar: Bar
    x: str
    y: str
    width: str
    height: str
    middle: str
    above: str
    anchor: str
    label: str
    below: str


@register.inclusion_tag("_bars.html")
def bars(rows: Sequence[Bar], title: str) -> dict[str, object]:
    """Upright bars from nought; the highest and the last say how much they are."""
    highest = max((row.value for row in rows), default=0)
    return {
        "title": title,
        "floor": f"{FLOOR:g}%",
        "bars": [_drawn(rows, i, highest) for i in range(len(rows))] if highest else [],
    }


def _drawn(rows: Sequence[Bar], i: int, highest: int) -> Drawn:
    bar, place = rows[i], 100 / len(rows)
    height = max(bar.value, 0) / highest * (FLOOR - TOP)
    middle = place * (i + 0.5)
    peak = next(n for n, row in enumerate(rows) if row.value == highest)
    every = -(-len(rows) // MOST_NAMES)
    is_named = (len(rows) - 1 - i) % every == 0
    # the last is labelled, too, where that label runs into nothing
    beside = rows[max(i - int(20 / place), 0) : i]
    is_clear = (i - peak) * place > 35 and all(b.value <= bar.value for b in beside)
    is_last = i == len(rows) - 1 and bar.value > 0 and is_clear
    return Drawn(
        bar=bar,
        x=f"{middle - place * FILLED / 2:.2f}%",
        y=f"{FLOOR - height:.2f}%",
        width=f"{place * FILLED:.2f}%",
        height=f"{height:.2f}%",
        middle=f"{middle:.2f}%",
        above=f"{FLOOR - height - 3:.2f}%",
        anchor="start" if middle < 15 else "end" if middle > 85 else "middle",
        label=bar.words if i == peak or is_last else "",
        below=bar.short if is_named else "",
    )


@register.inclusion_tag("_spark.html")
def spark(values: Sequence[int], title: str) -> dict[str, object]:
    """A small line from nought, as tall as its highest; its words stand beside it."""
    highest, last = max(values, default=0), max(len(values) - 1, 1)
    points = [
        f"{place / last * 100:.2f} {38 - value / (highest or 1) * 36:.2f}"
        for place, value in enumerate(values)
    ]
    return {"title": title, "line": "L".join(points), "highest": highest}


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

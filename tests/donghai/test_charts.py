"""Bars drawn on the server."""

import re

from hypothesis import given
from hypothesis import strategies as st

from donghai.templatetags.charts import Bar, bars


def drawn(*values):
    rows = [Bar(f"day {i}", v, f"¥{v}", str(i)) for i, v in enumerate(values)]
    return bars(rows, "sold")["bars"]


def number(text):
    return float(text.removesuffix("%"))


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_bars_stand_side_by_side_on_one_floor_at_one_scale(values):
    found = drawn(*values)

    if not any(values):
        assert found == []
        return
    for bar, value in zip(found, values, strict=True):
        assert number(bar.x) >= 0 and number(bar.x) + number(bar.width) <= 100
        assert abs(number(bar.y) + number(bar.height) - 88) < 0.02
        assert abs(number(bar.height) - 74 * value / max(values)) < 0.01
    lefts = [number(bar.x) for bar in found]
    assert lefts == sorted(lefts)


def test_the_highest_says_how_much_and_names_below_do_not_crowd():
    found = drawn(1, 9, *[2] * 28)

    assert [bar.label for bar in found if bar.label] == ["¥9", "¥2"]
    assert sum(bool(bar.below) for bar in found) <= 12
    assert found[-1].below
    assert found[1].anchor == "start"
    assert re.fullmatch(r"\d+\.\d\d%", found[0].x)

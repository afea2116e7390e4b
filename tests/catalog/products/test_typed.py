"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.products import typed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"),
        (" 12,5 ", "12.5"),
        ("１２.５", "12.5"),
        ("1,280", "1280"),
        ("1,280.50", "1280.5"),
        ("1.280,50", "1280.5"),
        ("1.280.000", "1280000"),
        ("12。5", "12.5"),
        ("US$8", "8"),
        ("8 €", "8"),
        ("¥60", "60"),
        ("60元", "60"),
        ("8mm", "8"),
        ("8 毫米", "8"),
        ("27 g", "27"),
        ("", None),
        ("  ", None),
    ],
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert typed.decimal(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "text", ["abc", "-3", "1e5", "NaN", "1.2.3", "8x10", "1234567890123", "٣"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(typed.NotANumber):
        typed.decimal(text)


@pytest.mark.parametrize("text", ["12.345", "0.001"])
def test_there_is_nothing_smaller_than_a_fen(text):
    with pytest.raises(typed.NotANumber):
        typed.fen(text)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("10: 55; 50: 48.50", ((10, 5500), (50, 4850))),
        ("10:55, 50:48.5", ((10, 5500), (50, 4850))),
        ("10起：55\n50起：48", ((10, 5500), (50, 4800))),
        ("10+: 55", ((10, 5500),)),
        ("", ()),
    ],
)
def test_tiers_are_read_as_people_write_them(text, pairs):
    assert typed.tiers(text) == pairs


@pytest.mark.parametrize("text", ["10", "10: ", ": 55", "ten: 55"])
def test_half_a_tier_is_refused(text):
    with pytest.raises(typed.NotANumber):
        typed.tiers(text)


@given(st.integers(1, 10**10))
def test_fen_come_back_as_they_were_shown(minor):
    assert typed.fen(typed.yuan(minor)) == minor


@given(
    st.lists(st.tuples(st.integers(2, 10**6), st.integers(1, 10**8)), max_size=5).map(
        tuple
    )
)
def test_tiers_come_back_as_they_were_shown(pairs):
    assert typed.tiers(typed.tiers_in_words(pairs)) == tuple(sorted(pairs))

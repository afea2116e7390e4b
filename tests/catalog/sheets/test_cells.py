"""What a cell says, in all the ways people write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sheets import cells, rows


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        *(("60", 6000), ("60.5", 6050), ("¥1,280.00", 128000), ("1,280元", 128000)),
        *(("RMB 66", 6600), ("66块", 6600), ("1.2万", 1200000), ("人民币 5", 500)),
        *(("$60", None), ("面议", None), ("1,28", None), ("60-70", None), ("", None)),
        *(("0.001", None), ("1.2.3", None), ("六十", None), ("60美元", None)),
    ],
)
def test_money_is_yuan_or_nothing(text, yuan):
    assert cells.fen(cells.clean(text)) == yuan


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        *(("12", 12), ("12g", 12), ("12克", 12), ("0.5kg", 500), ("约15克", 15)),
        *(("1斤", 500), ("10ct", 2), ("１２．５ｇ", Decimal("12.5")), ("8mm", None)),
        *(("12-15g", None), ("净重 12 g", 12), ("15克左右", 15), ("几克", None)),
    ],
)
def test_weights_are_grams_whatever_their_unit(text, grams):
    assert cells.grams(cells.clean(text)) == grams


@pytest.mark.parametrize(
    ("text", "unit", "mm"),
    [
        ("8", "", 8),
        ("8mm", "", 8),
        ("1.6", "cm", 16),
        ("8毫米", "cm", 8),
        ("8g", "", None),
    ],
)
def test_lengths_take_the_unit_of_their_column_unless_they_name_one(text, unit, mm):
    assert cells.millimetres(text, unit) == mm


@pytest.mark.parametrize(
    ("text", "unit", "mm"),
    [
        *(("16", "", 160), ("16.5", "", 165), ("约16", "", 160), ("39.9", "", 399)),
        *(("40", "", 40), ("160", "", 160), ("16cm", "", 160), ("16厘米", "", 160)),
        *(("16", "cm", 160), ("16mm", "", 16), ("16", "mm", 16), ("165mm", "cm", 165)),
        *(("0", "", 0), ("均码", "", None)),
    ],
)
def test_a_bare_number_too_small_for_a_wrist_is_centimetres(text, unit, mm):
    assert rows.READERS["wrist_mm"](text, unit) == mm
    assert rows.READERS["bead_mm"]("16", "") == 16


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10:50; 50:45", ((10, 5000), (50, 4500))),
        ("50件起45元，10件起50元", ((10, 5000), (50, 4500))),
        ("10+ 50", ((10, 5000),)),
        ("多买优惠", None),
        ("10:50; 10:45", None),
        ("10:50 面议", None),
    ],
)
def test_tiers_are_read_in_order_or_not_at_all(text, said):
    assert cells.tiers(text) == said


@given(st.integers(0, 10**10))
def test_every_price_reads_back_as_itself(fen):
    assert cells.fen(f"{Decimal(fen) / 100:,.2f}") == fen
    assert cells.fen(f"¥{Decimal(fen) / 100:.2f}") == fen


@given(st.text())
def test_what_is_escaped_reads_back_and_runs_nowhere(text):
    plain = cells.clean_text(text)

    assert not cells.escaped(plain).startswith(("=", "+", "-", "@"))
    assert cells.clean_text(cells.escaped(plain)) == plain


@given(st.text())
def test_cleaning_twice_is_cleaning_once_unless_it_was_escaped(text):
    once = cells.clean(text)

    assert "\0" not in once
    assert once.startswith("'") or cells.clean(once) == once

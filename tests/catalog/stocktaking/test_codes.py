"""The code on a bag: one for each variant, and no slip of the pen leads to another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.stocktaking.codes import LETTERS, code_of, variant_of, variant_scanned

NUMBERS = st.integers(min_value=1, max_value=2**63 - 1)


@given(NUMBERS)
def test_a_code_leads_back_to_its_variant_however_it_is_written(number):
    code = code_of(number)

    assert variant_of(code) == variant_of(f" {code.lower()} ") == number
    assert variant_scanned(f"https://donghai.example/s/{code}") == number


@given(NUMBERS, st.integers(min_value=0), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_always_noticed(number, place, letter):
    code = code_of(number)
    place %= len(code)
    wrong = code[:place] + letter + code[place + 1 :]

    assert wrong == code or variant_of(wrong) is None


def test_printed_codes_never_change():
    assert [code_of(number) for number in (1, 31, 32, 1_000_000)] == [
        "00001Y",
        "0000Z1",
        "00010W",
        "0YGJ0H",
    ]


def test_letters_that_look_alike_are_read_as_meant():
    assert variant_of("oooo1y") == variant_of("OOOOIY") == variant_of("0000LY") == 1


@pytest.mark.parametrize(
    "text",
    ["", "00001H", "T000123", "https://d.example/s/", "'; --", "１２３４５"],
)
def test_what_is_no_code_leads_nowhere(text):
    assert variant_of(text) is None
    assert variant_scanned(text) is None

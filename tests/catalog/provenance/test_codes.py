"""A passport's code: read as it was meant, and never another's by one slip."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.provenance import codes

fresh = st.builds(codes.new_code)


@given(fresh, st.integers(0, 9), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_always_noticed(code, place, other):
    typed = code[:place] + other + code[place + 1 :]

    assert codes.read(typed) == (code if typed == code else None)


@given(fresh, st.integers(0, 8))
def test_two_neighbours_that_changed_places_are_always_noticed(code, place):
    a, b = code[place : place + 2]
    typed = code[:place] + b + a + code[place + 2 :]

    assert codes.read(typed) == (code if a == b else None)


@given(fresh)
def test_a_code_is_read_whatever_its_case_gaps_and_look_alikes(code):
    typed = f" {code[:5]} {code[5:]}-".lower().replace("0", "o").replace("1", "l")

    assert codes.read(typed) == code
    assert len(code) == 10
    assert set(code) <= set(codes.ALPHABET)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_none(text):
    read = codes.read(text)

    assert read is None or codes.read(read) == read

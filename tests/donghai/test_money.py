"""Money is exact in currencies of 0, 2 and 3 decimals."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from donghai.money import CurrencyMismatch, Money, total

currencies = st.sampled_from(["JPY", "EUR", "KWD", "CNY", "MXN", "KRW", "BHD"])
amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("8.40", "EUR", 840),
        ("8.405", "EUR", 841),
        ("-8.405", "EUR", -841),
        ("1234", "JPY", 1234),
        ("0.5", "JPY", 1),
        ("1.2345", "KWD", 1235),
    ],
)
def test_an_amount_is_rounded_half_up_to_the_minor_unit(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@given(amounts, currencies)
def test_major_units_and_back_lose_nothing(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money


@given(amounts, currencies, st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_a_split_adds_up_and_is_fair(minor, currency, weights):
    if sum(weights) == 0:
        return
    whole = Money(minor, currency)

    parts = whole.split(weights)

    assert total(parts, currency) == whole
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(minor) * weight / sum(weights)
        assert abs(part.minor - exact) < 1


@given(amounts, currencies)
def test_a_split_of_nothing_is_refused(minor, currency):
    with pytest.raises(ValueError, match="weights"):
        Money(minor, currency).split([0, 0])


def test_currencies_never_mix():
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("money", "language", "shown"),
    [
        (Money(123456, "EUR"), "en", "€1,234.56"),
        (Money(123456, "EUR"), "de", "1.234,56\xa0€"),
        (Money(1234, "JPY"), "en", "¥1,234"),
        (Money(1234567, "KWD"), "en", "KWD1,234.567"),
        (Money(4100, "CNY"), "zh-hans", "¥41.00"),
    ],
)
def test_money_is_shown_as_its_reader_expects(money, language, shown):
    with translation.override(language):
        assert str(money) == shown

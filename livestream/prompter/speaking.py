"""Numbers, sizes, money and times as they are said aloud in each language."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from django.utils import translation

from catalog.glossary.titles import CM_FROM
from catalog.glossary.tongues import TONGUES
from donghai.money import Money

# Babel's data lacks long forms of these languages; each writes a number and its sign
SIGNS = {
    "zh-hans": {"minute": "分钟", "hour": "小时", "day": "天"},
    "ja": {"minute": "分", "hour": "時間", "day": "日"},
    "ko": {"minute": "분", "hour": "시간", "day": "일"},
}
UNITS = {
    "mm": "length-millimeter",
    "cm": "length-centimeter",
    "g": "mass-gram",
    "kg": "mass-kilogram",
}


@lru_cache(maxsize=4096)
def lengths(sizes: tuple[Decimal, ...], language: str) -> str:
    """40 × 30 millimetres; in centimetres once the longest is long."""
    if max(sizes) >= CM_FROM:
        return _counted([size / 10 for size in sizes], "cm", language)
    return _counted(sizes, "mm", language)


@lru_cache(maxsize=4096)
def weight(grams: Decimal, language: str) -> str:
    if grams < 1000:
        return _counted([grams], "g", language)
    return _counted([grams / 1000], "kg", language)


@lru_cache(maxsize=256)
def lasting(number: int, unit: str, language: str) -> str:
    """10 minutes, 6 hours, 14 days."""
    if language in SIGNS:
        return f"{number}{SIGNS[language][unit]}"
    return format_unit(number, f"duration-{unit}", "long", locale=_locale(language))


@lru_cache(maxsize=4096)
def money(amount: Money, language: str) -> str:
    """24.50 US dollars, and 24 where there are no cents to say."""
    value = amount.amount
    whole = value == value.to_integral_value()
    return str(
        format_currency(
            value.to_integral_value() if whole else value,
            amount.currency,
            locale=_locale(language),
            format_type="name",
            currency_digits=not whole,
        )
    )


def _counted(sizes: Sequence[Decimal], unit: str, language: str) -> str:
    tongue = TONGUES[language]
    numbers = [_number(size, language) for size in sizes]
    if language in SIGNS:
        return f"{tongue.times.join(numbers)}{tongue.units[unit]}"
    most = max(sizes)
    said = str(format_unit(most.normalize(), UNITS[unit], locale=_locale(language)))
    return said.replace(_number(most, language), tongue.times.join(numbers), 1)


def _number(size: Decimal, language: str) -> str:
    return str(format_decimal(size.normalize(), locale=_locale(language)))


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    if language == "en":
        return Locale("en", "GB")  # as our texts are spelt
    return Locale.parse(translation.to_locale(language))

"""What a rule may say of places, tariff lines, duties and where it was read."""

import csv
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from donghai import countries

TARIFF = Path(__file__).parent / "data" / "tariff_lines.csv"
UNIONS = ("EU",)
# javascript:x, http://x, but not "see: x"
LINK = re.compile(r"(?<!\w)(?!https://)[a-z][a-z0-9+.-]*:(?=\S)", re.IGNORECASE)


def validate_place(code: str) -> None:
    """A country by ISO 3166, or a customs union."""
    if code not in countries.codes() and code not in UNIONS:
        words = _(
            "%(code)s is no country: write its two letters, like DE, or EU for all "
            "of the union."
        )
        raise ValidationError(words, params={"code": code})


@cache
def chapters() -> tuple[str, ...]:
    """The chapters of the tariff that our goods fall under: 25, 68, 70, 71 ..."""
    with TARIFF.open(newline="", encoding="utf-8") as file:
        return tuple(sorted({row["hs"][:2] for row in csv.DictReader(file)}))


def validate_tariff_line(hs: str) -> None:
    """Eight digits in a chapter of goods sold here."""
    if not re.fullmatch(r"[0-9]{8}", hs):
        raise ValidationError(_("Write the eight digits of the tariff line."))
    if not hs.startswith(chapters()):
        words = _(
            "Nothing sold here falls under %(hs)s. Our goods' lines begin with "
            "%(chapters)s."
        )
        params = {"hs": hs, "chapters": ", ".join(chapters())}
        raise ValidationError(words, params=params)


def validate_duty(pct: Decimal) -> None:
    if not 0 <= pct <= 100:
        raise ValidationError(_("A duty is between 0 and 100 per cent."))


def validate_limit(minor: int) -> None:
    if minor < 0:
        raise ValidationError(_("A value limit is nothing or more, never less."))


def validate_source(source: str) -> None:
    """Plain words, or an address that is safe to follow."""
    if LINK.search(source):
        words = _(
            "Write the address of a source from https:// on, or say it in plain words."
        )
        raise ValidationError(words)

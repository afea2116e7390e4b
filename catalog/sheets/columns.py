"""From the words over a column to the field of a piece it fills."""

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.glossary.models import Language
from catalog.sheets.cells import clean

PROBLEM = "problem"  # the column that an error file adds
REPORT_WORDS = ("问题", "what is wrong")
TITLE = "title_"
UNITS = [
    "mm",
    "cm",
    "毫米",
    "厘米",
    "公分",
    "g",
    "kg",
    "克",
    "公斤",
    "千克",
    "斤",
    "ct",
    "克拉",
    "元",
    "万元",
]
UNIT = re.compile(rf"[(/\[]\s*({'|'.join(UNITS)})\s*[)\]]?\s*$", re.IGNORECASE)
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
NO_WORD = re.compile(r"[\W_]+")
LABELS: dict[str, str | Promise] = {
    "sku": _("SKU"),
    "product": _("product number"),
    "mineral": _("mineral"),
    "treatment": _("treatment"),
    "form": _("form"),
    "colour": _("colour"),
    "motif": _("motif"),
    "metal": _("precious metal"),
    "origin": _("origin of the raw stone"),
    "size": _("size"),
    "bead_mm": _("bead size in mm"),
    "wrist_mm": _("wrist size in mm"),
    "length_mm": _("length in mm"),
    "width_mm": _("width in mm"),
    "height_mm": _("height in mm"),
    "diameter_mm": _("diameter in mm"),
    "weight_g": _("net weight in grams"),
    "wholesale_minor": _("wholesale price"),
    "min_quantity": _("fewest at once"),
    "tiers": _("price tiers"),
    "suggested_retail_minor": _("suggested retail price"),
    "least_retail_minor": _("lowest retail price"),
    "on_hand": _("stock on hand"),
    "is_one_off": _("one of a kind"),
    "alarm_at": _("warn when fewer are left"),
    "hs_code": _("customs code (10 digits)"),
    "story": _("the merchant's own words"),
    PROBLEM: _("what was wrong"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a piece, and what stands over it in sheets.

    Facts `of_product` are the same for all its variants: a cell merged over several
    rows says them of each.
    """

    field: str
    zh: str
    en: str
    of_product: bool
    also: tuple[str, ...]


@cache
def columns() -> dict[str, Column]:
    """All fields in their order."""
    path = Path(__file__).parent / "data" / "headers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = [
            Column(
                row["field"],
                row["zh"],
                row["en"],
                of_product=bool(row["of_product"]),
                also=tuple(row["also"].split()),
            )
            for row in csv.DictReader(file)
        ]
    return {column.field: column for column in found}


def label_of(field: str) -> str | Promise:
    """What a field is called to a person."""
    if field.startswith(TITLE):
        language = str(Language(field.removeprefix(TITLE)).label)
        return gettext("title: %(language)s") % {"language": language}
    return LABELS.get(field, field)


def header(field: str, language: str) -> str:
    """What stands over its column in a sheet of ours."""
    column = columns()[field]
    return column.zh if language.startswith("zh") else column.en


def report_header(language: str) -> str:
    """What stands over the column of an error file that says what to mend."""
    return REPORT_WORDS[0 if language.startswith("zh") else 1]


def is_report(header: str) -> bool:
    return clean(header).lower() in REPORT_WORDS


def field_of(header: str) -> str:
    """The field that a header means, empty where nobody can say."""
    text = clean(header).lower()
    known = _known()
    for candidate in (text, ASIDE.sub("", text), UNIT.sub("", text)):
        if found := known.get(NO_WORD.sub("", candidate)):
            return found
    return ""


def unit_of(header: str) -> str:
    """The unit a header names: 净重(kg)."""
    found = UNIT.search(clean(header))
    return found[1].lower() if found else ""


def guess(headers: Sequence[str]) -> list[str]:
    """A field for each column; of two that mean the same the first has it."""
    taken: set[str] = set()
    guessed = []
    for each in headers:
        field = field_of(each)
        guessed.append("" if field in taken else field)
        taken.add(field)
    return guessed


def recognised(headers: Iterable[str]) -> int:
    """How many different fields a row would name, were it the headers."""
    return len({field for each in headers if each and (field := field_of(each))})


def fingerprint(headers: Sequence[str]) -> str:
    """The same for sheets with the same headers, an error file's own column aside."""
    words = [
        NO_WORD.sub("", clean(each).lower()) for each in headers if not is_report(each)
    ]
    return hashlib.sha256("\n".join(words).strip("\n").encode()).hexdigest()


def to_remember(headers: Sequence[str], fields: Sequence[str]) -> list[str]:
    """The field of each column, an error file's own aside: it may stand anywhere."""
    pairs = zip(headers, fields, strict=False)
    return [field for header, field in pairs if not is_report(header)]


def as_remembered(
    headers: Sequence[str], remembered: Sequence[str], guessed: Sequence[str]
) -> list[str]:
    """What was said of such headers, and the guess where nothing was."""
    said = iter(remembered)
    return [
        guess if is_report(header) else next(said, guess)
        for header, guess in zip(headers, guessed, strict=True)
    ]


@cache
def _known() -> dict[str, str]:
    known = {NO_WORD.sub("", word): PROBLEM for word in REPORT_WORDS}
    for column in columns().values():
        for name in (column.field, column.zh, column.en, *column.also):
            known.setdefault(NO_WORD.sub("", name.lower()), column.field)
    return known

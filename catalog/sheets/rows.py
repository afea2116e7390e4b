"""From the cells of a row to what it says of a piece, and what is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.products.pieces import MEASURES, Problem
from catalog.sheets import cells as say
from catalog.sheets.columns import PROBLEM, TITLE, columns, label_of, unit_of
from catalog.sheets.records import Record
from catalog.sheets.tabs import Cell, text_of
from catalog.sheets.vocabulary import Vocabulary, word

WORDS = ("mineral", "form", "treatment", "colour", "motif", "metal", "origin")
COUNTS = ("min_quantity", "on_hand", "alarm_at")
PRICES = ("wholesale_minor", "suggested_retail_minor", "least_retail_minor")
TOTAL = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|sum\b|(grand |sub)?total\b)", re.I
)
ONE_EACH = ("sku", "on_hand", "is_one_off")  # never the same for each of merged rows
AS_WRITTEN = ("size", "story")
LONGEST = 5_000
BARE_CM = 40  # a wrist below it, without a unit, was measured in centimetres


@dataclass(slots=True)
class Reading:
    """What a row says. One that is `left_out` is no piece: blank, or a sum."""

    said: Record = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_out: bool = False


class RowReader:
    """Reads rows of one sheet by its columns."""

    def __init__(
        self, fields: Sequence[str], headers: Sequence[str], vocabulary: Vocabulary
    ) -> None:
        self.vocabulary = vocabulary
        self.understood = lru_cache(20_000)(
            self._value
        )  # most cells say what others say
        self.columns = [
            (number, name, unit_of(headers[number]) if number < len(headers) else "")
            for number, name in enumerate(fields)
            if name and name != PROBLEM
        ]
        self.product_facts = [
            name for name, column in columns().items() if column.of_product
        ]

    def read(self, cells: Sequence[Cell], above: Record) -> Reading:
        """One row; `above` is what the row before it said."""
        reading = Reading()
        for number, name, unit in self.columns:
            cell = cells[number] if number < len(cells) else None
            if cell is not None:
                self._take(reading, name, cell, unit)
        if self._is_no_piece(reading, cells):
            return Reading(left_out=True)
        if "sku" not in reading.said and not _blamed(reading, "sku"):
            words = _("This row has no SKU. Give it one, or delete the row.")
            reading.problems = [Problem("sku", "no_sku", words)]
        self._take_over(reading.said, above)
        return reading

    def _take(self, reading: Reading, name: str, cell: Cell, unit: str) -> None:
        """Put what one cell says into the reading, or what is wrong with it."""
        if isinstance(cell, dict):
            if "merged" not in cell:
                reading.problems.append(_odd(name, cell))
                return
            if name in ONE_EACH:
                reading.problems.append(_merged(name))
                return
        as_written = name in AS_WRITTEN or name.startswith(TITLE)
        make_plain = say.clean_text if as_written else say.clean
        text = make_plain(text_of(cell)[:LONGEST])
        if not text:
            return
        value, problem = self.understood(name, text, unit)
        if problem:
            reading.problems.append(problem)
        elif name.startswith(TITLE):
            reading.said.setdefault("titles", {})[name.removeprefix(TITLE)] = value
        else:
            reading.said[name] = value

    def _value(self, name: str, text: str, unit: str) -> tuple[Any, Problem | None]:
        """What a cleaned text says of a field."""
        if name in WORDS:
            code = self.vocabulary.code(name, text)
            return code, None if code else self._unknown(name, text)
        if name == "sku":
            return _sku(text)
        if name == "product":
            return text, None
        reader = READERS.get(name)
        if reader is None:
            return text, None
        value = reader(text, unit)
        if value is None:
            return None, _unreadable(name, text)
        return str(value) if isinstance(value, Decimal) else value, None

    def _unknown(self, name: str, text: str) -> Problem:
        facts = {"said": text[:40], "field": label_of(name)}
        if name == "treatment" and len(both := self.vocabulary.treatments(text)) > 1:
            words = _(
                "“%(said)s” are several treatments. Name the one that changes the "
                "stone most, here “%(most)s”, and tell the others in the story."
            )
            most = word("treatment", both[0], get_language() or "en")
            return Problem(name, "several", words % {"said": text[:40], "most": most})
        likes = self.vocabulary.could_be(name, text, get_language() or "en")
        if likes:
            words = _("“%(said)s” can be any of these: %(words)s. Write which it is.")
            said_by = {"said": text[:40], "words": ", ".join(likes)}
            return Problem(name, "vague_word", words % said_by)
        likest = self.vocabulary.likest(name, text)
        if likest:
            words = _("“%(said)s” is no %(field)s we know. Do you mean “%(likest)s”?")
            return Problem(name, "unknown_word", words % (facts | {"likest": likest}))
        words = _(
            "“%(said)s” is no %(field)s we know. Choose one from the list of words."
        )
        return Problem(name, "unknown_word", words % facts)

    def _is_no_piece(self, reading: Reading, cells: Sequence[Cell]) -> bool:
        """Blank where it matters, or a sum at the end."""
        if not reading.said and not reading.problems:
            return True
        return "sku" not in reading.said and any(
            TOTAL.match(say.clean(text_of(cell))) for cell in cells if cell is not None
        )

    def _take_over(self, said: Record, above: Record) -> None:
        """A product's facts stand once: in the first row of its number."""
        if not said.get("product") or said["product"] != above.get("product"):
            return
        for name in (*self.product_facts, "titles"):
            if name in above:
                said.setdefault(name, above[name])


def _sku(text: str) -> tuple[str, Problem | None]:
    if say.SCIENTIFIC.fullmatch(text):
        words = _(
            "The spreadsheet shortened this number (%(said)s). Format the column as "
            "text and type the number again."
        )
        return text, Problem("sku", "shortened", words % {"said": text})
    return text, None


def _hs_code(text: str, unit: str) -> str:
    return text.replace(".", "").replace(" ", "")


def _tiers(text: str, unit: str) -> list[tuple[int, int]] | None:
    found = say.tiers(text)
    return None if found is None else [list(tier) for tier in found]  # type: ignore[misc]


def _wrist(text: str, unit: str) -> Decimal | None:
    """No hand passes through 40 mm: a small number without a unit is centimetres."""
    size = say.millimetres(text, unit)
    if size is None or unit or not 0 < size < BARE_CM or not say.is_bare(text):
        return size
    return say.millimetres(text, "cm")


def _yes(text: str, unit: str) -> bool | None:
    return say.yes(text)


READERS: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(MEASURES, say.millimetres),
    "wrist_mm": _wrist,
    **dict.fromkeys(COUNTS, say.whole),
    **dict.fromkeys(PRICES, say.fen),
    "weight_g": say.grams,
    "is_one_off": _yes,
    "tiers": _tiers,
    "hs_code": _hs_code,
}


def _unreadable(name: str, text: str) -> Problem:
    facts = {"said": text[:40]}
    if name in MEASURES:
        words = _(
            "“%(said)s” is no length. Write one number between 0.1 and 10,000 mm, such "
            "as 8 or 8mm."
        )
    elif name in PRICES:
        words = _(
            "“%(said)s” is no price in yuan. Write one number between 0.01 and "
            "1,000,000,000, with two decimals at most, such as 1280.00."
        )
    elif name in COUNTS:
        words = _(
            "“%(said)s” is no count. Write a whole number of at most 10,000,000, such "
            "as 12."
        )
    elif name == "weight_g":
        words = _(
            "“%(said)s” is no weight. Write one number between 0.01 and 1,000,000 "
            "grams, such as 12.5 or 0.5kg."
        )
    elif name == "tiers":
        words = _("“%(said)s” are no price tiers. Write them as 10:50; 50:45.")
    else:
        words = _("“%(said)s” is neither yes nor no. Write 是 or 否, yes or no.")
    return Problem(name, "unreadable", words % facts)


def _odd(name: str, cell: dict[str, str]) -> Problem:
    """A date, an error, a formula that nobody computed."""
    if "date" in cell:
        words = _(
            "The spreadsheet made a date of this (%(said)s). Format the column as text "
            "and type it again."
        )
        return Problem(name, "became_a_date", words % {"said": cell["date"]})
    if "error" in cell:
        words = _("The formula here gives %(said)s. Put the value itself.")
        return Problem(name, "formula_fails", words % {"said": cell["error"]})
    words = _(
        "This formula has no stored value. Open the file in Excel or WPS, save it and "
        "upload it again."
    )
    return Problem(name, "formula_without_value", words)


def _merged(name: str) -> Problem:
    if name == "sku":
        words = _("This SKU is merged over several rows. Give each row its own.")
        return Problem(name, "merged", words)
    words = _(
        "This is merged with the row above and counts there only. Unmerge the cells to "
        "give this row its own."
    )
    return Problem(name, "merged", words, blocks=False, warns=True)


def _blamed(reading: Reading, name: str) -> bool:
    return any(problem.field == name for problem in reading.problems)

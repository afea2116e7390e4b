"""A merchant's pieces as a sheet that reads back as the very same pieces."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.products.current import piece_of, with_facts
from catalog.products.models import Variant
from catalog.products.pieces import MEASURES, Piece
from catalog.sheets.columns import TITLE, columns, header, report_header
from catalog.sheets.models import SheetImport, SheetRow
from catalog.sheets.rows import PRICES, WORDS
from catalog.sheets.tabs import text_of
from catalog.sheets.vocabulary import Vocabulary, word
from catalog.sheets.writing import Line

CHUNK = 500
YES, NO = {"zh": "是", "en": "yes"}, {"zh": "否", "en": "no"}


def pieces(variants: QuerySet[Variant], language: str) -> Iterator[Line]:
    """Headers, then a line for each variant by key, a chunk at a time."""
    write = _Writer(language)
    yield write.headers
    last = 0
    found = with_facts(variants).order_by("pk")
    while chunk := list(found.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        for variant in chunk:
            piece = piece_of(variant)
            if variant.product.customs_confirmed_at is None:
                piece = replace(piece, hs_code="")
            yield write.line(piece)


def template(language: str) -> dict[str, Iterator[Line]]:
    """An empty sheet with two examples, and the words that may stand in it."""
    write = _Writer(language)
    examples = [
        _example("DH-0001", bead_mm=Decimal(8), on_hand=12, titles={}),
        _example("DH-0002", bead_mm=Decimal(10), on_hand=1, is_one_off=True),
    ]
    words = [
        [header(field, language), *write.vocabulary.offered(field, language)]
        for field in WORDS
    ]
    return {
        _("pieces"): iter([write.headers, *map(write.line, examples)]),
        _("words"): iter(list(zip_longest(*words, fillvalue=""))),
    }


def faults(sheet: SheetImport, language: str) -> Iterator[Line]:
    """The rows that were left out, as they were uploaded, and why: to be mended."""
    yield [report_header(language), *sheet.headers]
    rows = sheet.lines.filter(action=SheetRow.Action.BAD) | sheet.lines.filter(
        outcome__in=[SheetRow.Outcome.REFUSED, SheetRow.Outcome.KEPT]
    )
    for row in rows.order_by("line").iterator(CHUNK):
        says = dict.fromkeys(problem["says"] for problem in row.problems)
        yield [" ".join(says), *map(text_of, row.cells)]


class _Writer:
    """Pieces as lines, in the words of one language."""

    def __init__(self, language: str) -> None:
        self.language = "zh-hans" if language.startswith("zh") else "en"
        self.vocabulary = Vocabulary()
        self.headers = [header(field, self.language) for field in columns()]

    def line(self, piece: Piece) -> list[Any]:
        return [self._cell(piece, field) for field in columns()]

    def _cell(self, piece: Piece, field: str) -> Any:
        if field.startswith(TITLE):
            return piece.titles.get(field.removeprefix(TITLE), "")
        value = getattr(piece, field)
        if value in (None, "", ()):
            return ""
        if field in WORDS:
            return self._word(field, value)
        if field == "is_one_off":
            return (YES if value else NO)[self.language[:2]]
        return SHOWN.get(field, _as_it_is)(value)

    def _word(self, field: str, code: str) -> str:
        """A word that reads back as its code, else the code itself."""
        if field == "metal" and code == "NONE":
            return ""
        said = word(field, code, self.language)
        return said if self.vocabulary.code(field, said) == code else code


def _as_it_is(value: Any) -> Any:
    return value


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _tiers(tiers: Sequence[tuple[int, int]]) -> str:
    return "; ".join(f"{many}:{_yuan(fen):.2f}" for many, fen in tiers)


def _short(value: Decimal) -> Decimal:
    """8.0 is 8, and 160 not 1.6E+2."""
    return Decimal(f"{value.normalize():f}")


SHOWN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*MEASURES, "weight_g"), _short),
    **dict.fromkeys(PRICES, _yuan),
    "tiers": _tiers,
}


def _example(sku: str, **facts: Any) -> Piece:
    return Piece(
        **{
            "sku": sku,
            "mineral": "AMETHYST",
            "treatment": "NONE",
            "form": "BRACELET",
            "colour": "VIOLET",
            "origin": "UY",
            "wrist_mm": Decimal(160),
            "weight_g": Decimal("27.5"),
            "wholesale_minor": 6000,
            "min_quantity": 2,
            "tiers": ((10, 5500), (50, 4800)),
            "suggested_retail_minor": 20000,
            "least_retail_minor": 9000,
            **facts,
        }
    )

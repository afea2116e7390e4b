"""What a person is shown of an import: its columns, its rows, how far it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.products.current import current
from catalog.products.models import Product
from catalog.sheets import records
from catalog.sheets.columns import (
    LABELS,
    PROBLEM,
    as_remembered,
    fingerprint,
    guess,
    is_report,
    label_of,
)
from catalog.sheets.models import ColumnMapping, SheetImport, SheetPhoto, SheetRow
from catalog.sheets.records import DECIMALS
from catalog.sheets.rows import PRICES, WORDS
from catalog.sheets.tabs import text_of
from catalog.sheets.vocabulary import word
from donghai.money import Money
from donghai.paging import whole_number
from donghai.templatetags.pages import grams, grouped, yuan

PAGE = 20
EXAMPLES = 3
Action = SheetRow.Action
Outcome = SheetRow.Outcome
AFTER = (SheetImport.State.DONE, SheetImport.State.STOPPED, SheetImport.State.UNDONE)


UNKNOWN = "?"
FIGURES = {
    "wholesale_minor": _("wholesale"),
    "on_hand": _("on hand"),
    "weight_g": _("net weight"),
}
MORE_PRICES = {
    name: LABELS[name]
    for name in ("tiers", "suggested_retail_minor", "least_retail_minor")
}


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column: its header, the first things in it, the field it fills."""

    number: int
    header: str
    examples: list[str]
    field: str
    is_known: bool  # its header means this field, or the merchant said so before


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """What is wrong, where, and what stands there."""

    label: str | Promise
    header: str
    was: str
    says: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A fact as it stands and as the row says it."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A number that a row says, as it was understood."""

    label: str | Promise
    says: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row, its numbers, its problems, and what it changes."""

    row: SheetRow
    figures: list[FigureShown]
    prices: list[FigureShown]  # beyond the wholesale price
    problems: list[ProblemShown]
    changes: list[ChangeShown]


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done of how much; no `percent` where nobody can know yet."""

    done: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many rows will be listed, at once or with a word, and why others won't."""

    listed: int
    if_confirmed: int
    drafts: int
    lacks: list[tuple[str | Promise, int]]
    without_digits: int


def columns_of(sheet: SheetImport) -> Iterator[ColumnShown]:
    """Those with a header or something below it."""
    first = list(sheet.lines.order_by("line")[:EXAMPLES])
    known = _known(sheet)
    for number, header in enumerate(sheet.headers):
        cells = [row.cells[number] for row in first if number < len(row.cells)]
        examples = [text_of(cell)[:40] for cell in cells if cell is not None]
        if is_report(header) or not (header or examples):
            continue
        field = sheet.fields[number] if number < len(sheet.fields) else ""
        field = "" if field == PROBLEM else field
        yield ColumnShown(number, header, examples, field, known[number] == field)


def _known(sheet: SheetImport) -> list[str]:
    """What each column surely is; UNKNOWN where a person has to say."""
    said = ColumnMapping.objects.filter(
        merchant=sheet.merchant_id, fingerprint=fingerprint(sheet.headers)
    ).first()
    known = [field or UNKNOWN for field in guess(sheet.headers)]
    return as_remembered(sheet.headers, said.fields, known) if said else known


def progress(sheet: SheetImport) -> Progress:
    """Of reading how many rows there are so far, else how far through them we are."""
    if sheet.state == SheetImport.State.UPLOADED:
        return Progress(sheet.rows, None)
    last = sheet.lines.order_by("-line").values_list("line", flat=True).first() or 1
    waiting = sheet.pictures.filter(state=SheetPhoto.State.WAITING).count()
    total = sheet.pictures.count()
    if sheet.state == SheetImport.State.APPLYING and sheet.cursor and total:
        added = total - waiting
        return Progress(
            added, min(99, (sheet.cursor * 80 // last) + added * 20 // total)
        )
    return Progress(min(sheet.cursor, last), min(99, sheet.cursor * 100 // last))


def pictures(sheet: SheetImport) -> dict[str, Any]:
    """How many photos there are of each kind, and those that nobody could place."""
    counts = dict(sheet.pictures.order_by().values_list("state").annotate(Count("pk")))
    odd = sheet.pictures.filter(
        state__in=[SheetPhoto.State.UNMATCHED, SheetPhoto.State.REFUSED]
    )
    return {"counts": counts, "odd": odd.order_by("state", "number")[:PAGE]}


def outlook(sheet: SheetImport) -> Outlook | None:
    """What the rows to be taken over become; None for what was checked without it."""
    if not (sheet.drafts and sheet.to_take_over):
        return None
    lacking, digits, word = (sheet.drafts[why] for why in ("facts", "digits", "word"))
    return Outlook(
        listed=sheet.to_take_over - lacking - digits - word,
        if_confirmed=word,
        drafts=lacking + digits,
        lacks=[(label_of(field), many) for field, many in sheet.drafts["fields"]],
        without_digits=digits,
    )


def drafts(sheet: SheetImport) -> int:
    """How many products that an import brought or changed are drafts by now."""
    applied = sheet.lines.filter(outcome__in=[Outcome.CREATED, Outcome.CHANGED])
    found = Product.objects.filter(pk__in=applied.values("product_id"))
    return found.filter(state=Product.State.DRAFT).count()


def rows(sheet: SheetImport, request: HttpRequest) -> dict[str, Any]:
    """A page of rows of one kind, in their order."""
    by = "outcome" if sheet.state in AFTER else "action"
    counts = sheet.outcomes if by == "outcome" and sheet.outcomes else sheet.counts
    by = by if counts is sheet.outcomes else "action"
    kinds = (Outcome if by == "outcome" else Action).choices
    show = request.GET.get("show", "") or _first(counts)
    after = whole_number(request.GET.get("after", ""))
    found = list(sheet.lines.filter(**{by: show}).behind(after or 0)[: PAGE + 1])
    page = found[:PAGE]
    return {
        "kinds": [(x, words, counts[x]) for x, words in kinds if counts.get(x)],
        "show": show,
        "rows": list(_shown(sheet, page)),
        "is_first": after is None,
        "next_after": page[-1].line if len(found) > PAGE else None,
    }


def _first(counts: dict[str, int]) -> str:
    order = ("BAD", "REFUSED", "KEPT", "CHANGE", "NEW", "CREATED", "CHANGED", "SAME")
    return next((kind for kind in order if counts.get(kind)), next(iter(counts), ""))


def _shown(sheet: SheetImport, page: Sequence[SheetRow]) -> Iterator[RowShown]:
    changing = [row.sku for row in page if row.action == Action.CHANGE]
    standing = current(changing, merchant_id=sheet.merchant_id) if changing else {}
    for row in page:
        problems = [_problem(sheet, row, each) for each in row.problems]
        before = standing.get(row.sku)
        changes = []
        if before and not row.outcome:
            was = records.record(before)
            now = records.record(records.piece(row.said).over(before))
            changes = [
                ChangeShown(
                    label_of(name), _said(name, was.get(name)), _said(name, value)
                )
                for name, value in now.items()
                if _said(name, was.get(name)) != _said(name, value)
            ]
        asked = {name: x for name, x in FIGURES.items() if name in sheet.fields}
        figures = [
            FigureShown(label, _figure(name, row.said.get(name)))
            for name, label in asked.items()
        ]
        prices = [
            FigureShown(label, _figure(name, row.said[name]))
            for name, label in MORE_PRICES.items()
            if name in row.said
        ]
        yield RowShown(row, figures, prices, problems, changes)


def _figure(name: str, value: Any) -> str:
    """A number with its unit."""
    if value is None:
        return "–"
    if name == "weight_g":
        return grams(Decimal(value))
    if name == "on_hand":
        return grouped(value)
    if name == "tiers":
        return "; ".join(f"{many}+ {_yuan(minor)}" for many, minor in value)
    return _yuan(value)


def _yuan(minor: int) -> str:
    return yuan(Money(minor, "CNY"))


def _problem(
    sheet: SheetImport, row: SheetRow, problem: dict[str, Any]
) -> ProblemShown:
    column = sheet.column_of(problem["field"])
    is_there = column is not None and column < len(row.cells)
    return ProblemShown(
        label=label_of(problem["field"]),
        header=sheet.headers[column] if column is not None else "",
        was=text_of(row.cells[column])[:80] if is_there else "",
        says=problem["says"],
        blocks=problem["blocks"],
    )


def _said(name: str, value: Any) -> str:
    """A fact in a person's words."""
    if value is None:
        return "–"
    if name in PRICES:
        return f"{value / 100:.2f}"
    if name in WORDS:
        return word(name, value, get_language() or "en")
    if isinstance(value, dict):
        return " / ".join(map(str, value.values()))
    if isinstance(value, list | tuple):
        return "; ".join(f"{many}: {minor / 100:.2f}" for many, minor in value)
    return f"{float(value):g}" if name in DECIMALS else str(value)

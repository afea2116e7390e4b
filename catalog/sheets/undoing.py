"""Taking an import back: what it created goes, what it changed is as it was before.

What came later is respected: a piece that was changed, sold or held since is kept as it
stands, as is a new one whose stock somebody moved, and its row says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.products import saving
from catalog.products.current import piece_of, variants_of
from catalog.products.models import Variant
from catalog.products.pieces import Piece
from catalog.products.skus import ALIKE, alike
from catalog.sheets import pictures, records, slices
from catalog.sheets.applying import saver_of, write_down
from catalog.sheets.checking import counted
from catalog.sheets.models import SheetImport, SheetRow
from catalog.sheets.records import CONFIRMED, SEEN
from catalog.stock.models import StockMovement
from donghai.steps.models import Step
from donghai.templatetags.pages import in_words

Outcome = SheetRow.Outcome
State = SheetImport.State
APPLIED = (Outcome.CREATED, Outcome.CHANGED)
SOLD = (StockMovement.Kind.SOLD, StockMovement.Kind.DISPATCHED)


def undo(step: Step) -> None:
    """Take an import's rows and photos back, a slice at a time.

    Each batch locks the import, then what `saving` locks. A repeat goes on where the
    last batch ended.
    """
    slices.in_slices(step, State.UNDOING, _batch)


def _batch(sheet: SheetImport) -> bool:
    applied = sheet.lines.filter(outcome__in=APPLIED)
    rows = list(applied.behind(sheet.cursor).defer("cells")[: slices.ROWS])
    if rows:
        _take_back(sheet, rows)
        write_down(rows)
        sheet.cursor = rows[-1].line
        sheet.save(update_fields=["cursor"])
        return True
    pictures.remove(sheet)
    sheet.state, sheet.ended_at = State.UNDONE, timezone.now()
    sheet.outcomes = counted(sheet, "outcome")
    sheet.save()
    return False


def _take_back(sheet: SheetImport, rows: Sequence[SheetRow]) -> None:
    saver = saver_of(sheet)
    skus = [row.sku for row in rows]
    saving.lock(skus, sheet.merchant_id)
    standing = variants_of(skus, merchant_id=sheet.merchant_id)
    counts = StockMovement.objects.filter(variant__in=standing.values())
    moves = dict(counts.order_by().values_list("variant").annotate(Count("pk")))
    open_rows = [row for row in rows if _may_go_back(sheet, row, standing, moves)]
    created = [row for row in open_rows if row.outcome == Outcome.CREATED]
    changed = [row for row in open_rows if row.outcome == Outcome.CHANGED]
    saving.withdraw([row.sku for row in created], saver)
    pieces = [_as_before(row, standing[row.sku]) for row in changed]
    whole = replace(saver, says_all=True, confirms=False, said_confirms=True)
    saved = saving.save(pieces, whole, all_or_nothing=False)
    for row in open_rows:
        row.outcome = Outcome.UNDONE
    for row, what in zip(changed, saved, strict=True):
        if what.variant_id is None:
            _keep(row, str(what.problems[0].sentence))


def _may_go_back(
    sheet: SheetImport,
    row: SheetRow,
    standing: Mapping[str, Variant],
    moves: Mapping[int, int],
) -> bool:
    """Whether there is anything to take back; a row that must stay says why."""
    variant = standing.get(row.sku)
    if variant is None or variant.withdrawn_at is not None:
        row.outcome = Outcome.UNDONE
    elif _was_changed_since(row, piece_of(variant)):
        _keep(row, _later(sheet, row))
    elif row.outcome == Outcome.CREATED and _is_bought(variant):
        _keep(row, _("It was sold or is held for a buyer, so it stays."))
    elif row.outcome == Outcome.CREATED and _was_moved_since(
        sheet, row, variant, moves.get(variant.pk, 0)
    ):
        _keep(row, _("Its stock was moved since, so it stays."))
    else:
        return True
    return False


def _is_bought(variant: Variant) -> bool:
    stock = variant.stock
    sold = StockMovement.objects.filter(variant=variant, kind__in=SOLD)
    return bool(stock.allocated or stock.reserved) or sold.exists()


def _was_moved_since(
    sheet: SheetImport, row: SheetRow, variant: Variant, moves: int
) -> bool:
    """Whether stock came or went but by the import that created the piece.

    What a later import added and took back again is as if it had not been.
    """
    own = 1 if row.said.get("on_hand") else 0
    if moves == own:
        return False
    taken_back = _later_rows(sheet, row).filter(outcome=Outcome.UNDONE)
    reasons = []
    for other in taken_back.select_related("sheet_import"):
        with translation.override(other.sheet_import.language):
            reasons.append(saver_of(other.sheet_import).reason)
    return variant.movements.exclude(reason__in=reasons).count() > own


def _was_changed_since(row: SheetRow, now: Piece) -> bool:
    """Whether anything this row said stands otherwise by now; stock moves by itself."""
    said = records.piece({**row.said, "on_hand": None})
    return said.over(now) != now


def _as_before(row: SheetRow, variant: Variant) -> Piece:
    """What stands, with all that this row said as it was before it.

    Stock goes back by what the import added, and not below what is promised.
    """
    now, before = piece_of(variant), records.piece(row.before or {"sku": row.sku})
    facts: dict[str, Any] = {
        name: getattr(before, name)
        for name in row.said
        if name not in ("on_hand", SEEN)
    }
    # what a person had stood for still has their word, and nothing else gets it
    facts["hs_code"] = before.hs_code if (row.before or {}).get(CONFIRMED) else ""
    if "titles" in facts:
        titles = {k: v for k, v in now.titles.items() if k not in row.said["titles"]}
        facts["titles"] = titles | dict(before.titles)
    if "on_hand" in row.said:
        promised = variant.stock.allocated + variant.stock.reserved
        added = row.said["on_hand"] - row.said.get(SEEN, before.on_hand or 0)
        facts["on_hand"] = max((now.on_hand or 0) - added, promised)
    return replace(now, **facts)


def _later(sheet: SheetImport, row: SheetRow) -> str:
    """Who changed a piece after this import."""
    applied = _later_rows(sheet, row).filter(outcome__in=APPLIED)
    other = applied.select_related("sheet_import").order_by("-sheet_import").first()
    if other is None:
        return _("It was changed since, so it stays as it is.")
    words = _(
        "The import “%(name)s” of %(day)s changed it since, so it stays as it is."
    )
    later = other.sheet_import
    day = in_words(timezone.localtime(later.created_at), "date")
    return words % {"name": later.name, "day": day}


def _later_rows(sheet: SheetImport, row: SheetRow) -> QuerySet[SheetRow]:
    """What later imports said of the same SKU."""
    return SheetRow.objects.alias(alike=ALIKE).filter(
        sheet_import__merchant=sheet.merchant_id,
        sheet_import__gt=sheet.pk,
        alike=alike(row.sku),
    )


def _keep(row: SheetRow, words: str) -> None:
    row.outcome = Outcome.KEPT
    row.problems = [{"field": "sku", "code": "kept", "says": words, "blocks": True}]

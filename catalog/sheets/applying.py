"""Taking over: rows saved by SKU, then photos, a batch at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import DataError, IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from catalog.products import saving
from catalog.products.current import piece_of, variants_of
from catalog.products.pieces import Piece, Problem
from catalog.products.saving import Saved, Saver
from catalog.sheets import pictures, records, slices
from catalog.sheets.checking import counted
from catalog.sheets.models import SheetImport, SheetRow
from catalog.stock.models import StockLevel
from donghai.errors import Refused
from donghai.steps.models import Step

Action = SheetRow.Action
Outcome = SheetRow.Outcome
State = SheetImport.State
UPDATE = """
UPDATE catalog_sheetrow AS r SET outcome = v.outcome, before = v.before::jsonb,
    product_id = v.product, problems = v.problems::jsonb
FROM (VALUES %s) AS v (id, outcome, before, product, problems) WHERE r.id = v.id
"""


def apply(step: Step) -> None:
    """Save an import's rows and photos, a slice at a time.

    Each batch locks the import, then what `saving.save` locks. A repeat goes on where
    the last batch ended; a row that can't be saved is refused alone.
    """
    slices.in_slices(step, State.APPLYING, _batch)


def _batch(sheet: SheetImport) -> bool:
    wanted = sheet.lines.filter(action__in=[Action.NEW, Action.CHANGE])
    rows = list(wanted.behind(sheet.cursor).defer("cells")[: slices.ROWS])
    if rows:
        skus = [row.sku for row in rows]
        standing = variants_of(skus, merchant_id=sheet.merchant_id)
        before = {sku: piece_of(variant) for sku, variant in standing.items()}
        confirmed = {
            sku for sku, x in standing.items() if x.product.customs_confirmed_at
        }
        for row in rows:
            stood = before.get(row.sku)
            row.before = records.record(stood) if stood else None
            if row.before and row.sku in confirmed:
                row.before[records.CONFIRMED] = True
        _save(sheet, rows, {sku: x.stock for sku, x in standing.items()})
        write_down(rows)
        sheet.cursor = rows[-1].line
        sheet.save(update_fields=["cursor"])
        return True
    if pictures.add_some(sheet):
        return True
    sheet.state, sheet.ended_at = State.DONE, timezone.now()
    sheet.outcomes = counted(sheet, "outcome")
    sheet.save()
    return False


def _save(
    sheet: SheetImport, rows: Sequence[SheetRow], stock: Mapping[str, StockLevel]
) -> None:
    """Save rows together; where that fails, halves of them, down to the faulty one."""
    pieces = [_piece(row, stock.get(row.sku)) for row in rows]
    try:
        saved = saving.save(pieces, saver_of(sheet), all_or_nothing=False)
    except (IntegrityError, DataError, Refused) as error:
        if len(rows) == 1:
            _refuse(rows[0], error)
            return
        half = len(rows) // 2
        _save(sheet, rows[:half], stock)
        _save(sheet, rows[half:], stock)
        return
    for row, what in zip(rows, saved, strict=True):
        _note(row, what)


def _piece(row: SheetRow, stock: StockLevel | None) -> Piece:
    """What a row says. Its stock goes by as much as the preview showed, from what is
    there by now: pieces that were sold meanwhile don't come back."""
    said = records.piece(row.said)
    seen = row.said.get(records.SEEN)
    if stock is None or seen is None or stock.on_hand == seen:
        return said
    least = stock.allocated + stock.reserved
    now = max(row.said["on_hand"] + stock.on_hand - seen, least)
    words = _("Stock moved meanwhile, from %(seen)s to %(there)s: it is %(now)s now.")
    says = words % {"seen": seen, "there": stock.on_hand, "now": now}
    problem = Problem("on_hand", "stock_moved", says, blocks=False, warns=True)
    moved = records.of_problem(problem)
    row.problems = [x for x in row.problems if x["code"] != "stock_moved"] + [moved]
    return replace(said, on_hand=now)


def write_down(rows: Sequence[SheetRow]) -> None:
    """What became of rows; the ORM's own update of many takes twenty times as long."""
    values = [
        (
            *(row.pk, str(row.outcome), row.before and json.dumps(row.before)),
            *(row.product_id, json.dumps(row.problems)),
        )
        for row in rows
    ]
    types = "(%s, %s, %s, %s::bigint, %s)"
    with connection.cursor() as cursor:
        execute_values(cursor, UPDATE, values, types, page_size=len(values))


def saver_of(sheet: SheetImport) -> Saver:
    return Saver(
        merchant_id=sheet.merchant_id,
        by_id=sheet.started_by_id,
        reason=_("import %(number)s: %(name)s")
        % {"number": sheet.pk, "name": sheet.name[:80]},
        confirms=sheet.confirms_codes,
    )


def _note(row: SheetRow, saved: Saved) -> None:
    row.product_id = saved.product_id
    if saved.variant_id is None:
        row.outcome = Outcome.REFUSED
        row.problems = [records.of_problem(each) for each in saved.problems]
    elif saved.created:
        row.outcome = Outcome.CREATED
    else:
        row.outcome = Outcome.CHANGED if saved.changed else Outcome.UNTOUCHED


def _refuse(row: SheetRow, error: Exception) -> None:
    words = _(
        "This row could not be saved. Check its values, or call the centre's desk."
    )
    says = str(error) if isinstance(error, Refused) else words
    row.outcome = Outcome.REFUSED
    row.problems = [{"field": "sku", "code": "refused", "says": says, "blocks": True}]

"""Checking: what every row says, what is wrong with it, and what it would do."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from catalog.products import saving
from catalog.products.current import piece_of, variants_of
from catalog.products.pieces import Piece, Problem
from catalog.sheets import codes, pictures, records, slices
from catalog.sheets.models import SheetImport, SheetRow
from catalog.sheets.rows import Reading, RowReader
from catalog.sheets.vocabulary import Vocabulary
from donghai.steps.models import Step

Action = SheetRow.Action
State = SheetImport.State

UPDATE = """
UPDATE catalog_sheetrow AS r SET sku = v.sku, said = v.said::jsonb,
    problems = v.problems::jsonb, action = v.action, outcome = ''
FROM (VALUES %s) AS v (id, sku, said, problems, action) WHERE r.id = v.id
"""
TWICE = """
WITH twice AS (
    SELECT upper(sku COLLATE "C") AS sku,
        array_to_string((array_agg(line ORDER BY line))[1:5], ', ')
        || CASE WHEN count(*) > 5 THEN ' …' ELSE '' END AS lines
    FROM catalog_sheetrow
    WHERE sheet_import_id = %(sheet)s AND sku <> '' AND action <> 'SKIPPED'
    GROUP BY 1 HAVING count(*) > 1)
UPDATE catalog_sheetrow AS r
SET action = 'BAD', problems = r.problems || jsonb_build_array(jsonb_build_object(
    'field', 'sku', 'code', 'twice', 'blocks', true, 'says', %(words)s || t.lines))
FROM twice t
WHERE r.sheet_import_id = %(sheet)s AND upper(r.sku COLLATE "C") = t.sku
    AND r.action <> 'SKIPPED'
"""


def check(step: Step) -> None:
    """Look at an import's rows, a slice at a time; writes nothing but what it finds.

    Locks the import for each batch. A repeat goes on where the last batch ended.
    """
    sheet = SheetImport.objects.get(pk=step.subject_id)
    reader = RowReader(sheet.fields, sheet.headers, Vocabulary())
    slices.in_slices(step, State.CHECKING, lambda now: _batch(now, reader))


def _batch(sheet: SheetImport, reader: RowReader) -> bool:
    behind = sheet.lines.behind(sheet.cursor).only("sheet_import", "line", "cells")
    rows = list(behind[: slices.ROWS])
    if not rows:
        _conclude(sheet)
        return False
    above = sheet.place.get("above", {})
    readings = []
    for row in rows:
        readings.append(reader.read(row.cells, above))
        above = readings[-1].said or above
    _judge(sheet, rows, readings)
    sheet.cursor, sheet.place = rows[-1].line, {"above": above}
    sheet.save(update_fields=["cursor", "place"])
    return True


def _judge(
    sheet: SheetImport, rows: Sequence[SheetRow], readings: Sequence[Reading]
) -> None:
    """Write down what each row says, does and lacks."""
    pieces = [records.piece({"sku": "", **reading.said}) for reading in readings]
    found = saving.check(pieces, merchant_id=sheet.merchant_id)
    skus = {piece.sku for piece in pieces}
    standing = variants_of(skus, merchant_id=sheet.merchant_id)
    values = []
    for row, reading, piece, more in zip(rows, readings, pieces, found, strict=True):
        if reading.left_out:
            values.append((row.pk, "", "{}", "[]", Action.SKIPPED.value))
            continue
        problems = _together(reading.problems, more)
        action = _action(piece, standing.get(piece.sku), problems)
        known = json.dumps([records.of_problem(problem) for problem in problems])
        said = json.dumps(_with_stock_seen(reading.said, standing.get(piece.sku)))
        values.append((row.pk, piece.sku[:40], said, known, action.value))
    with connection.cursor() as cursor:
        execute_values(cursor, UPDATE, values, page_size=len(values))


def _with_stock_seen(said: dict[str, Any], variant: Any) -> dict[str, Any]:
    """The preview says from what to what stock goes: what moves later is kept apart."""
    if variant is None or "on_hand" not in said:
        return said
    return said | {records.SEEN: variant.stock.on_hand}


def _together(ours: Sequence[Problem], theirs: Sequence[Problem]) -> list[Problem]:
    """What can't be read is not missing as well; without a SKU nothing else matters."""
    blamed = {problem.field for problem in ours}
    if any(problem.code == "no_sku" for problem in ours):
        return list(ours)
    return [*ours, *(problem for problem in theirs if problem.field not in blamed)]


def _action(piece: Piece, variant: Any, problems: Sequence[Problem]) -> Action:
    if any(problem.blocks for problem in problems):
        return Action.BAD
    if variant is None:
        return Action.NEW
    before = piece_of(variant)
    is_same = variant.withdrawn_at is None and piece.over(before) == before
    return Action.SAME if is_same else Action.CHANGE


def _conclude(sheet: SheetImport) -> None:
    """What only shows when all rows are seen: SKUs that stand twice; the counts."""
    with connection.cursor() as cursor:
        words = _("This SKU stands in several rows; keep one of them: ")
        cursor.execute(TWICE, {"sheet": sheet.pk, "words": words})
    waiting = pictures.match(sheet)
    sheet.counts = counted(sheet, "action")
    if waiting:
        sheet.counts["PHOTOS"] = waiting
    sheet.codes, sheet.drafts = codes.to_confirm(sheet)
    sheet.state, sheet.cursor, sheet.place = State.READY, 0, {}
    sheet.save()


def counted(sheet: SheetImport, by: str) -> dict[str, int]:
    """How many rows there are of each kind."""
    found = sheet.lines.order_by().values_list(by).annotate(Count("pk"))
    return {kind: number for kind, number in found if kind}

"""Reading: the rows of a file as they are, into the database, by COPY."""

import csv
import io
import json
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.sheets import columns, reading, sniffing
from catalog.sheets.models import ColumnMapping, SheetImport
from catalog.sheets.reading import Heading, NoRows, TooManyRows
from catalog.sheets.services import go_on_checking
from catalog.sheets.slices import SECONDS, is_meant, locked
from catalog.sheets.tabs import Place, Row, Table
from donghai import steps
from donghai.errors import Refused
from donghai.steps.models import Step

State = SheetImport.State
BATCH = 1_000
COPY = """
COPY catalog_sheetrow
    (sheet_import_id, line, cells, sku, said, problems, action, outcome)
FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (sku, action, outcome))
"""


def read(step: Step) -> None:
    """Read an import's file, a slice at a time. A file that can't be read says why.

    Locks the import for each batch. A repeat goes on where the last batch ended.
    """
    sheet = SheetImport.objects.get(pk=step.subject_id)
    if not is_meant(step, sheet, State.UPLOADED):
        with steps.finishing(step):
            return
    with translation.override(sheet.language):
        try:
            with sheet.file.open("rb") as file, sniffing.opened(file) as table:
                _read(step, sheet, table)
        except Refused as refusal:
            _fail(step, str(refusal))


def _read(step: Step, sheet: SheetImport, table: Table) -> None:
    if not sheet.place:
        found = _fitting(table, sheet.tab)
        if len(found) > 1:
            _ask(step, found)
            return
        sheet = _begin(step, found[0])
    heading, place = _begun(sheet, table)
    batch: list[Row] = []
    pieces = reading.Pieces(table, heading, place)
    until = None  # opening may take long; each slice gets some way
    for row in pieces:
        until = until or time.monotonic() + SECONDS
        is_over = time.monotonic() > until and (bool(batch) or not row.cells)
        if is_over or len(batch) >= BATCH:
            sheet = _keep(step, sheet, batch, row.place)
            batch = []
        if is_over:
            raise steps.NotYet(0)
        if row.cells:
            batch.append(row)
    _end(step, sheet, batch, pieces.unread)


def _fitting(table: Table, wanted: str) -> list[Heading]:
    """The tabs that may be meant; those that name SKUs before all others."""
    found = reading.headings(table)
    if wanted:
        found = [each for each in found if each.tab.name == wanted] or found
    with_skus = [each for each in found if "sku" in columns.guess(each.headers)]
    return with_skus or found[:1]


@transaction.atomic
def _ask(step: Step, found: Sequence[Heading]) -> None:
    """Several tabs fit: a person chooses."""
    sheet = locked(step, State.UPLOADED)
    if sheet:
        sheet.tabs = [
            {"name": each.tab.name, "headers": [x for x in each.headers if x][:8]}
            for each in found
        ]
        sheet.state = State.CHOOSING
        sheet.save()
    with steps.finishing(step):
        pass


@transaction.atomic
def _begin(step: Step, heading: Heading) -> SheetImport:
    sheet = _mine(step)
    sheet.tab, sheet.headers = heading.tab.name[:255], heading.headers
    lines = [heading.first_line, heading.last_line]
    sheet.place = {"path": heading.tab.path, "lines": lines, "place": None}
    sheet.save()
    return sheet


def _begun(sheet: SheetImport, table: Table) -> tuple[Heading, Place | None]:
    """The headers and the place, as written down."""
    first, last = sheet.place["lines"]
    path, place = sheet.place["path"], sheet.place["place"]
    tab = next(each for each in table.tabs if each.path == path)
    return Heading(tab, sheet.headers, first, last), Place(**place) if place else None


@transaction.atomic
def _keep(
    step: Step, known: SheetImport, batch: Sequence[Row], place: Place
) -> SheetImport:
    """Write a batch and where the next one begins, if nobody else did."""
    sheet = _mine(step)
    if sheet.place != known.place:
        raise steps.NotYet(0)
    _copy(sheet, batch)
    sheet.place = {**sheet.place, "place": place.record}
    sheet.save(update_fields=["rows", "place"])
    return sheet


@transaction.atomic
def _end(
    step: Step, known: SheetImport, batch: Sequence[Row], unread: int | None
) -> None:
    """The last rows; then on to the columns, or past them if a person said them."""
    sheet = _mine(step)
    if sheet.place != known.place:
        raise steps.NotYet(0)
    _copy(sheet, batch)
    if not sheet.rows:
        raise NoRows
    remembered = ColumnMapping.objects.filter(
        merchant=sheet.merchant_id, fingerprint=columns.fingerprint(sheet.headers)
    ).first()
    guessed = columns.guess(sheet.headers)
    sheet.fields = guessed
    if remembered:
        sheet.fields = columns.as_remembered(sheet.headers, remembered.fields, guessed)
    sheet.state, sheet.place = State.READ, {}
    if unread:
        words = _("Row %(line)s stands far below the others and was not read.")
        sheet.notes = [words % {"line": f"{unread:,}"}]
    sheet.save()
    if remembered:
        go_on_checking(sheet)
    with steps.finishing(step):
        pass


def _mine(step: Step) -> SheetImport:
    sheet = locked(step, State.UPLOADED)
    if sheet is None:
        raise steps.LeaseLost
    return sheet


@transaction.atomic
def _fail(step: Step, words: str) -> None:
    """Nothing of the file is kept but why it can't be read."""
    sheet = locked(step, State.UPLOADED)
    if sheet:
        sheet.lines.all().delete()
        sheet.state, sheet.failure, sheet.rows = State.FAILED, words[:400], 0
        sheet.save()
    with steps.finishing(step):
        pass


def _copy(sheet: SheetImport, batch: Sequence[Row]) -> None:
    sheet.rows += len(batch)
    if sheet.rows > reading.MOST_ROWS:
        raise TooManyRows(most=f"{reading.MOST_ROWS:,}")
    lines = io.StringIO()
    write = csv.writer(lines).writerow
    for row in batch:
        write((sheet.pk, row.line, _json(row.cells), "", "{}", "[]", "", ""))
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, lines)


def _json(value: Any) -> str:
    """What PostgreSQL takes: no noughts, no halves of letters."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\\u0000", "").encode("utf-8", "ignore").decode()

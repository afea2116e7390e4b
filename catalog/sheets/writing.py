"""Sheets that we give out: .xlsx and .csv, in bounded memory, and nothing runs."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from catalog.sheets.cells import escaped

Line = Sequence[Any]
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
WIDTH = 14


def xlsx(tables: dict[str, Iterable[Line]]) -> IO[bytes]:
    """A workbook in a temporary file: a sheet of each table, its first line bold."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever reads it closes it)
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EFE9F7"})
        for name, lines in tables.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 60, WIDTH)
            for number, line in enumerate(lines):
                for column, value in enumerate(line):
                    _write(sheet, number, column, value, None if number else bold)
    file.seek(0)
    return file


def csv_lines(lines: Iterable[Line]) -> Iterator[bytes]:
    """Text with commas, in UTF-8 with the mark that Excel looks for."""
    text = io.StringIO("\ufeff")
    text.seek(1)
    writer = csv.writer(text)
    for line in lines:
        writer.writerow([_plain(value) for value in line])
        if text.tell() > 1 << 16:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    said = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return said


def _write(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, escaped(str(value))[:32_767], form)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | Decimal) else escaped(str(value))

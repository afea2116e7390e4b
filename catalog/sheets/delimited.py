"""What is in a .csv file, whatever wrote it: a row at a time."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO

from django.utils.translation import gettext_lazy as _

from catalog.sheets.tabs import Cell, Place, Row, Tab
from donghai.errors import Refused

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "gb18030")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20
LONGEST_FIELD = 100_000
MOST_COLUMNS = 200
SAMPLE = 1 << 16
SIGN_OF_LIFE = 1_000  # blank rows

csv.field_size_limit(LONGEST_FIELD)


class UnknownLetters(Refused):
    code = "unknown_letters"
    title = _(
        "The letters of this file can't be read. Save it as .xlsx, or as .csv in UTF-8."
    )
    status = 422


class OpenQuote(Refused):
    code = "open_quote"
    title = _(
        "A quotation mark near row %(line)s is never closed. Close or delete it, or "
        "save the file as .xlsx."
    )
    status = 422


class Delimited:
    """Rows of text between separators; numbers and dates are text here."""

    kind = "CSV"
    tabs = [Tab("")]

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.file, self.encoding = file, encoding

    @cached_property
    def delimiter(self) -> str:
        """The one that cuts the first rows into most columns, most of them alike."""
        with self._text() as text:
            sample = text.read(SAMPLE)
        return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))

    def rows(self, tab: Tab, place: Place | None = None) -> Iterator[Row]:
        """From the top, or from where somebody stopped: passing by is quick."""
        begin, line, delimiter = (place.at if place else 0), 0, self.delimiter
        with self._text() as text:
            try:
                reader = csv.reader(text, delimiter=delimiter)
                for line, fields in enumerate(reader, start=1):
                    if line >= begin and (any(fields) or line % SIGN_OF_LIFE == 0):
                        yield Row(line, _cells(fields), Place(at=line, line=line - 1))
            except csv.Error as error:
                raise OpenQuote(line=line + 1) from error

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        """The file from its beginning; it stays open afterwards."""
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, self.encoding, newline="")
        try:
            yield text
        finally:
            if not text.closed:  # rows left unread may outlive the file
                text.detach()


def _cells(fields: list[str]) -> list[Cell]:
    if not any(fields):
        return []
    return [text.replace("\0", "") or None for text in fields[:MOST_COLUMNS]]


def encoding_of(file: IO[bytes]) -> str:
    """What the whole of a file decodes by. Raises UnknownLetters."""
    file.seek(0)
    head = file.read(4096)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return _require(file, encoding)
    if head.count(0) > len(head) // 4:  # UTF-16 without its mark
        evens, odds = head[::2].count(0), head[1::2].count(0)
        return _require(file, "utf-16-be" if evens > odds else "utf-16-le")
    for encoding in ENCODINGS:
        if _decodes(file, encoding):
            return encoding
    raise UnknownLetters


def _require(file: IO[bytes], encoding: str) -> str:
    if not _decodes(file, encoding):
        raise UnknownLetters
    return encoding


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _evenness(sample: str, delimiter: str) -> float:
    try:
        widths = [
            len(fields)
            for fields in csv.reader(io.StringIO(sample, ""), delimiter=delimiter)
        ]
    except csv.Error:
        return 0
    widths = [width for width in widths[:50] if width > 1]
    usual = max(set(widths), key=widths.count, default=1)
    return widths.count(usual) * usual

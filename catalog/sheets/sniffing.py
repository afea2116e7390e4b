"""What a file is by what is in it; its name is a guess of whoever saved it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.utils.translation import gettext_lazy as _

from catalog.sheets import archive
from catalog.sheets.archive import LockedArchive
from catalog.sheets.delimited import Delimited, encoding_of
from catalog.sheets.tabs import Table
from catalog.sheets.workbook import Workbook
from donghai.errors import Refused

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WEB_PAGE = re.compile(
    rb"^\s*(<\?xml|<!doctype|<html|<table|<meta|<head)", re.IGNORECASE
)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"%PDF", b"RIFF", b"\x00\x00\x00")


class EmptyFile(Refused):
    code = "empty"
    title = _("This file is empty. Choose the one with your pieces.")
    status = 422


class OldWorkbook(Refused):
    code = "old_workbook"
    title = _(
        "This is a workbook of another format, whatever its name says (.xls, .xlsb, "
        ".ods, .numbers). Open it and save it as .xlsx."
    )
    status = 422


class WebPage(Refused):
    code = "web_page"
    title = _(
        "This is a web page that was saved under a spreadsheet's name. Open it in "
        "Excel or WPS and save it as .xlsx."
    )
    status = 422


class NotATable(Refused):
    code = "not_a_table"
    title = _("This is no spreadsheet. Choose an .xlsx or .csv file.")
    status = 422


class OnlyPhotos(Refused):
    code = "only_photos"
    title = _("This is an archive without a workbook. Photos go into the second field.")
    status = 422


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Table]:
    """The table in a file; raises a subclass of Refused that says what to do."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head.strip(b"\0 \r\n\t"):
        raise EmptyFile
    if head.startswith(b"PK"):
        with archive.opened(file) as found:
            _require_workbook(set(found.namelist()))
            yield Workbook(found)
        return
    _refuse_others(file, head)
    yield Delimited(file, encoding_of(file))


def _require_workbook(names: set[str]) -> None:
    if any(name.endswith((".bin", ".iwa")) and "/" in name for name in names):
        binary = {name for name in names if name.endswith(("workbook.bin", ".iwa"))}
        if binary:
            raise OldWorkbook
    if "content.xml" in names:
        raise OldWorkbook
    if "[Content_Types].xml" not in names:
        raise OnlyPhotos
    if not any(name.endswith("workbook.xml") for name in names):
        raise NotATable


def _refuse_others(file: IO[bytes], head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        content = file.read()  # at most as large as we take
        raise LockedArchive if ENCRYPTED in content else OldWorkbook
    if WEB_PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise WebPage
    if head.startswith(PICTURES):
        raise NotATable

"""Sheets made for tests, and the steps that work on them, run as a worker would."""

import csv
import io
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.base import ContentFile

from catalog.sheets import services
from catalog.sheets.models import SheetImport
from donghai.steps.services import Lane
from donghai.steps.tasks import sweep_until_done
from tests.make import make_glossary, make_merchant, make_user

HEADERS = [
    "货号", "材质", "处理", "款式", "颜色", "产地", "珠径", "手围", "净重", "批发价",
    "起批量", "阶梯价", "建议零售价", "库存", "孤品",
]  # fmt: skip
BRACELET = [
    "AM-8", "紫水晶", "无", "手链", "紫色", "乌拉圭", "8mm", "160", "27.5g", "¥60.00",
    "2", "10:55; 50:48", "200", "12", "否",
]  # fmt: skip


def bracelet(sku: str = "AM-8", **cells: Any) -> list[Any]:
    """The row of a bracelet; `cells` by header."""
    row = dict(zip(HEADERS, BRACELET, strict=True)) | {"货号": sku} | cells
    return list(row.values())


def as_csv(*rows: list[Any], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADERS, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: list[Any], headers: list[str] = HEADERS) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([headers, *rows]):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def upload(
    content: bytes | Path, name: str = "pieces.xlsx", **facts: Any
) -> SheetImport:
    """What a merchant's member sends, before any work is done on it."""
    make_glossary()
    merchant = facts.pop("merchant", None) or make_merchant()
    photos = facts.pop("photos", None)
    content = content.read_bytes() if isinstance(content, Path) else content
    return services.upload(
        merchant=merchant,
        by=facts.pop("by", None) or make_user(),
        language=facts.pop("language", "en"),
        file=ContentFile(content, name=name),
        photos=ContentFile(photos, name="photos.zip") if photos else None,
    )


def work() -> None:
    """All that is due of long work."""
    sweep_until_done(lane=Lane.BULK)


def checked(
    content: bytes | Path, name: str = "pieces.xlsx", **facts: Any
) -> SheetImport:
    """Uploaded, read, its guessed columns agreed to, checked."""
    sheet = upload(content, name, **facts)
    work()
    sheet.refresh_from_db()
    if sheet.state == SheetImport.State.READ and "sku" in sheet.fields:
        services.map_columns(import_id=sheet.pk, fields=sheet.fields)
        work()
        sheet.refresh_from_db()
    return sheet


def taken_over(content: bytes, name: str = "pieces.xlsx", **facts: Any) -> SheetImport:
    sheet = checked(content, name, **facts)
    services.take_over(import_id=sheet.pk, confirms_codes=True)
    work()
    sheet.refresh_from_db()
    return sheet


def taken_back(sheet: SheetImport) -> SheetImport:
    services.take_back(import_id=sheet.pk)
    work()
    sheet.refresh_from_db()
    return sheet

"""Spreadsheets as people really have them, and as nobody should: made here, each a
function that returns its name and its bytes.

What each of them must be told stands beside it in `test_ugly.py`.
"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import xlsxwriter

from tests.catalog.sheets.sheets import HEADERS, as_csv, as_xlsx, bracelet

Write = Callable[[Any, Any], None]
FILES: dict[str, Callable[[], tuple[str, bytes]]] = {}
COLUMN = {header: number for number, header in enumerate(HEADERS)}


def ugly(make: Callable[[], tuple[str, bytes]]) -> Callable[[], tuple[str, bytes]]:
    FILES[make.__name__] = make
    return make


def workbook(write: Write, **options: Any) -> bytes:
    """A workbook whose first sheet has our headers."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        write(book, sheet)
    return content.getvalue()


def with_part(content: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one part changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry)
            new.writestr(
                entry.filename, change(part) if entry.filename == path else part
            )
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@ugly
def merged_product_cells() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        shared = dict.fromkeys(("材质", "处理", "款式", "颜色", "产地"), "")
        for line, sku in enumerate(["A-6", "A-8", "A-10"], start=1):
            sheet.write_row(line, 0, bracelet(sku, 珠径=sku[2:], **shared))
        for header in shared:
            column = COLUMN[header]
            sheet.merge_range(1, column, 3, column, bracelet()[column])

    return "三种珠径.xlsx", workbook(write)


@ugly
def merged_skus() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        for line in (1, 2):
            sheet.write_row(line, 0, bracelet(""))
        sheet.merge_range(1, 0, 2, 0, "A-1")

    return "merged.xlsx", workbook(write)


@ugly
def merged_stock() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        for line in (1, 2):
            sheet.write_row(line, 0, bracelet(f"A-{line}", 库存=""))
        sheet.merge_range(1, COLUMN["库存"], 2, COLUMN["库存"], "12")

    return "merged.xlsx", workbook(write)


@ugly
def skus_that_became_dates() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_row(2, 0, bracelet(""))
        day = book.add_format({"num_format": "yyyy-mm"})
        sheet.write_datetime(2, 0, date(2024, 1, 1), day)

    return "dates.xlsx", workbook(write)


@ugly
def prices_that_became_dates() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_number(
            1, COLUMN["批发价"], 1280, book.add_format({"num_format": 14})
        )

    return "dates.xlsx", workbook(write)


@ugly
def full_width_digits() -> tuple[str, bytes]:
    row = bracelet(
        "ＤＨ－００１", 净重="２７．５ｇ", 批发价="￥６０．００", 库存="１２"
    )
    return "全角.xlsx", as_xlsx(row)


@ugly
def duplicate_skus() -> tuple[str, bytes]:
    rows = [bracelet("A-1"), bracelet("A-2"), bracelet(" a-1"), bracelet("A-1 ")]
    return "twice.xlsx", as_xlsx(*rows)


@ugly
def formulae_with_values() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_formula(1, COLUMN["批发价"], "=30*2", None, 60)
        sheet.write_formula(1, 0, '="A"&"-1"', None, "A-1")

    return "formulae.xlsx", workbook(write)


@ugly
def formulae_without_values() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_formula(1, COLUMN["批发价"], "=30*2", None, "")

    def forget(part: bytes) -> bytes:
        return re.sub(rb"(</f>)<v>[^<]*</v>|(</f>)<v/>|(</f>)<v></v>", rb"</f>", part)

    return "formulae.xlsx", with_part(workbook(write), SHEET, forget)


@ugly
def formulae_that_fail() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_formula(1, COLUMN["材质"], "=VLOOKUP(1,Z1:Z2,1)", None, "#N/A")

    return "formulae.xlsx", workbook(write)


@ugly
def empty_rows_between() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(3, 0, bracelet("A-1"))
        sheet.write_row(9, 0, [" "] * 5)
        sheet.write_row(40, 0, bracelet("A-2"))

    return "gaps.xlsx", workbook(write)


@ugly
def a_million_formatted_rows() -> tuple[str, bytes]:
    def fill(part: bytes) -> bytes:
        cells = '<c r="A{0}" s="1"/><c r="B{0}" s="1"/>'
        rows = (
            f'<row r="{line}" s="1" customFormat="1">{cells.format(line)}</row>'
            for line in range(3, 1_048_577)
        )
        return part.replace(b"</sheetData>", "".join(rows).encode() + b"</sheetData>")

    content = as_xlsx(bracelet("A-1"))
    return "formatted.xlsx", with_part(content, SHEET, fill)


@ugly
def pieces_far_below_the_others() -> tuple[str, bytes]:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, bracelet("A-1"))
        sheet.write_row(9_000, 0, bracelet("A-2"))

    return "far.xlsx", workbook(write)


@ugly
def two_far_corners() -> tuple[str, bytes]:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'

    def fill(part: bytes) -> bytes:
        return part.replace(b"</sheetData>", far)

    return "corners.xlsx", with_part(as_xlsx(bracelet("A-1")), SHEET, fill)


def ten_sheets(fits: Callable[[int], bool], hidden: Callable[[int], bool]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for number in range(10):
            sheet = book.add_worksheet(f"{number + 1}月")
            sheet.write(0, 0, f"{number + 1}月记账")
            if fits(number):
                sheet.write_row(0, 0, HEADERS)
                sheet.write_row(1, 0, bracelet(f"A-{number}"))
            if hidden(number):
                sheet.hide()
        book.worksheets()[9].activate()
    return content.getvalue()


@ugly
def ten_sheets_one_fits() -> tuple[str, bytes]:
    return "year.xlsx", ten_sheets(lambda n: n == 7, lambda n: False)


@ugly
def ten_sheets_all_fit() -> tuple[str, bytes]:
    return "year.xlsx", ten_sheets(lambda n: True, lambda n: False)


@ugly
def hidden_sheets_that_fit() -> tuple[str, bytes]:
    return "year.xlsx", ten_sheets(lambda n: True, lambda n: n < 9)


@ugly
def text_named_workbook() -> tuple[str, bytes]:
    return "pieces.xlsx", as_csv(bracelet("A-1"))


@ugly
def workbook_named_text() -> tuple[str, bytes]:
    return "pieces.csv", as_xlsx(bracelet("A-1"))


@ugly
def workbook_of_1997() -> tuple[str, bytes]:
    return "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)


@ugly
def web_page_named_workbook() -> tuple[str, bytes]:
    return "export.xls", "<html><table><tr><td>货号</td></tr></table></html>".encode()


@ugly
def workbook_with_password() -> tuple[str, bytes]:
    name = "EncryptedPackage".encode("utf-16-le")
    return "locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + name


@ugly
def zip_bomb() -> tuple[str, bytes]:
    def swell(part: bytes) -> bytes:
        return part.replace(b"</sheetData>", b" " * (64 << 20) + b"</sheetData>")

    return "bomb.xlsx", with_part(as_xlsx(bracelet("A-1")), SHEET, swell)


@ugly
def laughing_entities() -> tuple[str, bytes]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]><worksheet'.encode()

    def spoil(part: bytes) -> bytes:
        return part.replace(b"<worksheet", start, 1)

    return "laughs.xlsx", with_part(as_xlsx(bracelet("A-1")), SHEET, spoil)


@ugly
def entity_from_outside() -> tuple[str, bytes]:
    start = b'<!DOCTYPE workbook [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook'

    def spoil(part: bytes) -> bytes:
        return part.replace(b"<workbook", start, 1)

    return "outside.xlsx", with_part(as_xlsx(bracelet("A-1")), "xl/workbook.xml", spoil)


@ugly
def endless_tag() -> tuple[str, bytes]:
    tag = b'<row r="3" x="' + bytes(range(65, 91)) * 200_000 + b'"/></sheetData>'

    def spoil(part: bytes) -> bytes:
        return part.replace(b"</sheetData>", tag)

    return "tag.xlsx", with_part(as_xlsx(bracelet("A-1")), SHEET, spoil)


@ugly
def title_rows_above_headers() -> tuple[str, bytes]:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 14, "东海县水晶城 A-12 号 2026年11月 报价单")
        sheet.write(1, 0, "电话：0518-00000000")
        sheet.write_row(3, 0, HEADERS)
        sheet.write_row(4, 0, bracelet("A-1"))
    return "quotation.xlsx", content.getvalue()


@ugly
def headers_in_two_rows() -> tuple[str, bytes]:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for column, header in enumerate(
            ["货号", "材质", "处理", "款式", "颜色", "产地"]
        ):
            sheet.merge_range(0, column, 1, column, header)
        sheet.merge_range(0, 6, 0, 7, "尺寸")
        sheet.write_row(1, 6, ["珠径(mm)", "手围(cm)"])
        sheet.merge_range(0, 8, 0, 10, "单件")
        sheet.write_row(1, 8, ["净重(kg)", "批发价", "库存"])
        row = ["A-1", "紫水晶", "无", "手链", "紫色", "乌拉圭", 8, 16, 0.0275, 60, 12]
        sheet.write_row(2, 0, row)
    return "two.xlsx", content.getvalue()


@ugly
def totals_at_the_end() -> tuple[str, bytes]:
    total = ["", "合计", *[""] * 11, "24", ""]
    signed = ["", "", "制表人：王芳", *[""] * 12]
    rows = [bracelet("A-1"), bracelet("A-2"), total, signed]
    return "totals.xlsx", as_xlsx(*rows)


@ugly
def text_in_gb18030() -> tuple[str, bytes]:
    return "pieces.csv", as_csv(bracelet("A-1"), encoding="gb18030")


@ugly
def text_in_utf_16_with_tabs() -> tuple[str, bytes]:
    return "pieces.txt", as_csv(bracelet("A-1"), encoding="utf-16", delimiter="\t")


@ugly
def text_with_semicolons_and_mark() -> tuple[str, bytes]:
    rows = as_csv(bracelet("A-1"), encoding="utf-8-sig", delimiter=";")
    return "pieces.csv", rows


@ugly
def text_in_no_known_letters() -> tuple[str, bytes]:
    return "pieces.csv", as_csv(bracelet("A-1")) + b"\xff\xff\x81\x20"


@ugly
def quoted_line_ends() -> tuple[str, bytes]:
    rows = [bracelet("A-1", 孤品="否\r\n"), bracelet("A-2", 材质="\n紫水晶\n")]
    return "pieces.csv", as_csv(*rows)


@ugly
def quote_never_closed() -> tuple[str, bytes]:
    rows = as_csv(*(bracelet(f"A-{n}") for n in range(2000)))
    return "pieces.csv", rows.replace(b"A-3,", b'"A-3,', 1)


@ugly
def noughts_between_letters() -> tuple[str, bytes]:
    return "pieces.csv", as_csv(bracelet("A-1", 材质="紫水\0晶"))


@ugly
def duplicate_headers() -> tuple[str, bytes]:
    headers = [*HEADERS, "库存", "数量"]
    return "pieces.xlsx", as_xlsx([*bracelet("A-1"), "99", "98"], headers=headers)


@ugly
def shortened_numbers() -> tuple[str, bytes]:
    rows = [bracelet("6.97012E+12"), bracelet("A-2", 批发价="1.28E+03")]
    return "pieces.csv", as_csv(*rows)


@ugly
def numbers_as_skus() -> tuple[str, bytes]:
    rows = [bracelet(8.0), bracelet(6970123456789), bracelet(1.5)]  # type: ignore[arg-type]
    return "pieces.xlsx", as_xlsx(*rows)


@ugly
def units_and_guesses() -> tuple[str, bytes]:
    rows = [
        bracelet(
            "A-1",
            珠径="8毫米",
            手围="16cm",
            净重="约15克",
            批发价="1,280.00元",
            阶梯价="",
            建议零售价="￥2,560",
        ),
        bracelet("A-2", 净重="0.5kg", 批发价="RMB 66", 库存="12条"),
        bracelet("A-3", 珠径="8-9mm", 净重="几克", 批发价="面议", 库存="若干"),
        bracelet("A-4", 批发价="$60", 孤品="也许", 阶梯价="多买优惠"),
    ]
    return "pieces.xlsx", as_xlsx(*rows)


@ugly
def words_nobody_knows() -> tuple[str, bytes]:
    rows = [
        bracelet("A-1", 材质="紫水精", 颜色="五彩斑斓的黑", 产地="亚特兰蒂斯"),
        bracelet("A-2", 材质="天然紫水晶", 处理="未优化"),
    ]
    return "pieces.xlsx", as_xlsx(*rows)


@ugly
def sheet_without_skus() -> tuple[str, bytes]:
    return "pieces.xlsx", as_xlsx(bracelet()[1:], headers=HEADERS[1:])


@ugly
def empty_file() -> tuple[str, bytes]:
    return "pieces.xlsx", b"\r\n\r\n"


@ugly
def headers_alone() -> tuple[str, bytes]:
    return "pieces.xlsx", as_xlsx()


@ugly
def half_a_download() -> tuple[str, bytes]:
    content = as_xlsx(bracelet("A-1"))
    return "pieces.xlsx", content[: len(content) // 2]


@ugly
def photos_instead_of_a_sheet() -> tuple[str, bytes]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("A-1.jpg", b"\xff\xd8\xff")
    return "photos.zip", content.getvalue()


@ugly
def picture_named_workbook() -> tuple[str, bytes]:
    return "pieces.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100)


@ugly
def columns_without_end() -> tuple[str, bytes]:
    headers = [*HEADERS, *(f"x{n}" for n in range(16_384 - len(HEADERS)))]
    row = [*bracelet("A-1"), *["1"] * (16_384 - len(HEADERS))]
    return "wide.xlsx", as_xlsx(row, headers=headers)


@ugly
def foreign_prefixes() -> tuple[str, bytes]:
    """As the OpenXML SDK writes: every element with a prefix."""

    def prefix(part: bytes) -> bytes:
        named = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", part)
        return named.replace(b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=")

    return "sdk.xlsx", with_part(as_xlsx(bracelet("A-1")), SHEET, prefix)

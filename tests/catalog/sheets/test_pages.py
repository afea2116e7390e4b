"""The pages of an import, from the file to the undoing, as a member of a merchant."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Variant
from catalog.sheets.models import SheetImport
from catalog.sheets.preview import RowShown
from tests.catalog.sheets.sheets import (
    HEADERS,
    as_csv,
    as_xlsx,
    bracelet,
    checked,
    taken_over,
    work,
)
from tests.catalog.sheets.ugly import ten_sheets
from tests.make import make_client, make_glossary, make_member, make_merchant

pytestmark = pytest.mark.django_db


class Member:
    """A browser at the sheets of a merchant."""

    def __init__(self, **facts) -> None:
        make_glossary()
        self.member = make_member(make_merchant(**facts))
        self.client = make_client(self.member.user)
        self.door = f"/stall/{self.member.merchant_id}/sheets/"

    def upload(self, content: bytes, name: str = "pieces.xlsx"):
        return self.client.post(self.door, {"file": SimpleUploadedFile(name, content)})

    def page(self, path: str = "") -> str:
        sheet = SheetImport.objects.latest("pk")
        return self.client.get(f"{self.door}{sheet.pk}/{path}").content.decode()

    def post(self, path: str, **facts):
        sheet = SheetImport.objects.latest("pk")
        return self.client.post(f"{self.door}{sheet.pk}/{path}", facts)


def test_a_sheet_goes_its_whole_way_by_pages():
    member = Member()
    answer = member.upload(as_xlsx(bracelet("A-1"), bracelet("A-2", 批发价="面议")))
    sheet = SheetImport.objects.get()
    assert answer.headers["Location"] == f"{member.door}{sheet.pk}/"
    assert 'hx-trigger="every 1s"' in member.page()

    work()
    assert '<option value="sku" selected>' in member.page()
    member.post(
        "columns/",
        **{f"column-{n}": x for n, x in enumerate(SheetImport.objects.get().fields)},
    )
    work()
    page = member.page()
    assert "Take over 1 row<" in page
    assert "“面议” is no price in yuan." in page and "Row 3" in page
    assert not Variant.objects.exists()

    member.post("take-over/", confirms_codes="on")
    assert "Taking the pieces over" in member.page()
    work()
    assert "Taken over." in member.page()
    assert Variant.objects.get().sku == "A-1"

    member.post("take-back/")
    work()
    assert "Taken back." in member.page()
    assert "pieces.xlsx" in member.client.get(member.door).content.decode()


def test_before_and_after_it_is_said_what_will_be_listed_and_what_stays_a_draft():
    member = Member()
    known = taken_over(as_csv(bracelet("A-0")), merchant=member.member.merchant)
    assert known.drafts == {"facts": 0, "digits": 0, "word": 1, "fields": []}
    assert "See my drafts" not in member.page()

    sheet = checked(
        as_csv(
            bracelet("A-0", 批发价="70"),
            bracelet("A-1"),
            bracelet("A-2", 珠径="", 手围=""),
            bracelet("A-3", 珠径="", 手围="", 材质=""),
            bracelet("A-4", 起批量="50", 阶梯价=""),  # a warning hinders nothing
            bracelet("A-5", 批发价="面议"),
        ),
        merchant=known.merchant,
    )

    page = " ".join(member.page().split())
    assert "1 row will be listed.<" in page
    assert "2 rows will be listed if you confirm their codes above." in page
    assert "2 rows stay drafts in any case" in page
    assert sheet.drafts["fields"] == [["bead_mm", 2], ["mineral", 1]]
    assert 'bead size in mm (<span class="num">2</span>)' in page

    member.post("take-over/", confirms_codes="on")
    work()
    page = member.page()
    listed = Variant.objects.filter(product__state="LISTED")
    assert set(listed.values_list("sku", flat=True)) == {"A-0", "A-1", "A-4"}
    assert "2 products of these are drafts" in page
    door = f"/stall/{known.merchant_id}/products/?state=DRAFT"
    assert f'href="{door}"' in page
    shown = member.client.get(door).content.decode()
    assert [f">{sku}<" in shown for sku in ("A-1", "A-2", "A-3")] == [False, True, True]


def test_a_file_that_is_no_table_is_refused_in_words_and_kept_nowhere():
    member = Member()

    answer = member.upload(b"<html><table></table></html>", "export.xls")

    assert answer.status_code == 422
    assert "save it as .xlsx" in answer.content.decode()
    assert not SheetImport.objects.exists()


def test_a_broken_archive_is_told_at_the_photos_and_nothing_is_kept():
    member = Member()
    sheet = SimpleUploadedFile("pieces.csv", as_csv(bracelet("A-1")))
    files = {"file": sheet, "photos": SimpleUploadedFile("photos.zip", b"PK no")}

    answer = member.client.post(member.door, files)

    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (422, ["photos"])
    assert "The file of photos is damaged or no .zip." in errors["photos"][0]
    assert 'id="id_photos_error"' in answer.content.decode()
    assert not SheetImport.objects.exists()


def test_columns_without_sku_or_with_a_field_twice_are_refused_and_nothing_changes():
    member = Member()
    member.upload(as_csv(bracelet("A-1")), "pieces.csv")
    work()
    fields = {f"column-{n}": "" for n in range(15)}

    none = member.post("columns/", **fields)
    twice = member.post("columns/", **fields | {"column-0": "sku", "column-1": "sku"})

    assert (none.status_code, twice.status_code) == (422, 422)
    assert "which column holds the SKU" in none.content.decode()
    assert SheetImport.objects.get().state == "READ"


def test_of_several_sheets_a_person_chooses_one():
    member = Member()
    member.upload(ten_sheets(lambda n: n in (2, 7), lambda n: False))
    work()
    assert "8月" in member.page()

    member.post("choose/", tab="8月")
    work()

    sheet = SheetImport.objects.get()
    assert (sheet.state, sheet.tab) == ("READ", "8月")
    assert sheet.lines.get().cells[0] == "A-7"


def test_every_row_shows_its_price_stock_and_weight_as_they_were_understood():
    member = Member()
    rows = [
        bracelet(
            "A-1", 批发价="¥1,280.00", 库存="1200", 净重="0.5kg", 建议零售价="2000"
        ),
        bracelet("A-2", 阶梯价="", 建议零售价="", 批发价="面议"),
    ]
    checked(as_csv(*rows), merchant=member.member.merchant)

    (new,) = shown(member, "NEW")
    (bad,) = shown(member, "BAD")

    assert [figure.says for figure in new.figures] == ["¥1,280.00", "1,200", "500 g"]
    assert [figure.says for figure in new.prices] == [
        "10+ ¥55.00; 50+ ¥48.00",
        "¥2,000.00",
    ]
    assert [figure.says for figure in bad.figures] == ["–", "12", "27.5 g"]
    assert bad.prices == []
    page = member.page("?show=NEW")
    assert '<dt>Wholesale</dt><dd class="num">¥1,280.00</dd>' in page
    assert '<dt>Net weight</dt><dd class="num">500 g</dd>' in page
    assert '<span class="num">10+ ¥55.00; 50+ ¥48.00</span>' in page


def shown(member: Member, kind: str) -> list[RowShown]:
    sheet = SheetImport.objects.latest("pk")
    answer = member.client.get(f"{member.door}{sheet.pk}/?show={kind}")
    return answer.context["rows"]


def test_changes_are_shown_before_they_are_made():
    member = Member()
    for price in ("60", "70"):
        member.upload(as_csv(bracelet("A-1", 批发价=price)), "pieces.csv")
        work()
        if SheetImport.objects.latest("pk").state == "READ":
            fields = SheetImport.objects.latest("pk").fields
            member.post("columns/", **{f"column-{n}": x for n, x in enumerate(fields)})
            work()
        if price == "60":
            member.post("take-over/")
            work()

    page = member.page()
    assert '<s class="num">60.00</s> <b class="num">70.00</b>' in page


def test_what_is_done_cannot_be_taken_over_again():
    member = Member()
    member.upload(as_csv(bracelet("A-1")), "pieces.csv")
    work()

    answer = member.post("take-over/")

    assert answer.status_code == 302
    assert SheetImport.objects.get().state == "READ"


NOTED = as_xlsx([*bracelet("A-1"), "schön"], headers=[*HEADERS, "Bemerkung"])


def test_only_columns_nobody_knows_are_asked():
    member = Member()
    member.upload(NOTED)
    work()

    shown = member.client.get(f"{member.door}{SheetImport.objects.get().pk}/").context

    assert [column.header for column in shown["asked"]] == ["Bemerkung"]
    assert len(shown["known"]) == len(HEADERS)


def test_columns_once_said_are_not_asked_again():
    member = Member()
    member.upload(NOTED)
    work()
    fields = enumerate(SheetImport.objects.get().fields)
    member.post("columns/", **{f"column-{n}": field for n, field in fields})

    member.upload(NOTED)
    work()
    page = member.page("columns/")

    assert "We know all columns." in page
    assert f"{len(HEADERS) + 1} columns we know" in page

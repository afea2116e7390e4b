"""The merchant's side: hers to say, nobody else's, and taken back while unchecked."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import Evidence, LabReport, RawUse, Work
from catalog.provenance import services
from tests.catalog.provenance.test_passports import vouch
from tests.make import (
    make_artisan,
    make_client,
    make_lot,
    make_member,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
PDF = SimpleUploadedFile("report.pdf", b"%PDF-1.7 a paper")


@pytest.fixture
def product():
    return make_variant().product


@pytest.fixture
def hers(product):
    return make_client(make_member(product.merchant).user)


def door(product, rest=""):
    return f"/stall/products/{product.pk}/origin/{rest}"


def test_strangers_find_nothing_behind_any_of_its_doors(product):
    lot = make_lot()
    use = services.use_lot(product_id=product.pk, lot_code=lot.code)
    other = make_client(make_member(make_variant().product.merchant).user)
    stranger = make_client(make_user())

    for client in (other, stranger):
        assert client.get(door(product)).status_code == 404
        for rest in ("lot/", "work/", "report/", f"lot/{use.pk}/take-back/"):
            assert client.post(door(product, rest)).status_code == 404
    assert Client().get(door(product)).status_code == 302
    assert RawUse.objects.count() == 1


def test_a_merchant_takes_nothing_back_that_is_another_products(product, hers):
    other = make_variant().product
    use = services.use_lot(product_id=other.pk, lot_code=make_lot().code)

    answer = hers.post(door(product, f"lot/{use.pk}/take-back/"))

    assert answer.status_code == 404
    assert RawUse.objects.exists()


def test_she_names_lot_and_artisan_and_hands_in_a_report(product, hers):
    lot, artisan = make_lot(), make_artisan()
    PDF.seek(0)

    hers.post(door(product, "lot/"), {"lot-lot": lot.code, "lot-grams": "20.5"})
    hers.post(
        door(product, "work/"),
        {"work-artisan": artisan.pk, "work-role": "CARVED", "work-to_on": "2026-04-04"},
    )
    answer = hers.post(
        door(product, "report/"),
        {
            "report-laboratory": "East Lab",
            "report-number": "R-1",
            "report-issued_on": "2026-05-05",
            "report-treatment": "DYED",
            "report-file": PDF,
        },
        follow=True,
    )

    assert RawUse.objects.get().lot == lot
    assert Work.objects.get().to_on == date(2026, 4, 4)
    assert LabReport.objects.get().doubts_treatment
    assert Evidence.objects.get().checked_on is None
    page = answer.content.decode()
    assert "The laboratory found: dyed. The merchant says: untreated." in page
    assert "handed in, waits to be checked" in page


@pytest.mark.parametrize(
    ("what", "sent", "words"),
    [
        ("lot", {"lot-lot": "RL-2026-999999"}, "There is no lot"),
        ("lot", {"lot-lot": ""}, "This field is required"),
        ("work", {"work-artisan": "9", "work-role": "ATE"}, "Select a valid choice"),
        ("report", {"report-issued_on": "2999-01-01"}, "This field is required"),
    ],
)
def test_what_can_not_be_taken_is_said_in_words_and_kept(
    product, hers, what, sent, words
):
    answer = hers.post(door(product, f"{what}/"), sent)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RawUse.objects.exists()


def test_a_bad_file_leaves_no_half_claim(product, hers):
    lot = make_lot()
    sent = {"lot-lot": lot.code, "lot-file": SimpleUploadedFile("a.pdf", b"<html>")}

    answer = hers.post(door(product, "lot/"), sent)

    assert answer.status_code == 422
    assert "Send a PDF" in answer.content.decode()
    assert not RawUse.objects.exists()


def test_what_the_centre_checked_can_not_be_taken_back(product, hers):
    use = services.use_lot(product_id=product.pk, lot_code=make_lot().code)
    vouch(use)
    back = door(product, f"lot/{use.pk}/take-back/")

    answer = hers.post(back, headers={"referer": f"http://testserver{door(product)}"})

    assert answer.status_code == 302
    assert RawUse.objects.filter(pk=use.pk).exists()
    said = hers.get(door(product)).content.decode()
    assert "The centre has checked this." in said


def test_there_are_no_other_doors(product, hers):
    assert hers.post(door(product, "gold/")).status_code == 404
    assert hers.post(door(product, "gold/1/take-back/")).status_code == 404


def test_the_page_of_a_products_origin_keeps_the_stalls_own_bar():
    product = make_variant().product
    client = make_client(make_member(product.merchant).user)

    page = client.get(f"/stall/products/{product.pk}/origin/").content.decode()

    assert f"/stall/{product.merchant_id}/stock/" in page
    assert 'class="tabs"' not in page

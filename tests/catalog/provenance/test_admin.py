"""Lots, artisans, proofs and passports as clerks keep them."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Artisan, Evidence, LabReport, Passport, RawLot, Work
from catalog.provenance import services
from donghai.home import home_day
from tests.catalog.provenance.test_passports import make_report
from tests.make import (
    make_artisan,
    make_client,
    make_lot,
    make_staff,
    make_variant,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a paper"
NONE = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}


def address(kind, view, *args):
    return reverse(f"admin:catalog_{kind}_{view}", args=args)


def inline(prefix, **facts):
    return {f"{prefix}-{name}": said for name, said in facts.items()}


def lot_facts(**facts):
    return {
        "mineral": "AMETHYST",
        "origin": "UY",
        "weight_kg": "250",
        "arrived_on": "2026-03-04",
        "state": "ARRIVED",
    } | facts


def test_a_clerk_registers_a_lot_and_hangs_a_paper_on_it():
    paper = SimpleUploadedFile("x.exe", PDF)
    proof = {"0-kind": "DECLARATION", "0-proves": "weight", "0-file": paper}
    one = inline("evidence", TOTAL_FORMS=1, INITIAL_FORMS=0, **proof)
    clerk = make_staff()

    answer = make_client(clerk).post(address("rawlot", "add"), lot_facts() | one)

    assert answer.status_code == 302, answer.context["errors"]
    lot = RawLot.objects.get()
    assert lot.code == "RL-2026-000001"
    assert (lot.evidence.get().added_by, lot.evidence.get().file.name[-4:]) == (
        *(clerk, ".pdf"),
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"origin": "XX"}, "XX is not one of"),
        ({"mineral": "NOSUCH"}, "NOSUCH is not one of"),
        ({"declaration_number": "12"}, "18 digits"),
        ({"arrived_on": ""}, "which day"),
    ],
)
def test_a_wrong_lot_is_said_in_words(wrong, words):
    sent = lot_facts(**wrong) | inline("evidence", **NONE)

    answer = make_client(make_staff()).post(address("rawlot", "add"), sent)

    assert words in answer.content.decode()
    assert not RawLot.objects.exists()


def test_a_lot_can_not_become_lighter_than_what_was_used():
    lot, clerk = make_lot(), make_client(make_staff())
    product_id = make_variant().product_id
    services.use_lot(product_id=product_id, lot_code=lot.code, grams=900_000)

    sent = lot_facts(weight_kg="800", declaration_number="")
    sent |= inline("evidence", **NONE)
    answer = clerk.post(address("rawlot", "change", lot.pk), sent)

    assert "used already" in answer.content.decode()
    lot.refresh_from_db()
    assert lot.weight_kg == 1000


@pytest.mark.parametrize("content", [b"<html>", b"MZ\x90"])
def test_a_file_that_is_no_paper_is_refused_in_words(content):
    paper = SimpleUploadedFile("x.pdf", content)
    proof = {"0-kind": "OTHER", "0-proves": "it", "0-file": paper}
    one = inline("evidence", TOTAL_FORMS=1, INITIAL_FORMS=0, **proof)

    answer = make_client(make_staff()).post(address("rawlot", "add"), lot_facts() | one)

    assert "Send a PDF" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_an_artisan_is_kept_in_the_languages_of_the_pages():
    sent = {
        "name": "Fang Liwen",
        "name_zh": "方立文",
        "slug": "fang-liwen",
        "craft": "CARVER",
        "about_en": "Carves clouds.",
        "about_zh-hans": "刻云。",
        "honours-0-title_en": "Master",
        "honours-0-year": 2020,
        "honours-0-given_by": "the county",
    }
    sent |= inline("honours", TOTAL_FORMS=1, INITIAL_FORMS=0) | inline("works", **NONE)

    answer = make_client(make_staff()).post(address("artisan", "add"), sent)

    assert answer.status_code == 302, answer.context["errors"]
    artisan = Artisan.objects.get()
    assert artisan.about == {"en": "Carves clouds.", "zh-hans": "刻云。"}
    assert artisan.honours.get().title == {"en": "Master"}


def test_a_clerk_vouches_for_a_proof_and_takes_it_back():
    report = make_report(make_variant().product, treatment="DYED")
    proof, clerk = report.evidence.get(), make_client(make_staff())

    clerk.post(address("evidence", "act", proof.pk, "vouch"))
    proof.refresh_from_db()
    assert proof.checked_on

    page = clerk.get(address("evidence", "change", proof.pk)).content.decode()
    assert "Open the file" in page
    clerk.post(address("evidence", "act", proof.pk, "unvouch"))
    proof.refresh_from_db()
    assert proof.checked_on is None


def test_an_accountant_vouches_for_nothing():
    proof = make_report(make_variant().product, treatment="DYED").evidence.get()
    client = make_client(make_staff("ACCOUNTANT"))

    assert client.post(address("evidence", "act", proof.pk, "vouch")).status_code == 403
    assert Evidence.objects.get().checked_on is None


def test_contradictions_and_waiting_proofs_stand_on_the_front_page():
    make_report(make_variant().product, treatment="DYED")
    clerk = make_client(make_staff())

    page = clerk.get(reverse("admin:index")).content.decode()
    doubting = clerk.get(address("labreport", "changelist"), {"doubts": "yes"})

    assert "reports contradict what is sold" in page
    assert "proofs wait to be checked" in page
    assert "East Lab R-1" in doubting.content.decode()


def test_a_passport_is_revoked_with_a_reason_and_only_once():
    passport = services.passport_of(make_variant())
    clerk, where = make_client(make_staff()), address("passport", "change", passport.pk)

    clerk.post(where, {"revoked_because": ""})
    assert Passport.objects.get().revoked_at is None

    clerk.post(where, {"revoked_because": "copied"})
    assert Passport.objects.get().revoked_because == "copied"
    assert clerk.post(where, {"revoked_because": "again"}).status_code == 403


@pytest.mark.parametrize("duty", ["CLERK", "ACCOUNTANT"])
def test_every_page_of_a_row_opens(duty):
    product = make_variant().product
    report = make_report(product, treatment="NONE", is_checked=True)
    artisan = make_artisan(about={"en": "x"})
    honour = artisan.honours.create(title={"en": "x"}, year=2020, given_by="y")
    job = services.Job(artisan=artisan, role="CUT", to_on=date(2026, 1, 1))
    rows = [
        *(make_lot(), artisan, honour, report, report.evidence.get()),
        services.record_work(product_id=product.pk, job=job),
        services.passport_of(product),
        services.use_lot(product_id=product.pk, lot_code="RL-2026-000001"),
    ]
    client = make_client(make_staff(duty))

    for row in rows:
        where = address(row._meta.model_name, "change", row.pk)
        assert client.get(where).status_code == 200, where


def test_a_weight_below_nothing_is_said_once():
    sent = lot_facts(weight_kg="-5") | inline("evidence", **NONE)

    answer = make_client(make_staff()).post(address("rawlot", "add"), sent)

    assert list(answer.context["adminform"].form.errors) == ["weight_kg"]
    assert len(answer.context["adminform"].form.errors["weight_kg"]) == 1
    assert not RawLot.objects.exists()


def test_lots_and_products_are_read_by_names():
    lot, clerk = make_lot(), make_client(make_staff())
    product = make_variant().product
    pages = [
        clerk.get(address("rawlot", "changelist")),
        clerk.get(address("rawlot", "change", lot.pk)),
        clerk.get(address("product", "changelist")),
        clerk.get(address("product", "change", product.pk)),
    ]

    for page in pages:
        said = page.content.decode()
        assert "Amethyst" in said
        assert ">AMETHYST<" not in said
    assert '<option value="UY" selected>Uruguay' in pages[1].content.decode()


def test_a_clerk_adds_a_work_on_an_artisans_page():
    artisan, product = make_artisan(), make_variant().product
    page = address("artisan", "change", artisan.pk)
    clerk = make_client(make_staff())
    form = clerk.get(page).context["adminform"].form
    sent = {f"about_{n}": "" for n in range(7)} | {
        name: form.initial.get(name) or ""
        for name in ("name", "name_zh", "slug", "craft", "since", "workshop")
    }
    sent |= inline("honours", **NONE)
    sent |= inline("works", TOTAL_FORMS=1, INITIAL_FORMS=0)
    sent |= inline("works-0", product=product.pk, role="CARVED", artisan=artisan.pk)

    answer = clerk.post(page, sent)

    assert answer.status_code == 302, answer.context["errors"]
    assert artisan.works.get().product == product


@pytest.mark.parametrize(("since", "status"), [(3000, 200), (1899, 200), (1990, 302)])
def test_an_artisan_works_since_a_year_that_has_been(since, status):
    facts = {
        "name": "Li Wei",
        "name_zh": "李伟",
        "slug": "li-wei",
        "craft": "CARVER",
        "since": since,
        **inline("honours", **NONE),
        **inline("works", **NONE),
    }

    answer = make_client(make_staff()).post(address("artisan", "add"), facts)

    assert answer.status_code == status
    assert Artisan.objects.count() == (1 if status == 302 else 0)
    if status == 200:
        assert "Write a year from 1900 to" in answer.content.decode()


def test_a_passport_is_found_as_it_is_printed_and_in_any_case():
    found = services.passport_of(make_variant().product)
    other = services.passport_of(make_variant().product)
    clerk = make_client(make_staff())

    for typed in (found.code, found.spaced, found.code.lower(), f" {found.spaced} "):
        page = clerk.get(address("passport", "changelist"), {"q": typed})
        text = page.content.decode()
        assert f">{found.code}<" in text
        assert f">{other.code}<" not in text


def errors_of(answer):
    """What the form says, by field."""
    return answer.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("state", "day"),
    [
        ("ARRIVED", date(1500, 1, 1)),
        ("ARRIVED", date(1979, 12, 31)),
        ("ARRIVED", date(2099, 1, 1)),
        ("USED_UP", date(2099, 1, 1)),
        ("EXPECTED", date(1500, 1, 1)),
        ("EXPECTED", date(2099, 1, 1)),
    ],
)
def test_a_lot_arrives_on_a_day_that_can_be(state, day):
    sent = lot_facts(state=state, arrived_on=day) | inline("evidence", **NONE)

    answer = make_client(make_staff()).post(address("rawlot", "add"), sent)

    assert list(errors_of(answer)) == ["arrived_on"]
    assert "Write a day from Jan. 1, 1980 to" in errors_of(answer)["arrived_on"][0]
    assert not RawLot.objects.exists()


def test_today_is_donghais_and_what_is_expected_may_lie_ahead():
    clerk = make_client(make_staff())
    tomorrow = home_day() + timedelta(days=1)
    none = inline("evidence", **NONE)
    page = address("rawlot", "add")

    here = clerk.post(page, lot_facts(arrived_on=home_day()) | none)
    early = clerk.post(page, lot_facts(arrived_on=tomorrow) | none)
    ahead = clerk.post(page, lot_facts(arrived_on=tomorrow, state="EXPECTED") | none)

    assert (here.status_code, early.status_code, ahead.status_code) == (302, 200, 302)
    assert "to today" in errors_of(early)["arrived_on"][0]
    assert RawLot.objects.count() == 2


def test_a_lot_without_any_day_is_told_all_of_it_in_words():
    number = {"declaration_number": "230120260000000001", "declared_on": ""}
    sent = lot_facts(arrived_on="", **number) | inline("evidence", **NONE)

    answer = make_client(make_staff()).post(address("rawlot", "add"), sent)

    assert dict(errors_of(answer)) == {
        "declared_on": ["Number and day of the declaration go together."],
        "arrived_on": ["Say on which day it arrived."],
    }
    assert not RawLot.objects.exists()


@pytest.mark.parametrize("day", ["1500-01-01", "2099-01-01"])
def test_a_report_and_a_work_name_days_that_have_been(day):
    product, artisan = make_variant().product, make_artisan()
    clerk, none = make_client(make_staff()), inline("evidence", **NONE)
    job = services.Job(artisan=artisan, role="CUT", to_on=date(2026, 1, 1))
    work = services.record_work(product_id=product.pk, job=job)
    report = {"product": product.pk, "laboratory": "East", "number": "1"}

    added = clerk.post(address("labreport", "add"), report | {"issued_on": day} | none)
    changed = clerk.post(address("work", "change", work.pk), {"to_on": day} | none)
    turned = {"from_on": "2026-02-02", "to_on": "2026-02-01"} | none
    backwards = clerk.post(address("work", "change", work.pk), turned)

    assert list(errors_of(added)) == ["issued_on"]
    assert list(errors_of(changed)) == ["to_on"]
    assert "before it began" in errors_of(backwards)["to_on"][0]
    assert not LabReport.objects.exists()
    assert Work.objects.get().to_on == date(2026, 1, 1)


def test_a_report_on_a_variant_of_another_product_is_refused():
    product, other = make_variant().product, make_variant()
    sent = {
        "product": product.pk,
        "variant": other.pk,
        "laboratory": "East",
        "number": "1",
        "issued_on": "2026-02-02",
    } | inline("evidence", **NONE)

    answer = make_client(make_staff()).post(address("labreport", "add"), sent)

    assert list(errors_of(answer)) == ["variant"]
    assert not LabReport.objects.exists()

"""A stone's passport: one for each piece, kept for years, honest about checks."""

import json
import re
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from catalog.models import Passport, Product
from catalog.provenance import codes, days, services
from catalog.provenance.story import Story, Trust
from donghai.home import home_day
from tests.catalog.provenance.test_lots import in_threads
from tests.make import (
    make_artisan,
    make_listing,
    make_lot,
    make_staff,
    make_variant,
)

PDF = b"%PDF-1.7 a paper"
LINKED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def make_one_off(**facts):
    variant = make_variant(on_hand=1, **facts)
    variant.is_one_off = True
    variant.save()
    return variant


def make_report(product, *, treatment, is_checked=False):
    finding = services.Finding(
        laboratory="East Lab",
        number="R-1",
        issued_on=date(2026, 5, 5),
        treatment=treatment,
        mineral=product.mineral,
        link="https://lab.example/R-1",
    )
    paper = services.Paper(kind="REPORT", proves="it", file=ContentFile(PDF))
    report = services.add_report(product_id=product.pk, finding=finding, paper=paper)
    if is_checked:
        vouch(report)
    return report


def vouch(claim):
    if not claim.evidence.exists():
        paper = services.Paper(kind="OTHER", proves="it", file=ContentFile(PDF))
        services.attach(claim=claim, paper=paper)
    clerk = make_staff(name="Clerk Wang")
    services.check_evidence(evidence_id=claim.evidence.get().pk, by=clerk)


def lines(product, variant=None):
    return {line.kind: line for line in Story.of(product, variant).lines()}


def address(piece):
    return f"/p/{services.passport_of(piece).code}/"


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_for_a_passport_at_once_get_the_same():
    product = make_variant().product

    issued = in_threads(8, lambda _n: services.passport_of(product).code)

    assert len(set(issued)) == Passport.objects.count() == 1
    assert codes.read(issued[0]) == issued[0]


@pytest.mark.django_db
def test_a_one_off_has_its_own_passport_and_others_their_products():
    one_off, usual = make_one_off(), make_variant()

    assert services.passport_of(one_off).variant == one_off
    assert services.passport_of(one_off.product) == services.passport_of(one_off)
    assert services.passport_of(usual) == services.passport_of(usual.product)
    assert services.passport_of(usual).variant is None


@pytest.mark.django_db
def test_what_was_never_listed_has_no_passport():
    product = make_variant().product
    product.state = Product.State.DRAFT
    product.save()

    with pytest.raises(services.NeverListed):
        services.passport_of(product)

    assert not Passport.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM catalog_passport",
        "UPDATE catalog_passport SET code = '0000000000'",
        "UPDATE catalog_passport SET product_id = 0",
        "UPDATE catalog_passport SET issued_at = now()",
        "UPDATE catalog_passport SET revoked_at = now()",
        "INSERT INTO catalog_passport (code, product_id, issued_at, revoked_because)"
        " SELECT '0000000000', product_id, now(), '' FROM catalog_passport",
    ],
)
def test_the_database_keeps_a_passport_as_it_was_issued(statement):
    services.passport_of(make_variant())

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_one_off_can_not_carry_another_products_story():
    passport = services.passport_of(make_one_off())

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        Passport.objects.create(
            product=make_variant().product, variant=passport.variant, code="1" * 10
        )


@pytest.mark.django_db
def test_a_revoked_code_says_why_and_stays_revoked(client):
    product = make_variant().product
    old = services.passport_of(product)

    assert services.revoke_passport(passport_id=old.pk, because="its label was copied")
    assert not services.revoke_passport(passport_id=old.pk, because="again")

    page = client.get(f"/p/{old.code}/")
    assert page.status_code == 410
    assert "its label was copied" in page.content.decode()
    assert services.passport_of(product) != old
    with pytest.raises(IntegrityError):
        Passport.objects.filter(pk=old.pk).update(revoked_at=None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7K3QF9XM2A", "A letter or a digit is wrong."),
        ("hello", "A letter or a digit is wrong."),
        ("<script>", "A letter or a digit is wrong."),
        ("PSFZFCMARH", "No stone has this passport."),
    ],
)
def test_a_code_that_leads_nowhere_says_what_may_be_wrong(client, typed, words):
    page = client.get(f"/p/{typed}/")

    assert page.status_code == 404
    assert words in page.content.decode()
    assert "<script>/" not in page.content.decode()


@pytest.mark.django_db
def test_a_code_is_found_however_it_is_typed(client):
    code = services.passport_of(make_variant()).code

    typed = client.get("/p/", {"code": f" {code[:5].lower()} {code[5:]} "}, follow=True)

    assert client.get(f"/p/{code.lower()}/").status_code == 301
    assert typed.redirect_chain[-1][0] == f"/p/{code}/"
    assert typed.status_code == 200


@pytest.mark.django_db
def test_the_qr_leads_to_the_passport(client, settings):
    settings.SITE_URL = "https://donghai.example"
    code = services.passport_of(make_variant()).code

    answer = client.get(f"/p/{code}.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert b"viewBox" in answer.content
    assert client.get("/p/hello.svg").status_code == 404


@pytest.mark.django_db
def test_claims_are_declared_until_somebody_of_the_centre_signs_for_them(client):
    variant, lot = make_variant(), make_lot()
    product = variant.product
    use = services.use_lot(product_id=product.pk, lot_code=lot.code)
    job = services.Job(artisan=make_artisan(), role="CARVED", to_on=date(2026, 4, 4))
    work = services.record_work(product_id=product.pk, job=job)
    make_report(product, treatment=product.treatment)
    kinds = ("raw", "arrival", "worked", "treatment", "test")
    assert {lines(product)[kind].trust for kind in kinds} == {Trust.DECLARED}

    for claim in (use, lot, work):
        vouch(claim)

    told = lines(product)
    assert [told[kind].trust for kind in kinds] == [
        *(Trust.CHECKED, Trust.CHECKED, Trust.CHECKED),
        *(Trust.DECLARED, Trust.DECLARED),
    ]
    page = client.get(address(product)).content.decode()
    assert "Checked by Clerk Wang of the trading centre" in page
    assert "3 of 5 facts are checked." in page
    assert "not checked" in page
    assert page.index("Raw amethyst") < page.index("Arrived") < page.index("Carved by")


@pytest.mark.django_db
def test_a_treatment_is_checked_only_by_a_checked_report_that_found_it():
    product = make_variant().product
    make_report(product, treatment=product.treatment, is_checked=True)

    assert lines(product)["treatment"].trust == Trust.CHECKED
    assert lines(product)["test"].trust == Trust.CHECKED


@pytest.mark.django_db
def test_a_report_that_contradicts_the_piece_is_shown_to_everybody(client):
    product = make_variant().product
    make_report(product, treatment="DYED", is_checked=True)

    words = "The laboratory found: dyed. The merchant says: untreated."
    assert lines(product)["treatment"].trust == Trust.DOUBTED
    assert words in client.get(address(product)).content.decode()
    assert words in client.get(f"/crystals/{product.pk}/").content.decode()

    Product.objects.filter(pk=product.pk).update(treatment="DYED")
    assert words not in client.get(address(product)).content.decode()


@pytest.mark.django_db
def test_a_piece_changed_after_its_lot_was_named_is_doubted():
    product, lot = make_variant().product, make_lot()
    services.use_lot(product_id=product.pk, lot_code=lot.code)

    product.origin = "BR"

    assert lines(product)["raw"].trust == Trust.DOUBTED


@pytest.mark.django_db
def test_a_one_offs_own_claims_are_not_those_of_its_sisters():
    variant, lot = make_one_off(), make_lot()
    product = variant.product
    services.use_lot(product_id=product.pk, lot_code=lot.code, variant_id=variant.pk)

    assert lot.code in lines(product, variant)["raw"].note
    assert lot.code not in lines(product)["raw"].note


@pytest.mark.django_db
def test_what_nobody_said_is_left_open(client):
    product = make_variant().product

    told = lines(product)

    assert (told["worked"].trust, told["test"].trust) == (Trust.UNSAID, Trust.UNSAID)
    assert told["raw"].trust == Trust.DECLARED
    assert "0 of 2 facts are checked." in client.get(address(product)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["withdrawn", "suspended", "sold"])
def test_a_piece_no_longer_sold_keeps_its_passport_and_says_so(client, how):
    variant = make_one_off()
    product, where = variant.product, address(variant)
    assert "no longer sold" not in client.get(where).content.decode()

    if how == "withdrawn":
        Product.objects.filter(pk=product.pk).update(state="WITHDRAWN")
    elif how == "suspended":
        type(product.merchant).objects.update(state="SUSPENDED")
    else:
        variant.movements.create(kind="SOLD", allocated=1, on_hand=0)

    page = client.get(where)
    assert page.status_code == 200
    words = "is sold" if how == "sold" else "is no longer sold"
    assert f"This piece {words}. Its passport stays." in page.content.decode()


@pytest.mark.django_db
def test_facts_for_search_engines_can_not_end_their_script(client):
    product = make_variant().product
    product.titles = {"en": "</script><script>alert(1)</script> & \u2028"}
    product.save()

    for where in (address(product), f"/crystals/{product.pk}/"):
        page = client.get(where).content.decode()
        facts = json.loads(LINKED.search(page).group(1))
        assert "<script>alert" not in page
        assert facts["name"] == product.titles["en"]
        assert facts["material"] == "amethyst"
        assert facts["countryOfOrigin"]["name"] == "Uruguay"


@pytest.mark.django_db
def test_a_products_page_tells_search_engines_its_price_while_it_is_sold(client):
    listing = make_listing()
    product = listing.variant.product
    product.titles |= {"es": "Pulsera de amatista"}
    product.save()

    page = client.get(f"/crystals/{product.pk}/").content.decode()

    linked = json.loads(LINKED.search(page).group(1))
    assert "Pulsera de amatista" in linked["alternateName"]
    (offer,) = linked["offers"]
    assert offer["priceCurrency"] == listing.session.currency
    assert offer["availability"] == "https://schema.org/InStock"
    assert float(offer["price"]) >= 30
    canonical = f"http://127.0.0.1:8000/crystals/{product.pk}/"
    assert f'<link rel="canonical" href="{canonical}">' in page
    assert 'property="og:title"' in page
    assert services.passport_of(product).code in page


@pytest.mark.django_db
def test_a_passports_page_asks_the_database_as_often_however_much_there_is(
    client, django_assert_max_num_queries
):
    product = make_variant().product
    for _ in range(4):
        lot = make_lot()
        vouch(services.use_lot(product_id=product.pk, lot_code=lot.code))
        vouch(lot)
        job = services.Job(artisan=make_artisan(), role="CUT")
        services.record_work(product_id=product.pk, job=job)
    where = address(product)

    with django_assert_max_num_queries(6):
        client.get(where)


@pytest.mark.django_db
def test_days_that_run_backwards_or_have_not_come_are_refused():
    product, artisan = make_variant().product, make_artisan()
    tomorrow = home_day() + timezone.timedelta(days=1)

    for (begun, done), refusal in (
        ((date(2026, 2, 2), date(2026, 2, 1)), services.Backwards),
        ((None, tomorrow), days.NotYet),
        ((date(1500, 1, 1), None), days.LongAgo),
    ):
        job = services.Job(artisan=artisan, role="CUT", from_on=begun, to_on=done)
        with pytest.raises(refusal):
            services.record_work(product_id=product.pk, job=job)

    assert not artisan.works.exists()

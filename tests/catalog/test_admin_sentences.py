"""Catalogue and hosts in the admin: what the database refuses is said in sentences."""

from datetime import date

import pytest
from django.urls import reverse

from catalog.glossary.models import Term
from catalog.models import LabReport
from catalog.provenance import services
from tests.make import (
    make_artisan,
    make_client,
    make_glossary,
    make_host,
    make_merchant,
    make_staff,
    make_variant,
)

pytestmark = pytest.mark.django_db


def none(*prefixes):
    counts = ("TOTAL_FORMS", "INITIAL_FORMS")
    return {f"{prefix}-{count}": 0 for prefix in prefixes for count in counts}


def rows(prefix, *said):
    sent = {f"{prefix}-TOTAL_FORMS": len(said), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(said):
        sent |= {f"{prefix}-{number}-{name}": fact for name, fact in row.items()}
    return sent


def post(row, facts):
    meta = row._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return make_client(make_staff()).post(reverse(name, args=[row.pk]), facts)


def said(answer):
    words = str(answer.context["errors"])
    assert "Constraint" not in words
    return words


def test_a_work_is_named_once_on_an_artisans_page():
    artisan, product = make_artisan(), make_variant().product
    facts = {"name": "F", "name_zh": "方", "slug": artisan.slug, "craft": "CARVER"}
    carved = {"product": product.pk, "role": "CARVED", "artisan": artisan.pk}
    twice = facts | none("honours") | rows("works", carved, carved)

    answer = post(artisan, twice)

    assert "already" in said(answer)
    assert not artisan.works.exists()

    services.record_work(
        product_id=product.pk, job=services.Job(artisan=artisan, role="CARVED")
    )
    again = post(artisan, facts | none("honours") | rows("works", carved))
    assert "Leave this row out" in said(again)
    assert artisan.works.count() == 1


def test_a_report_is_told_once_of_a_piece_and_its_address_begins_as_browsers_write_it():
    product = make_variant().product
    finding = services.Finding(
        laboratory="East", number="1", issued_on=date(2026, 2, 2)
    )
    services.add_report(product_id=product.pk, finding=finding)
    other = services.Finding(laboratory="East", number="2", issued_on=date(2026, 2, 2))
    second = services.add_report(product_id=product.pk, finding=other)
    sent = {"laboratory": "East", "number": "1", "issued_on": "2026-02-02"}

    same = post(second, sent | none("evidence"))
    shouted = sent | {"number": "2", "link": "HTTPS://example.com/2"}
    loud = post(second, shouted | none("evidence"))

    assert "written down for that piece already" in said(same)
    assert "in small letters" in said(loud)
    numbers = LabReport.objects.order_by("pk").values_list("number", "link")
    assert list(numbers) == [("1", ""), ("2", "")]


def test_a_person_joins_a_merchant_once():
    merchant, user = make_merchant(), make_staff()
    facts = {
        "name": merchant.name,
        "name_zh": merchant.name_zh,
        "credit_code": merchant.credit_code,
        "stall": merchant.stall,
    }
    member = {"merchant": merchant.pk, "user": user.pk, "role": "CLERK"}
    member |= {"since": "2026-02-02"}
    before = merchant.members.count()

    twice = post(merchant, facts | rows("members", member, member))
    assert "Two rows have the same: user." in said(twice)
    assert merchant.members.count() == before

    assert post(merchant, facts | rows("members", member)).status_code == 302
    again = post(merchant, facts | rows("members", member))
    assert "acts for the merchant already" in said(again)
    assert merchant.members.count() == before + 1


def test_a_host_has_a_language_once():
    host = make_host("es")
    facts = {"name": host.name, "slug": host.slug}
    spanish = {"host": host.pk, "language": "es", "level": "B2"}

    answer = post(host, facts | rows("languages", spanish))

    assert "has that language already" in said(answer)
    assert host.languages.count() == 1


def test_a_word_is_forbidden_once_a_language():
    make_glossary()
    sent = {
        "language": "en",
        "kind": "HEALING",
        "match": "WORD",
        "pattern": "healing",
        "is_active": "on",
    }

    answer = make_client(make_staff()).post(
        reverse("admin:catalog_forbiddenword_add"), sent
    )

    assert "on that language&#x27;s list already" in said(answer)


def test_a_term_has_one_name_in_a_language():
    make_glossary()
    agate = Term.objects.get(code="AGATE")
    facts = {"family": agate.family, "position": agate.position, "is_active": "on"}
    german = {"term": agate.pk, "language": "de", "name": "Band", "grammar": "gender=m"}
    before = list(agate.names.order_by("pk").values())

    answer = post(agate, facts | rows("names", german))

    assert "has a name in that language already" in said(answer)
    assert list(agate.names.order_by("pk").values()) == before

"""What is read of proofs and artisans in the admin, and what may not be said."""

import re

import pytest

from catalog.admin.words import promise_nothing
from catalog.models import Artisan, Evidence, Honour, RawUse, Work
from catalog.provenance import invented
from tests.catalog.provenance.test_admin import NONE, address, inline
from tests.catalog.provenance.test_passports import make_report
from tests.make import make_artisan, make_client, make_lot, make_staff, make_variant

pytestmark = pytest.mark.django_db
FANG = {"name": "Fang Li", "name_zh": "方立", "slug": "fang-li", "craft": "CARVER"}
NO_HONOURS = inline("honours", **NONE)
NO_WORKS = inline("works", **NONE)


def test_each_proof_says_first_what_it_belongs_to():
    product, artisan, lot = make_variant().product, make_artisan(), make_lot()
    report = make_report(product, treatment="DYED")
    use = RawUse.objects.create(lot=lot, product=product)
    work = Work.objects.create(artisan=artisan, product=product, role="CARVED")
    honour = Honour.objects.create(
        artisan=artisan, title={"en": "Master"}, year=2020, given_by="the county"
    )
    claims = {"lot": lot, "use": use, "work": work, "honour": honour}
    for name, row in claims.items():
        facts = {"kind": "PHOTO", "proves": "raw stone", name: row}
        Evidence.objects.create(link="https://example.org/x", **facts)

    page = make_client(make_staff()).get(address("evidence", "changelist"))

    heads = re.findall(
        r'<th class="field-called"[^>]*>(.*?)</th>', page.content.decode()
    )
    first = [re.sub("<[^>]*>", "", head) for head in heads]
    assert [head.split(" · ")[0] for head in first] == [
        f"{artisan}, Master (2020)",
        f"{artisan}: carved, {product}",
        f"{lot.code} → {product}",
        lot.code,
        f"{report}, {product}",
    ]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"about_en": "His healing stones."}, "“healing” promises a cure"),
        ({"about_zh-hans": "刻招财貔貅。"}, "“招财” promises luck"),
        ({"about_zh-hans": "Healing stones."}, "“Healing” promises a cure"),
        ({"honours-0-title_en": "Master of healing"}, "“healing” promises a cure"),
    ],
)
def test_what_is_said_of_an_artisan_promises_nothing(sent, words):
    one = {"title_en": "Master", "year": 2020, "given_by": "the county"}
    honour = inline("honours-0", **one)
    counts = inline("honours", TOTAL_FORMS=1, INITIAL_FORMS=0)
    facts = FANG | honour | counts | NO_WORKS | sent

    answer = make_client(make_staff()).post(address("artisan", "add"), facts)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Artisan.objects.exists()


def test_an_artisan_may_carve_natural_stone():
    about = {"about_en": "Carves natural quartz.", "about_zh-hans": "刻天然水晶。"}
    facts = FANG | about | NO_HONOURS | NO_WORKS

    answer = make_client(make_staff()).post(address("artisan", "add"), facts)

    assert answer.status_code == 302


def test_a_proof_promises_nothing():
    proof = inline("evidence-0", kind="PHOTO", proves="it heals", link="https://a.cn/b")
    facts = {"mineral": "AMETHYST", "origin": "UY", "weight_kg": "250"}
    facts |= {"arrived_on": "2026-03-04", "state": "ARRIVED"} | proof
    facts |= inline("evidence", TOTAL_FORMS=1, INITIAL_FORMS=0)

    answer = make_client(make_staff()).post(address("rawlot", "add"), facts)

    assert "“heals” promises a cure" in answer.content.decode()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("workshop", ["abc", "9" * 30, "0"])
def test_a_workshop_that_is_none_is_refused_at_its_field(workshop):
    facts = FANG | {"workshop": workshop} | NO_HONOURS | NO_WORKS

    answer = make_client(make_staff()).post(address("artisan", "add"), facts)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["workshop"]
    assert not Artisan.objects.exists()


def test_invented_artisans_and_papers_promise_nothing():
    promise_nothing(str(invented.ARTISANS), str(invented.PROVES), invented.PAPER)

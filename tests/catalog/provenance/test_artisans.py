"""Artisans: their page, their honours, and what was checked of both."""

import json

import pytest
from django.core.files.base import ContentFile

from catalog.models import Product
from catalog.provenance import services
from tests.catalog.provenance.test_passports import LINKED, vouch
from tests.make import make_artisan, make_variant

pytestmark = pytest.mark.django_db


def test_an_artisans_page_shows_honours_and_works_and_which_were_checked(client):
    artisan = make_artisan(about={"en": "Carves clouds.", "zh-hans": "刻云。"})
    proven = artisan.honours.create(
        title={"en": "Master carver"}, year=2020, given_by="the county"
    )
    artisan.honours.create(title={"en": "Gold prize"}, year=2021, given_by="a fair")
    vouch(proven)
    product = make_variant().product
    job = services.Job(artisan=artisan, role="CARVED")
    services.record_work(product_id=product.pk, job=job)

    page = client.get(f"/artisans/{artisan.slug}/").content.decode()

    assert "Carves clouds." in page
    assert page.count("declared, not checked") == 2
    assert str(product) in page
    facts = json.loads(LINKED.search(page).group(1))
    assert facts["@type"] == "Person"
    assert facts["award"] == ["Master carver (2020)"]


def test_works_that_are_not_sold_are_not_shown(client):
    artisan, product = make_artisan(), make_variant().product
    job = services.Job(artisan=artisan, role="CARVED")
    services.record_work(product_id=product.pk, job=job)

    Product.objects.update(state="WITHDRAWN")

    page = client.get(f"/artisans/{artisan.slug}/").content.decode()
    assert str(product) not in page


def test_artisans_are_found_by_craft_and_in_the_readers_language(client):
    make_artisan()
    make_artisan(craft="CUTTER", name_zh="乔云")

    page = client.get(
        "/artisans/", {"craft": "CUTTER"}, headers={"accept-language": "zh"}
    )

    assert len(page.context["artisans"]) == 1
    assert "乔云" in page.content.decode()
    assert client.get("/artisans/nobody/").status_code == 404


def test_a_portrait_is_what_others_see_when_the_page_is_passed_on(client, settings):
    settings.SITE_URL = "https://donghai.example"
    artisan = make_artisan()
    artisan.portrait.save("a.jpg", ContentFile(b"x"))

    page = client.get(f"/artisans/{artisan.slug}/").content.decode()

    assert 'property="og:image" content="https://donghai.example/media/' in page

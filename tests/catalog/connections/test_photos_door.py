"""Photos from a merchant's own system."""

from io import BytesIO

import pytest

from catalog.models import Photo
from tests.make import (
    make_merchant,
    make_picture,
    make_system,
    make_token,
    make_variant,
)

pytestmark = pytest.mark.django_db


def send(system, sku, *files):
    named = []
    for number, content in enumerate(files):
        file = BytesIO(content)
        file.name = f"{number}.jpg"
        named.append(file)
    return system.post(f"/api/v1/merchant/products/{sku}/photos", {"photos": named})


def test_good_photos_are_taken_once_and_others_refused_in_words():
    merchant = make_merchant()
    variant = make_variant(merchant=merchant)
    system = make_system(make_token(merchant))
    picture = make_picture()

    first = send(system, variant.sku, picture, b"<svg/>")
    again = send(system, variant.sku, picture)

    assert first.status_code == 200
    assert first.json()["taken"] == 1
    assert [one["name"] for one in first.json()["refused"]] == ["1.jpg"]
    assert again.json() == {"taken": 1, "refused": []}
    assert Photo.objects.get().product == variant.product


def test_a_strangers_token_adds_no_photo():
    variant = make_variant()
    stranger = make_system(make_token(make_merchant()))

    assert send(stranger, variant.sku, make_picture()).status_code == 404
    assert send(stranger, variant.sku).status_code == 404
    assert not Photo.objects.exists()


def test_no_photo_at_all_is_refused():
    merchant = make_merchant()
    variant = make_variant(merchant=merchant)

    assert send(make_system(make_token(merchant)), variant.sku).status_code == 400

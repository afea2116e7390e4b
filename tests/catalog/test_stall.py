"""A merchant's own pages."""

import pytest

from catalog.models import MerchantMember, StockLevel
from tests.make import make_client, make_merchant, make_user, make_variant


def make_merchants_client(merchant):
    user = make_user()
    MerchantMember.objects.create(merchant=merchant, user=user, role="OWNER")
    return make_client(user)


@pytest.mark.django_db
def test_a_merchant_sees_what_is_left_of_its_own_products_only():
    merchant = make_merchant()
    own, foreign = make_variant(merchant=merchant, on_hand=7), make_variant()

    page = make_merchants_client(merchant).get("/stall/").content.decode()

    assert own.sku in page
    assert foreign.sku not in page


@pytest.mark.django_db
def test_who_acts_for_no_merchant_has_no_stall(client):
    assert make_client(make_user()).get("/stall/").status_code == 403
    assert client.get("/stall/").headers["Location"] == "/account/login/?next=/stall/"


@pytest.mark.django_db
def test_counting_again_changes_the_stock_and_says_why():
    merchant = make_merchant()
    variant = make_variant(merchant=merchant, on_hand=7)

    make_merchants_client(merchant).post(
        f"/stall/variants/{variant.pk}/count/", {"change": "-2", "reason": "broken"}
    )

    assert StockLevel.objects.get(pk=variant.pk).on_hand == 5
    assert variant.movements.latest("pk").reason == "broken"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("-8", "Only 7 can be taken out"),
        ("1000000", "less than or equal to 10000"),
        ("many", "whole number"),
        ("0", "Nought changes nothing"),
    ],
)
def test_a_count_that_cannot_be_is_refused_in_words_and_forgets_nothing(change, words):
    merchant = make_merchant()
    variant = make_variant(merchant=merchant, on_hand=7)

    page = make_merchants_client(merchant).post(
        f"/stall/variants/{variant.pk}/count/?search={variant.sku}",
        {"change": change, "reason": "found behind the shelf"},
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert 'value="found behind the shelf"' in text
    assert StockLevel.objects.get(pk=variant.pk).on_hand == 7


@pytest.mark.django_db
def test_nobody_counts_the_stock_of_others():
    merchant, foreign = make_merchant(), make_variant(on_hand=7)

    answer = make_merchants_client(merchant).post(
        f"/stall/variants/{foreign.pk}/count/", {"change": "5", "reason": "mine"}
    )

    assert answer.status_code == 404
    assert StockLevel.objects.get(pk=foreign.pk).on_hand == 7

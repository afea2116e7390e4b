"""A merchant's own pages: her stock, counting again, her products."""

import pytest

from catalog.models import Product, StockLevel
from tests.make import make_client, make_member, make_merchant, make_user, make_variant


def make_merchants_client(merchant):
    return make_client(make_member(merchant).user)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["stock", "products", "prices"])
def test_a_merchant_sees_her_own_products_only(page):
    merchant = make_merchant()
    own, foreign = make_variant(merchant=merchant, on_hand=7), make_variant()

    answer = make_merchants_client(merchant).get(f"/stall/{merchant.pk}/{page}/")

    text = answer.content.decode()
    assert own.sku in text
    assert foreign.sku not in text


@pytest.mark.django_db
def test_who_acts_for_one_merchant_is_led_to_her_and_who_for_none_to_apply(client):
    merchant = make_merchant()

    assert (
        make_merchants_client(merchant).get("/stall/").url == f"/stall/{merchant.pk}/"
    )
    assert b"/stall/apply/" in make_client(make_user()).get("/stall/").content
    assert client.get("/stall/").headers["Location"] == "/account/login/?next=/stall/"


@pytest.mark.django_db
def test_who_acts_for_several_merchants_chooses():
    member, other = make_member(), make_member()
    other.user = member.user
    other.save()

    page = make_client(member.user).get("/stall/").content.decode()

    assert f'href="/stall/{member.merchant_id}/"' in page
    assert f'href="/stall/{other.merchant_id}/"' in page


@pytest.mark.django_db
def test_counting_again_changes_the_stock_and_says_why():
    merchant = make_merchant()
    variant = make_variant(merchant=merchant, on_hand=7)

    make_merchants_client(merchant).post(
        f"/stall/{merchant.pk}/stock/{variant.pk}/count/",
        {"change": "-2", "reason": "broken"},
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
        f"/stall/{merchant.pk}/stock/{variant.pk}/count/?search={variant.sku}",
        {"change": change, "reason": "found behind the shelf"},
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert words in text
    assert 'value="found behind the shelf"' in text
    assert StockLevel.objects.get(pk=variant.pk).on_hand == 7


@pytest.mark.django_db
@pytest.mark.parametrize("of", ["mine", "theirs"])
def test_nobody_counts_the_stock_of_others(of):
    merchant, foreign = make_merchant(), make_variant(on_hand=7)
    named = merchant.pk if of == "mine" else foreign.merchant_id

    answer = make_merchants_client(merchant).post(
        f"/stall/{named}/stock/{foreign.pk}/count/", {"change": "5", "reason": "mine"}
    )

    assert answer.status_code == 404
    assert StockLevel.objects.get(pk=foreign.pk).on_hand == 7


@pytest.mark.django_db
def test_stock_that_runs_low_is_told_on_the_first_page_and_found_by_its_link():
    merchant = make_merchant()
    low, plenty = (make_variant(merchant=merchant, on_hand=n) for n in (2, 9))
    merchant.variants.update(alarm_at=3)
    client = make_merchants_client(merchant)

    today = client.get(f"/stall/{merchant.pk}/").content.decode()
    shown = client.get(f"/stall/{merchant.pk}/stock/?low=1").content.decode()

    assert "1 piece runs low" in today
    assert low.sku in shown
    assert plenty.sku not in shown


@pytest.mark.django_db
def test_drafts_wait_on_the_first_page_and_show_without_their_facts():
    merchant = make_merchant()
    product = Product.objects.create(merchant=merchant)
    client = make_merchants_client(merchant)

    today = client.get(f"/stall/{merchant.pk}/").content.decode()
    drafts = client.get(f"/stall/{merchant.pk}/products/?state=DRAFT").content.decode()
    stock = client.get(f"/stall/{merchant.pk}/stock/")

    assert "1 draft that nobody can see yet" in today
    assert f"#{product.pk}" in drafts
    assert stock.status_code == 200


@pytest.mark.django_db
def test_who_was_removed_is_out_at_the_next_request():
    member = make_member()
    client = make_client(member.user)
    address = f"/stall/{member.merchant_id}/"
    assert client.get(address).status_code == 200

    member.delete()

    assert client.get(address).status_code == 404

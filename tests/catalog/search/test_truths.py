"""The checks tell when search and the products have come apart."""

import pytest
from django.db import connection

from catalog.models import Product
from catalog.search import truths
from catalog.search.models import SearchRow, SearchWord
from tests.catalog.search.pieces import list_piece, make_variant

pytestmark = pytest.mark.django_db


def test_all_is_true_of_what_was_written_and_each_slip_is_told():
    product = list_piece(texts=("Moonlight 星河",))
    connection.check_constraints()
    assert list(truths.broken()) == []

    SearchRow.objects.update(in_stock=False)
    assert list(truths.broken()) == [f"product {product} is found as out of stock"]
    SearchRow.objects.update(in_stock=True)

    SearchRow.objects.update(is_public=False)
    assert list(truths.broken()) == [f"product {product} is wrongly known to search"]
    SearchRow.objects.update(is_public=True)
    Product.objects.update(state=Product.State.WITHDRAWN)  # the database tells search
    assert list(truths.broken()) == []
    Product.objects.update(state=Product.State.LISTED)

    SearchWord.objects.filter(word="moonlight").delete()
    assert list(truths.broken()) == [
        f"product {product} has a word that search never learned: moonlight"
    ]


def test_a_product_that_search_was_never_told_of_is_told():
    variant = make_variant(on_hand=0)

    assert list(truths.broken()) == [
        f"product {variant.product_id} isn't known to search"
    ]

"""Pieces like this one."""

import pytest
from django.db import connection

from catalog.search.likeness import like
from tests.catalog.search.pieces import list_piece, make_variant

pytestmark = pytest.mark.django_db


def test_the_same_mineral_and_form_come_first_then_either_by_nearness_of_price():
    own = list_piece(price_minor=1000)
    far_twin = list_piece(price_minor=9000)
    twin = list_piece(price_minor=900)
    pendant = list_piece(price_minor=1100, facets={"form": ("PENDANT",)})
    agate = list_piece(price_minor=1001, facets={"mineral": ("AGATE",)})
    list_piece(facets={"mineral": ("AGATE",), "form": ("PENDANT",)})
    list_piece(price_minor=1000, is_public=False)
    list_piece(price_minor=1000, variant=make_variant(on_hand=0))
    connection.check_constraints()

    assert like(own) == [twin, far_twin, agate, pendant]
    assert like(own, size=2) == [twin, far_twin]


def test_nothing_is_like_a_piece_nobody_knows():
    assert like(10**12) == []

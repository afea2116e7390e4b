"""Filters of the market offer more than what happens to be newest."""

import pytest
from django.db import connection
from django.http import QueryDict

from catalog.products.browsing import Looker, browse
from catalog.search import plans
from donghai import memory
from tests.make import make_variant

pytestmark = pytest.mark.django_db


def choices(asked="", facet="mineral", **look):
    shelf = browse(QueryDict(asked), Looker("en", size=2, **look))
    found = [one for one in shelf.facets if one.name == facet]
    return [(choice.value, choice.count) for one in found for choice in one.choices]


@pytest.fixture
def market(monkeypatch):
    """Four old citrines, one rose quartz, and as many new amethysts as are counted."""
    old = [make_variant(mineral="CITRINE") for _ in range(4)]
    make_variant(mineral="ROSE_QUARTZ")
    stall = old[0].product.merchant
    new = [make_variant(merchant=stall) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_searchrow")
    memory.forget()
    monkeypatch.setattr(plans, "MOST", len(new))
    yield stall
    memory.forget()


def test_a_market_too_large_to_count_offers_what_it_has_most_of(market):
    found = choices()

    assert found == [("AMETHYST", 3), ("CITRINE", 0), ("ROSE_QUARTZ", 0)]


def test_the_one_that_is_chosen_leaves_the_others_to_choose_from(market):
    found = choices("mineral=ROSE_QUARTZ")

    assert found == [("AMETHYST", 3), ("CITRINE", 0), ("ROSE_QUARTZ", 0)]


@pytest.mark.parametrize("asked", ["search=amethyst", "form=BRACELET&search=amethyst"])
def test_what_is_asked_for_offers_only_what_it_met(market, asked):
    assert choices(asked) == []


def test_a_merchants_own_list_offers_nothing_of_others(market):
    values = [value for value, _ in choices(own=market)]

    assert "ROSE_QUARTZ" not in values


def test_what_is_counted_out_has_no_plus_beside_what_is_not(market):
    asked = QueryDict("mineral=ROSE_QUARTZ")
    shelf = browse(asked, Looker("en", size=2))

    counted = {facet.name: facet.choices for facet in shelf.facets}
    assert shelf.found.total == 1
    assert all(choice.more for choice in counted["mineral"])
    assert not any(choice.more for choice in counted.get("form", ()))

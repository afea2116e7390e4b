"""Filters, sorts, counts and pages say what a plain look at every product says."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from catalog.models import Product
from catalog.search import places, plans
from catalog.search import services as search
from catalog.search.documents import Document, price_band
from catalog.search.finding import Query, find
from catalog.search.models import SearchRow
from catalog.search.places import Sort
from tests.catalog.search.pieces import found
from tests.make import make_merchant

pytestmark = pytest.mark.django_db

MINERALS = ["AMETHYST", "AMETHYST", "CITRINE", "AGATE"]
FORMS = ["BRACELET", "BRACELET", "PENDANT", "SPHERE"]
WORDS = ["galaxy", "aurora", "星河"]


def make_catalogue(chance, merchants, count) -> list[Document]:
    """Products of some merchants, with many ties in price; a tenth isn't listed."""
    products = Product.objects.bulk_create(
        Product(merchant=chance.choice(merchants), hs_code="7116200000")
        for _ in range(count)
    )
    documents = [
        Document(
            product_id=product.pk,
            merchant_id=product.merchant_id,
            is_public=chance.random() < 0.9,
            facets={
                "mineral": (chance.choice(MINERALS),),
                "form": (chance.choice(FORMS),),
                "colour": (chance.choice(["PURPLE", "RED", "PINK"]),),
                "size": tuple(
                    sorted(chance.sample(["6", "8", "10"], chance.randint(0, 2)))
                ),
            },
            price_minor=chance.randint(1, 40) * 250,
            texts=(chance.choice(["", *WORDS]),),
            skus=(f"S{product.pk}",),
        )
        for product in products
    ]
    search.write(documents)
    search.refresh_sold({d.product_id: chance.choice([0, 0, 1, 5]) for d in documents})
    some = chance.sample([d.product_id for d in documents], count // 2)
    SearchRow.objects.filter(pk__in=some).update(in_stock=True)
    return documents


def brute(query: Query) -> list[Document]:
    """What must be found, in its order; words of the query are free words."""
    rows = {row.pk: row for row in SearchRow.objects.all()}

    def fits(document):
        row = rows[document.product_id]
        return (
            (document.is_public or not query.public_only)
            and document.merchant_id in (query.merchant_ids or {document.merchant_id})
            and (row.in_stock or not query.in_stock)
            and (query.price_from or 0) <= document.price_minor
            and document.price_minor <= (query.price_to or 10**9)
            and all(
                values & set(document.facets[facet])
                for facet, values in query.filters.items()
            )
            and query.text in document.texts[0]
        )

    keys = {
        Sort.NEWEST: lambda d: -d.product_id,
        Sort.CHEAPEST: lambda d: (d.price_minor, d.product_id),
        Sort.DEAREST: lambda d: (-d.price_minor, -d.product_id),
        Sort.MOST_SOLD: lambda d: (-rows[d.product_id].sold, -d.product_id),
    }
    return sorted(filter(fits, CATALOGUE), key=keys[query.sort])


def counted(documents) -> dict[str, dict[str, int]]:
    stock = dict(SearchRow.objects.values_list("pk", "in_stock"))
    counts: Counter[tuple[str, str]] = Counter()
    for d in documents:
        counts.update((f, v) for f, values in d.facets.items() for v in values)
        counts["price_band", price_band(d.price_minor)] += 1
        counts["merchant", str(d.merchant_id)] += 1
        counts["in_stock", "yes" if stock[d.product_id] else "no"] += 1
    by_facet: dict[str, dict[str, int]] = {}
    for (facet, value), number in counts.items():
        by_facet.setdefault(facet, {})[value] = number
    return by_facet


CATALOGUE: list[Document] = []


@pytest.fixture
def merchants():
    made = [make_merchant() for _ in range(3)]
    CATALOGUE[:] = make_catalogue(random.Random(3), made, 400)
    return made


def some_query(chance, merchants) -> Query:
    filters = {}
    for facet, values in {
        "mineral": MINERALS[1:],
        "form": FORMS[1:],
        "colour": ["PURPLE", "RED"],
        "size": ["6", "8"],
    }.items():
        if chance.random() < 0.35:
            filters[facet] = frozenset(chance.sample(values, chance.randint(1, 2)))
    some = chance.sample(merchants, chance.choice([0, 0, 0, 1, 1, 2]))
    return Query(
        text=chance.choice(["", "", "", *WORDS]),
        filters=filters,
        price_from=chance.choice([None, None, 1000, 3500]),
        price_to=chance.choice([None, None, 5000, 9000]),
        in_stock=chance.random() < 0.3,
        merchant_ids=frozenset(merchant.pk for merchant in some),
        sort=chance.choice(list(Sort)),
        size=chance.choice([7, 24]),
        public_only=len(some) != 1 or chance.random() < 0.5,
    )


def walked(query: Query) -> list[int]:
    """All pages, one after the other."""
    page = find(query)
    ids = page.product_ids
    while page.next:
        page = find(replace(query, after=page.next))
        assert page.product_ids
        ids = ids + page.product_ids
    return ids


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "limits",
    [
        {"MOST": 500},  # all are counted
        {},
        {"STEPS": 40, "SKIMS": 60, "FEW": 5, "MANY": 20},  # too few at times
        {"STEPS": 5, "SKIMS": 10, "FEW": 400, "MANY": 400},
        {"BRANCHES": 1},
    ],
    ids=["counted out", "as set", "short ways", "gathered", "one index"],
)
def test_any_query_brings_all_that_match_once_and_in_order(
    merchants, seed, limits, monkeypatch
):
    for name, value in limits.items():
        monkeypatch.setattr(plans, name, value)
    chance = random.Random(seed)
    for _ in range(12):
        query = some_query(chance, merchants)
        expected = brute(query)

        assert walked(query) == [d.product_id for d in expected], query
        page = find(query)
        if not page.more:
            assert page.total == len(expected)
            counts = {facet: dict(values) for facet, values in page.counts.items()}
            assert counts == counted(expected), query
        else:
            assert limits or page.total in (plans.MOST, plans.MOST_TYPED)
            assert page.total <= len(expected)


def test_totals_and_counts_end_somewhere(merchants, monkeypatch):
    monkeypatch.setattr(plans, "MOST", 50)

    page = find(Query(sort=Sort.CHEAPEST))

    assert (page.total, page.more) == (50, True)
    first = brute(Query(sort=Sort.CHEAPEST))[:50]
    assert {f: dict(v) for f, v in page.counts.items()} == counted(first)


@pytest.mark.parametrize("sort", Sort)
def test_pieces_that_come_in_between_pages_neither_repeat_nor_hide_others(
    merchants, sort
):
    before = [d.product_id for d in brute(Query(sort=sort))]
    query, seen = Query(sort=sort, size=50), []
    while True:
        page = find(query)
        seen += page.product_ids
        if not page.next:
            break
        CATALOGUE.extend(make_catalogue(random.Random(len(seen)), merchants, 5))
        query = replace(query, after=page.next)

    assert len(seen) == len(set(seen))
    assert [product for product in seen if product in set(before)] == before


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "====",
        "%00",
        "W10",
        "eyJhIjoxfQ",
        "bnVsbA",
        "ÿ",
        "W" * 9000,
        "WyJuZXdlc3QiLC0xLDBd",
    ],
)
def test_what_is_no_place_brings_the_first_page(merchants, after):
    assert find(Query(after=after)) == find(Query())


def test_a_place_in_one_sort_is_none_in_another(merchants):
    after = find(Query(sort=Sort.CHEAPEST)).next

    assert find(Query(after=after)) == find(Query())
    assert places.read(Sort.CHEAPEST, after) is not None


def test_only_a_merchants_own_pieces_are_found_unlisted(merchants):
    with pytest.raises(ValueError, match="merchant"):
        find(Query(public_only=False))

    own = Query(merchant_ids=frozenset([merchants[0].pk]), public_only=False, size=100)
    assert set(walked(own)) == {d.product_id for d in brute(own)}
    assert set(walked(own)) > set(walked(replace(own, public_only=True)))


def test_a_merchant_who_is_hidden_disappears_and_comes_back_piece_by_piece(merchants):
    listed = [
        d.product_id for d in brute(Query(merchant_ids=frozenset([merchants[0].pk])))
    ]

    search.hide_merchant(merchants[0].pk)
    assert found(merchant_ids=frozenset([merchants[0].pk])) == []
    assert not set(walked(Query())) & set(listed)

    search.set_public(listed, is_public=True)
    assert walked(Query(merchant_ids=frozenset([merchants[0].pk]))) == listed
    search.set_public(listed[:1], is_public=False)
    assert walked(Query(merchant_ids=frozenset([merchants[0].pk]))) == listed[1:]


def test_a_removed_piece_is_found_no_more(merchants):
    gone = CATALOGUE[0]

    search.remove([gone.product_id])

    assert gone.product_id not in walked(Query())
    assert found(f"S{gone.product_id}") == []


def test_what_is_written_anew_is_found_as_it_is_now_and_a_repeat_rewrites_no_row(
    merchants,
):
    document = next(d for d in CATALOGUE if d.is_public)
    new = replace(document, texts=("borealis",), skus=("NEW1",), price_minor=777)

    search.write([document, new])
    versions = "SELECT xmin, ctid FROM catalog_searchrow WHERE product_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(versions, [document.product_id])
        before = cursor.fetchone()
        search.write([new])
        cursor.execute(versions, [document.product_id])
        assert cursor.fetchone() == before

    assert found("borealis") == found("new1") == [document.product_id]
    assert document.product_id not in found(document.skus[0])
    assert found(price_from=777, price_to=777) == [document.product_id]
    assert found("borealis", filters={"price_band": frozenset({"0"})})


def test_a_piece_has_one_mineral(merchants):
    mixed = replace(CATALOGUE[0], facets={"mineral": ("AGATE", "CITRINE")})

    with pytest.raises(ValueError, match="one mineral"):
        search.write([mixed])

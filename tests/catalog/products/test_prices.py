"""Rules of prices, and two people who set them at once."""

from itertools import pairwise
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import PriceTier, Variant
from catalog.products import prices
from catalog.products.prices import Change, Prices
from tests.make import make_merchant, make_variant

FEN = st.integers(1, 500)


@given(
    wholesale=FEN,
    fewest=st.integers(1, 4),
    tiers=st.lists(st.tuples(st.integers(1, 12), FEN), max_size=3),
    suggested=st.none() | FEN,
    least=st.none() | FEN,
)
def test_prices_can_be_exactly_when_they_fall_and_retail_stands_above(
    wholesale, fewest, tiers, suggested, least
):
    asked = Prices(
        wholesale_minor=wholesale,
        min_quantity=fewest,
        tiers=tuple(tiers),
        suggested_retail_minor=suggested,
        least_retail_minor=least,
    )

    steps = [(fewest, wholesale), *tiers]
    falls = all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(steps))
    floor = max(wholesale, least or 0)
    retail = (least is None or least >= wholesale) and (
        suggested is None or suggested >= floor
    )
    assert (not list(prices.problems(asked))) == (falls and retail)


@given(FEN, FEN)
def test_prices_have_the_same_mark_exactly_when_they_are_the_same(one, other):
    first, second = Prices(wholesale_minor=one), Prices(wholesale_minor=other)

    assert (first.mark == second.mark) == (one == other)


def change(variant, seen=None, **wanted):
    stands = prices.prices_of(variant)
    return Change(
        variant_id=variant.pk,
        seen=(seen or stands).mark,
        wanted=Prices(**{"wholesale_minor": stands.wholesale_minor} | wanted),
    )


def set_(variant, *changes):
    return prices.set_prices(merchant_id=variant.merchant_id, changes=changes)


@pytest.mark.django_db
def test_prices_are_set_with_their_tiers_and_a_repeat_changes_nothing():
    variant = make_variant(wholesale="60.00")
    wanted = change(variant, tiers=((10, 5500), (50, 5000)), least_retail_minor=9900)

    first, again = set_(variant, wanted), set_(variant, wanted)

    variant.refresh_from_db()
    assert (first.changed, again.changed) == ([variant.pk], [])
    assert again.overtaken == {}
    assert variant.least_retail_minor == 9900
    assert prices.prices_of(variant) == wanted.wanted


@pytest.mark.django_db
def test_one_price_that_cannot_be_saves_none():
    merchant = make_merchant()
    good, bad = (make_variant(merchant=merchant) for _ in range(2))

    with pytest.raises(prices.WrongPrices):
        set_(good, change(good, wholesale_minor=1), change(bad, wholesale_minor=0))

    good.refresh_from_db()
    assert good.wholesale_minor == 6000


@pytest.mark.django_db
def test_the_prices_of_others_are_passed_over():
    mine, theirs = make_variant(), make_variant()

    outcome = set_(mine, change(theirs, wholesale_minor=1))

    theirs.refresh_from_db()
    assert (outcome.changed, theirs.wholesale_minor) == ([], 6000)


@pytest.mark.django_db
def test_a_later_save_leaves_alone_what_its_author_never_saw():
    merchant = make_merchant()
    one, two = (make_variant(merchant=merchant) for _ in range(2))
    seen = prices.prices_of(one)
    set_(one, change(one, wholesale_minor=7000))
    one.refresh_from_db()

    outcome = set_(
        one,
        change(one, seen=seen, wholesale_minor=5000),
        change(two, wholesale_minor=5000),
    )

    one.refresh_from_db()
    two.refresh_from_db()
    assert outcome.changed == [two.pk]
    assert outcome.overtaken == {one.pk: Prices(wholesale_minor=7000)}
    assert (one.wholesale_minor, two.wholesale_minor) == (7000, 5000)


@pytest.mark.django_db
def test_who_changed_nothing_overwrites_nothing_and_hears_nothing():
    variant = make_variant()
    seen = prices.prices_of(variant)
    set_(variant, change(variant, wholesale_minor=7000))

    outcome = set_(variant, Change(variant_id=variant.pk, seen=seen.mark, wanted=seen))

    variant.refresh_from_db()
    assert (outcome.changed, outcome.overtaken) == ([], {})
    assert variant.wholesale_minor == 7000


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told():
    variant = make_variant()
    together, outcomes = Barrier(2), []
    wishes = [
        change(variant, wholesale_minor=fen, tiers=((10, fen - 1), (20, fen - 2)))
        for fen in (7000, 8000)
    ]

    def save(wish):
        together.wait()
        try:
            outcomes.append(set_(variant, wish))
        finally:
            connection.close()

    threads = [Thread(target=save, args=[wish]) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(outcome.changed) for outcome in outcomes) == [0, 1]
    assert sorted(len(outcome.overtaken) for outcome in outcomes) == [0, 1]
    assert PriceTier.objects.count() == 2
    assert prices.prices_of(Variant.objects.get()) in [w.wanted for w in wishes]

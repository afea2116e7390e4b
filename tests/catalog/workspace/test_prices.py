"""The page of prices: several pieces at once, nothing lost."""

import pytest

from catalog.models import PriceTier, Variant
from catalog.products import prices
from tests.make import make_client, make_member, make_variant

pytestmark = pytest.mark.django_db


def typed(variant, **changes):
    """What the page would send of a variant, with some of it typed anew."""
    stands = prices.prices_of(variant)
    said = {
        "seen": stands.mark,
        "wholesale_minor": f"{stands.wholesale.amount}",
        "min_quantity": stands.min_quantity,
        "suggested_retail_minor": "",
        "least_retail_minor": "",
    } | changes
    return {f"v{variant.pk}-{name}": value for name, value in said.items()}


@pytest.fixture
def stall():
    member = make_member()
    variants = [make_variant(merchant=member.merchant) for _ in range(2)]
    client, address = make_client(member.user), f"/stall/{member.merchant_id}/prices/"

    def send(*rows):
        sent = {"variant": [variant.pk for variant in variants]}
        for row in rows:
            sent |= row
        return client.post(address, sent)

    return variants, send


def test_several_prices_are_saved_together(stall):
    (one, two), send = stall

    answer = send(
        typed(one, wholesale_minor="55.5", least_retail_minor="￥９９．００"),
        typed(two, many_0="40", each_0="45.25", many_2="10", each_2="50"),
    )

    one.refresh_from_db()
    assert answer.status_code == 302
    assert (one.wholesale_minor, one.least_retail_minor) == (5550, 9900)
    tiers = PriceTier.objects.filter(variant=two).order_by("from_quantity")
    assert list(tiers.values_list("from_quantity", "wholesale_minor")) == [
        (10, 5000),
        (40, 4525),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wholesale_minor": "0"}, "greater than or equal to 0.01"),
        ({"wholesale_minor": "12.345"}, "no more than 2 decimal places"),
        ({"wholesale_minor": "cheap"}, "Enter a number"),
        ({"least_retail_minor": "59.99"}, "cannot be below the wholesale price"),
        ({"many_0": "10", "each_0": "60"}, "must cost less each"),
        ({"many_1": "10", "each_1": ""}, "Fill in both, or neither."),
        (
            {"many_0": "10", "each_0": "55", "many_1": "10", "each_1": "50"},
            "begins with more pieces",
        ),
    ],
)
def test_one_mistake_saves_nothing_and_loses_nothing(stall, changes, words):
    (one, two), send = stall

    answer = send(typed(one, wholesale_minor="71.25"), typed(two, **changes))

    page = answer.content.decode()
    one.refresh_from_db()
    assert answer.status_code == 422
    assert words in page
    assert 'value="71.25"' in page
    assert all(f'value="{text}"' in page for text in changes.values() if text)
    assert one.wholesale_minor == 6000
    assert not PriceTier.objects.exists()


def test_a_mistake_stands_at_the_tier_it_is_in_wherever_that_was_typed(stall):
    (one, _), send = stall

    answer = send(typed(one, many_0="40", each_0="58", many_1="10", each_1="55"))

    form = next(x for x in answer.context["wrong"] if x.variant == one)
    assert list(form.errors) == ["each_0"]


def test_who_was_overtaken_sees_both_and_may_save_again(stall):
    (one, two), send = stall
    mine = typed(one, wholesale_minor="50.00")
    Variant.objects.filter(pk=one.pk).update(wholesale_minor=7700)

    answer = send(mine, typed(two, wholesale_minor="40.00"))

    page = answer.content.decode()
    one.refresh_from_db()
    two.refresh_from_db()
    assert answer.status_code == 409
    assert "¥77.00" in page
    assert 'value="50.00"' in page
    assert (one.wholesale_minor, two.wholesale_minor) == (7700, 4000)

    mark = prices.prices_of(one).mark
    assert mark in page
    send(typed(one, wholesale_minor="50.00", seen=mark), typed(two))
    one.refresh_from_db()
    assert one.wholesale_minor == 5000


def test_tiers_typed_while_somebody_took_theirs_away_are_kept(stall):
    (one, two), send = stall
    sent = typed(one)
    for i, (many, each) in enumerate([(5, 55), (10, 50), (20, 45), (40, 40)]):
        sent |= {f"v{one.pk}-many_{i}": many, f"v{one.pk}-each_{i}": each}

    send(sent, typed(two))

    assert PriceTier.objects.filter(variant=one).count() == 4


def test_the_prices_of_others_cannot_be_sent(stall):
    _variants, send = stall
    foreign = make_variant()

    send(typed(foreign, wholesale_minor="1"), {"variant": [foreign.pk]})

    foreign.refresh_from_db()
    assert foreign.wholesale_minor == 6000

"""What a claim costs: the price she saw, a deal's within its cap, or no claim."""

import uuid
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Hold, StockLevel
from livestream.deals import services as livestream
from livestream.models import RoomEvent
from orders.checkout import claiming, deals, pieces, price_list, truths
from orders.checkout.models import Claim
from tests.catalog.test_stock import in_threads
from tests.make import make_deal, make_listing, make_variant

PRICES = st.integers(1, 50)


def claim(listing, **wanted):
    return claiming.claim(
        session_id=listing.session_id,
        listing_id=listing.pk,
        bag=wanted.pop("bag", None) or uuid.uuid4(),
        **wanted,
    )


def leaves_no_trace(listing):
    listing.refresh_from_db()
    made = listing.claims_made
    return (
        Claim.objects.count() == Hold.objects.count() == made
        and RoomEvent.objects.filter(kind="claim").count() == made
    )


@given(
    normal=PRICES,
    deal=st.none() | PRICES,
    seen=st.none() | PRICES,
    left=st.integers(0, 3),
    own_left=st.integers(0, 3),
    quantity=st.integers(1, 3),
)
def test_nobody_ever_pays_more_than_she_saw_or_a_deals_price_beyond_its_limits(
    normal, deal, seen, left, own_left, quantity
):
    has_deal = deal is not None and deal < normal
    offer = SimpleNamespace(
        retail_minor=normal,
        wholesale_minor=7,
        currency="USD",
        deal_id=1 if has_deal else None,
        deal_minor=deal,
        deal_wholesale_minor=5,
        deal_cap=10,
        deal_taken=10 - left,
        deal_per_person=10,
        deal_own=10 - own_left,
    )
    try:
        agreed = deals.agree(offer, quantity, seen)
    except deals.PriceChanged as refusal:
        assert refusal.details["price_minor"] > seen
    except (deals.DealTaken, deals.DealLimit) as refusal:
        assert has_deal and quantity > min(left, own_left)
        assert refusal.details["price_minor"] == normal
        assert seen is None or seen < normal
    else:
        assert seen is None or agreed.price_minor <= seen
        if agreed.deal_id:
            assert (agreed.price_minor, agreed.wholesale_minor) == (deal, 5)
            assert quantity <= min(left, own_left)
        else:
            assert (agreed.price_minor, agreed.wholesale_minor) == (normal, 7)
            assert not has_deal or seen is not None


@pytest.mark.django_db
def test_claims_in_a_deal_cost_its_price_and_those_before_and_after_the_normal_one(
    time_machine,
):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    listing = make_listing(retail="30.00")
    before = claim(listing)
    deal = make_deal(listing=listing, price="24.00", lasts=timedelta(minutes=1))

    within = claim(listing, price_minor=3000)
    time_machine.move_to(now + timedelta(minutes=1), tick=False)
    after = claim(listing)

    assert [one.price_minor for one in (before, within, after)] == [3000, 2400, 3000]
    assert (within.deal_id, within.wholesale_minor) == (deal.pk, deal.wholesale_minor)
    with pytest.raises(deals.PriceChanged) as refused:
        claim(listing, price_minor=2400)
    assert refused.value.details["price_minor"] == 3000
    assert leaves_no_trace(listing)


@pytest.mark.django_db
def test_a_price_that_rose_is_refused_and_one_that_fell_is_taken():
    listing = make_listing(retail="30.00")

    with pytest.raises(deals.PriceChanged):
        claim(listing, price_minor=2999)

    assert leaves_no_trace(listing)
    assert claim(listing, price_minor=3500).price_minor == 3000


@pytest.mark.django_db
def test_who_has_hers_of_a_deal_is_told_the_normal_price_and_may_take_it():
    listing = make_listing(retail="30.00")
    make_deal(listing=listing, price="24.00", per_person=1)
    bag = uuid.uuid4()
    first = claim(listing, bag=bag)

    with pytest.raises(deals.DealLimit) as no:
        claim(listing, bag=bag)
    assert no.value.details["price_minor"] == 3000
    assert leaves_no_trace(listing)
    assert claim(listing, bag=bag, price_minor=3000).price_minor == 3000

    claiming.drop(bag=bag, claim_id=first.pk)
    assert claim(listing, bag=bag).price_minor == 2400


@pytest.mark.django_db
def test_what_ran_out_in_a_deal_is_free_in_it_again():
    listing = make_listing(retail="30.00")
    make_deal(listing=listing, price="24.00", cap=1)
    claim(listing)
    with pytest.raises(deals.DealTaken) as no:
        claim(listing)
    assert no.value.details["price_minor"] == 3000

    Hold.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert claim(listing).price_minor == 2400
    assert list(truths.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_a_rush_takes_no_more_of_a_deal_than_its_cap_and_each_person_her_limit():
    listing = make_listing(variant=make_variant(on_hand=40), retail="30.00")
    make_deal(listing=listing, price="24.00", cap=7, per_person=2)
    bags = [uuid.uuid4() for _ in range(4)]

    results = in_threads(20, lambda i: claim(listing, bag=bags[i % 4]))

    kinds = Counter(type(one) for one in results)
    assert set(kinds) <= {Claim, deals.DealTaken, deals.DealLimit}
    assert kinds[Claim] == 7
    assert max(Counter(Claim.objects.values_list("bag", flat=True)).values()) == 2
    assert set(Claim.objects.values_list("price_minor", flat=True)) == {2400}
    assert leaves_no_trace(listing)
    assert StockLevel.objects.get(pk=listing.variant_id).reserved == 7


@pytest.mark.django_db(transaction=True)
def test_a_deal_that_ends_while_many_claim_leaves_each_at_one_of_two_prices():
    listing = make_listing(variant=make_variant(on_hand=40), retail="30.00")
    make_deal(listing=listing, price="24.00", cap=40, per_person=40)

    def act(i):
        if i:
            return claim(listing)
        return livestream.end(
            host=listing.session.host,
            session_id=listing.session_id,
            listing_id=listing.pk,
        )

    assert not [one for one in in_threads(9, act) if isinstance(one, Exception)]
    for one in Claim.objects.all():
        assert one.price_minor == (2400 if one.deal_id else 3000)
    assert claim(listing).price_minor == 3000


@pytest.mark.django_db
def test_the_room_hears_when_the_last_of_a_deal_is_claimed_and_shows_it_no_more():
    listing = make_listing(retail="30.00", variant=make_variant(on_hand=9))
    make_deal(listing=listing, price="24.00", cap=2)
    over = RoomEvent.objects.filter(kind="deal_over")

    claim(listing)
    assert not over.exists()
    assert listing.pk in price_list.running_in(listing.session)
    last = claim(listing)

    assert over.get().payload == {"listing": listing.pk}
    assert price_list.running_in(listing.session) == {}
    (seen_at_desk,) = pieces.at_the_desk(listing.session, [listing])
    assert seen_at_desk.taken == 2
    claiming.drop(bag=last.bag, claim_id=last.pk)
    assert listing.pk in price_list.running_in(listing.session)

"""A flash deal: what a host may start, and what the room hears of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from donghai.money import Money
from livestream.deals import services as deals
from livestream.models import Deal, RoomEvent
from livestream.sessions import linking, services
from tests.make import make_deal, make_listing, make_variant

pytestmark = pytest.mark.django_db


def test_a_deal_knows_her_share_and_the_room_hears_of_it():
    listing = make_listing(variant=make_variant(wholesale="60.00"), retail="30.00")

    deal = make_deal(listing=listing, price="24.00", cap=3)

    shares = linking.preview_shares(
        session=listing.session, variant=listing.variant, retail=Money.of("24", "USD")
    )
    assert deal.host_share == shares.host
    assert deal.host_share < listing.host_share
    heard = RoomEvent.objects.get(kind="deal").payload
    assert (heard["price_minor"], heard["cap"], heard["per_person"]) == (2400, 3, 1)
    assert heard["ends_at"] == deal.ends_at.isoformat()
    assert deals.of_session(listing.session_id) == {listing.pk: deal}


@pytest.mark.parametrize(
    ("refusal", "terms"),
    [
        (deals.NotADeal, {"price": "30.00"}),
        (linking.RetailTooLow, {"price": "1.00"}),
        (deals.OddDeal, {"lasts": timedelta(seconds=29)}),
        (deals.OddDeal, {"lasts": timedelta(minutes=20, seconds=1)}),
        (deals.OddDeal, {"cap": 0}),
        (deals.OddDeal, {"per_person": 0}),
        (deals.OddDeal, {"cap": 10_000}),
    ],
)
def test_a_deal_that_makes_no_sense_is_refused(refusal, terms):
    listing = make_listing(retail="30.00")
    before = RoomEvent.objects.count()

    with pytest.raises(refusal):
        make_deal(listing=listing, **terms)

    assert not Deal.objects.exists()
    assert RoomEvent.objects.count() == before


def test_a_piece_has_one_deal_at_a_time_and_another_once_that_is_over(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    listing = make_listing()
    first = make_deal(listing=listing, lasts=timedelta(minutes=1))
    with pytest.raises(deals.DealRunning):
        make_deal(listing=listing)
    copy = Deal.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)

    time_machine.move_to(now + timedelta(minutes=1), tick=False)
    second = make_deal(listing=listing)

    first.refresh_from_db()
    assert first.ended_at == first.ends_at
    assert deals.of_session(listing.session_id) == {listing.pk: second}


def test_a_deal_is_ended_early_once_and_by_its_host_alone():
    listing = make_listing()
    make_deal(listing=listing)
    own = {"session_id": listing.session_id, "listing_id": listing.pk}

    with pytest.raises(services.NotYourSession):
        deals.end(host=make_listing().session.host, **own)
    assert deals.of_session(listing.session_id)
    for _ in range(2):
        deals.end(host=listing.session.host, **own)

    assert deals.of_session(listing.session_id) == {}
    assert RoomEvent.objects.filter(kind="deal_over").count() == 1


def test_no_deal_runs_in_a_room_that_is_closed():
    listing = make_listing()
    make_deal(listing=listing)

    services.end_session(host=listing.session.host, session_id=listing.session_id)

    assert deals.of_session(listing.session_id) == {}
    with pytest.raises(services.WrongState):
        make_deal(listing=listing)

"""Claims by the server's clock, quotes with rules, orders from a frozen price."""

import time
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from catalog.models import Hold, StockLevel
from catalog.stock import services as catalog
from livestream.models import RoomEvent
from orders.checkout import address, claiming, landed, services
from orders.checkout.bag import token as bag_token
from orders.checkout.models import Claim, Order, Quote, Split
from tests.catalog.test_stock import in_threads
from tests.make import (
    ADDRESSES,
    make_claim,
    make_listing,
    make_order,
    make_session,
    make_variant,
)


@pytest.mark.django_db
def test_claims_get_places_in_order_and_the_room_hears_of_them():
    listing = make_listing(variant=make_variant(on_hand=5))

    first, second = make_claim(listing=listing), make_claim(listing=listing)

    assert (first.place, second.place) == (1, 2)
    heard = RoomEvent.objects.filter(kind="claim").order_by("number")
    assert [event.payload["place"] for event in heard] == [1, 2]
    assert Hold.objects.get(pk=first.hold_id).bag == first.bag


def test_marks_nobody_sees_are_left_out_of_an_address():
    typed = {"name": "Ann \u202eLee", "street": "1\x00 Main", "city": "Austin"}

    found = address.address_from({**typed, "country": "us"})

    assert found == address.Address("Ann Lee", "1 Main", "Austin", "US")
    with pytest.raises(address.IncompleteAddress):
        address.address_from({**typed, "name": " \u202e ", "country": "us"})


@pytest.mark.django_db
def test_a_claim_that_finds_nothing_leaves_no_trace():
    listing = make_listing(variant=make_variant(on_hand=1))
    make_claim(listing=listing)
    before = RoomEvent.objects.count()

    with pytest.raises(catalog.NotEnoughStock):
        make_claim(listing=listing)

    listing.refresh_from_db()
    assert (Claim.objects.count(), Hold.objects.count()) == (1, 1)
    assert (listing.claims_made, RoomEvent.objects.count()) == (1, before)


@pytest.mark.django_db
def test_nothing_is_claimed_in_a_room_that_is_not_on_air():
    session = make_session(on_air=False)
    listing = make_listing(session=session)

    with pytest.raises(claiming.NotOnAir):
        make_claim(listing=listing)

    assert not Hold.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("quantity", [0, -1, 100])
def test_an_odd_number_of_pieces_is_refused(quantity):
    with pytest.raises(claiming.TooMany):
        make_claim(quantity=quantity)


@pytest.mark.django_db(transaction=True)
def test_from_many_rooms_at_once_no_more_is_claimed_than_there_is():
    variant = make_variant(on_hand=10)
    listings = [make_listing(variant=variant) for _ in range(5)]

    results = in_threads(30, lambda i: make_claim(listing=listings[i % 5]))

    assert sum(isinstance(result, Claim) for result in results) == 10
    assert sum(isinstance(r, catalog.NotEnoughStock) for r in results) == 20
    level = StockLevel.objects.get(pk=variant.pk)
    assert (level.on_hand, level.allocated, level.reserved) == (10, 0, 10)
    for listing in listings:
        places = listing.claims.order_by("place").values_list("place", flat=True)
        assert list(places) == list(range(1, len(places) + 1))


@pytest.mark.django_db
def test_a_price_change_is_not_for_claims_already_made():
    listing = make_listing(retail="30.00")
    claim = make_claim(listing=listing)

    make_listing(session=listing.session, variant=listing.variant, retail="45.00")

    claim.refresh_from_db()
    assert claim.price_minor == 3000


@pytest.mark.django_db
def test_a_quote_names_a_rule_on_every_line_and_adds_up():
    claim = make_claim()

    quoted = services.quote(bag=claim.bag, hold_ids=None, country="US")

    assert {line.kind for line in quoted.lines} >= {"GOODS", "FREIGHT", "DUTY"}
    assert all(line.rule for line in quoted.lines)
    assert sum(line.amount_minor for line in quoted.lines) == quoted.quote.total_minor
    assert quoted.lines[0].claim_id == claim.pk


@pytest.mark.django_db
def test_only_what_the_bag_holds_now_is_quoted():
    claim = make_claim()
    with pytest.raises(services.NothingHeld):
        services.quote(bag=uuid.uuid4(), hold_ids=[claim.hold_id], country="US")

    claiming.drop(bag=claim.bag, claim_id=claim.pk)

    with pytest.raises(services.NothingHeld):
        services.quote(bag=claim.bag, hold_ids=None, country="US")
    assert not Quote.objects.exists()


@pytest.mark.django_db
def test_pieces_in_two_currencies_are_paid_apart():
    bag = uuid.uuid4()
    make_claim(bag=bag)
    german = make_listing(session=make_session(country="DE"))
    make_claim(bag=bag, listing=german)

    with pytest.raises(services.MixedCurrencies):
        services.quote(bag=bag, hold_ids=None, country="US")


@pytest.mark.django_db
def test_an_order_takes_its_quote_at_its_word_and_fixes_every_share():
    order = make_order(quantity=2)

    line = order.lines.get()
    shares = {split.party: split.amount_minor for split in line.splits.all()}
    assert order.total_minor == order.quote.total_minor
    assert shares["MERCHANT"] == 2 * line.variant.wholesale_minor
    rate = line.splits.first().rate
    assert sum(shares.values()) == rate.convert(line.total).minor


@pytest.mark.django_db
def test_the_same_quote_makes_the_same_order():
    order = make_order()

    again = services.place_order(
        bag=order.bag,
        quote_id=order.quote_id,
        email="other@example.org",
        address=ADDRESSES["US"],
    )

    assert again.pk == order.pk
    assert (Order.objects.count(), Split.objects.count()) == (1, 3)


@pytest.mark.django_db
def test_a_quote_that_ran_out_or_is_somebody_elses_makes_no_order():
    claim = make_claim()
    quoted = services.quote(bag=claim.bag, hold_ids=None, country="US")
    words = {"email": "a@example.org", "quote_id": quoted.quote.pk}

    with pytest.raises(services.NoSuchQuote):
        services.place_order(bag=uuid.uuid4(), address=ADDRESSES["US"], **words)
    with pytest.raises(address.WrongDestination):
        services.place_order(bag=claim.bag, address=ADDRESSES["DE"], **words)
    Quote.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(services.QuoteRanOut):
        services.place_order(bag=claim.bag, address=ADDRESSES["US"], **words)

    assert not Order.objects.exists()


@pytest.mark.django_db
def test_a_held_piece_that_ran_out_makes_no_order():
    claim = make_claim()
    quoted = services.quote(bag=claim.bag, hold_ids=None, country="US")
    claiming.drop(bag=claim.bag, claim_id=claim.pk)

    with pytest.raises(services.NothingHeld):
        services.place_order(
            bag=claim.bag,
            quote_id=quoted.quote.pk,
            email="a@example.org",
            address=ADDRESSES["US"],
        )

    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_address_where_nothing_is_sent_makes_no_order_whatever_was_quoted():
    listing = make_listing(session=make_session(country="GB"))
    claim = make_claim(listing=listing)
    quoted = services.quote(bag=claim.bag, hold_ids=None, country="GB")
    belfast = replace(ADDRESSES["GB"], postcode="BT1 1AA")

    with pytest.raises(landed.NoRuleForPlace):
        services.place_order(
            bag=claim.bag,
            quote_id=quoted.quote.pk,
            email="a@example.org",
            address=belfast,
        )

    assert not Order.objects.exists()


@pytest.mark.django_db
def test_a_claim_takes_the_fewest_its_merchant_sells_at_once():
    variant = make_variant(on_hand=20)
    variant.min_quantity = 5
    variant.save()
    listing = make_listing(variant=variant)

    with pytest.raises(claiming.TooFew):
        make_claim(listing=listing, quantity=4)
    assert not Claim.objects.exists()

    made = claiming.claim(
        session_id=listing.session_id, listing_id=listing.pk, bag=uuid.uuid4()
    )
    assert made.quantity == 5


@pytest.mark.django_db
def test_a_claim_of_many_pieces_costs_the_merchants_tier():
    variant = make_variant(on_hand=50, wholesale="60.00")
    variant.tiers.create(from_quantity=10, wholesale_minor=5000)
    variant.tiers.create(from_quantity=30, wholesale_minor=4000)
    listing = make_listing(variant=variant)

    for quantity, each in ((9, 6000), (10, 5000), (31, 4000)):
        order = make_order(listing=listing, quantity=quantity)
        (line,) = order.lines.all()
        shares = {one.party: one.amount_minor for one in line.splits.all()}
        assert shares["MERCHANT"] == quantity * each
        rate = line.splits.first().rate
        assert sum(shares.values()) == rate.convert(line.total).minor


@pytest.mark.django_db
def test_a_later_wholesale_price_does_not_reach_back_to_a_claim():
    variant = make_variant(on_hand=5, wholesale="60.00")
    listing = make_listing(variant=variant)
    bag = uuid.uuid4()
    make_claim(listing=listing, bag=bag)
    variant.wholesale_minor = 20000
    variant.save()

    quoted = services.quote(bag=bag, hold_ids=None, country="US")
    order = services.place_order(
        bag=bag, quote_id=quoted.quote.pk, email="a@b.example", address=ADDRESSES["US"]
    )

    (line,) = order.lines.all()
    assert line.splits.get(party="MERCHANT").amount_minor == 6000


@pytest.mark.django_db
def test_a_claim_asked_for_again_with_its_key_is_the_first_one(client):
    listing = make_listing(variant=make_variant(on_hand=5))
    door = f"/api/v1/sessions/{listing.session_id}/claims"
    key = {"Idempotency-Key": str(uuid.uuid4())}

    def ask(listing_id=listing.pk, headers=key):
        said = {"listing": listing_id, "name": "ann"}
        return client.post(door, said, "application/json", headers=headers)

    first = ask()
    client.cookies.clear()  # its answer never arrived
    again, kept_bag = ask(), client.cookies["bag"].value
    other = make_listing(session=listing.session, variant=make_variant(on_hand=5))
    misused, odd = ask(other.pk), ask(headers={"Idempotency-Key": "1"})
    client.cookies.clear()
    make_claim(listing=listing)
    client.cookies["bag"] = bag_token(uuid.uuid4())
    stolen = ask()

    assert again.json() == first.json()
    assert kept_bag == first.json()["bag"]
    assert (misused.status_code, misused.json()["code"]) == (
        422,
        "idempotency_key_reused",
    )
    assert odd.status_code == 400
    assert stolen.json()["code"] == "idempotency_key_reused"
    assert Claim.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_second_tap_at_whatever_moment_never_finds_her_own_piece_sold_out():
    session = make_session()
    for part in range(40):
        variant = make_variant(on_hand=1)
        listing = make_listing(session=session, variant=variant)
        bag, key = uuid.uuid4(), uuid.uuid4()

        def tap(place, later=part / 4000, **asked):  # seconds: as long as a claim takes
            time.sleep(place * later)
            return make_claim(**asked)

        asked = {"listing": listing, "bag": bag, "key": key}
        made = in_threads(2, partial(tap, **asked))

        assert made[0] == made[1], made
    assert Claim.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_two_taps_in_the_same_moment_with_one_key_are_one_claim():
    listing = make_listing(variant=make_variant(on_hand=8))
    bag, key = uuid.uuid4(), uuid.uuid4()

    made = in_threads(6, lambda _: make_claim(listing=listing, bag=bag, key=key).pk)

    assert len(set(made)) == 1
    assert (Claim.objects.count(), Hold.objects.count()) == (1, 1)
    assert StockLevel.objects.get().reserved == 1

"""The line for a held piece: in order, each unit to one, and nobody pushes in."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold, StockLevel, Variant
from catalog.stock import services as catalog
from livestream.models import RoomEvent, Stream
from livestream.sessions import linking
from livestream.sessions import services as livestream
from orders.checkout import claiming, truths, waiting
from orders.checkout.models import Claim
from orders.checkout.tickets import Waiting
from tests.catalog.test_stock import in_threads
from tests.make import make_claim, make_deal, make_listing, make_ticket, make_variant

State = Waiting.State

JSON = "application/json"


def make_held(on_hand=1):
    """A piece whose every unit is held, and the claims that do so."""
    listing = make_listing(variant=make_variant(on_hand=on_hand))
    return listing, [make_claim(listing=listing) for _ in range(on_hand)]


def of(listing):
    return {"session_id": listing.session_id, "listing_id": listing.pk}


def mine(listing, bag):
    return waiting.tickets(session_id=listing.session_id, bag=bag)


def states():
    return list(Waiting.objects.order_by("pk").values_list("state", flat=True))


def give_back(claim):
    assert claiming.drop(bag=claim.bag, claim_id=claim.pk)


@pytest.mark.django_db
def test_what_comes_back_is_offered_in_the_order_of_coming_and_claimed_as_usual():
    listing, (claim,) = make_held()
    first, second = uuid.uuid4(), uuid.uuid4()
    places = [make_ticket(listing=listing, bag=bag).place for bag in (first, second)]
    assert make_ticket(listing=listing, bag=first).place == 1

    give_back(claim)

    (ticket,) = mine(listing, first)
    assert places == [1, 2]
    assert ticket.is_offered
    assert [one.place for one in mine(listing, second)] == [1]
    heard = RoomEvent.objects.get(kind="offer").payload
    assert heard == {"listing": listing.pk, "ticket": ticket.ticket, "name": ""}
    with pytest.raises(catalog.NotEnoughStock):
        make_claim(listing=listing)
    made = make_claim(listing=listing, bag=first)
    assert (made.place, made.price_minor) == (2, 3000)
    assert made.hold.expires_at > timezone.now() + timedelta(minutes=9)
    assert states() == [State.TAKEN, State.WAITING]
    assert list(truths.broken()) == []


@pytest.mark.django_db
def test_who_passes_or_does_not_answer_makes_room_for_the_next(time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    listing, (claim,) = make_held()
    bags = [uuid.uuid4() for _ in range(3)]
    for bag in bags:
        make_ticket(listing=listing, bag=bag)
    give_back(claim)

    waiting.leave(bag=bags[0], **of(listing))
    assert states() == [State.PASSED, State.OFFERED, State.WAITING]

    time_machine.move_to(now + timedelta(minutes=3), tick=False)
    with pytest.raises(waiting.OfferOver):  # no worker was there to take it from her
        make_claim(listing=listing, bag=bags[1])
    assert Claim.objects.count() == 1
    with pytest.raises(catalog.NotEnoughStock):  # a stranger's try moves the line
        make_claim(listing=listing)
    assert states() == [State.PASSED, State.PASSED, State.OFFERED]

    time_machine.move_to(now + timedelta(minutes=6), tick=False)
    assert waiting.move_all() == 1
    assert states() == [State.PASSED, State.PASSED, State.PASSED]
    assert make_claim(listing=listing).place == 2
    assert list(truths.broken()) == []


@pytest.mark.django_db
def test_a_line_is_for_what_is_held_and_not_for_what_is_free_or_sold():
    listing = make_listing(variant=make_variant(on_hand=1))
    with pytest.raises(waiting.ItIsFree):
        make_ticket(listing=listing)
    claim = make_claim(listing=listing)
    catalog.consume(hold_ids=[claim.hold_id])
    with pytest.raises(catalog.NotEnoughStock):
        make_ticket(listing=listing)
    with pytest.raises(waiting.NotInLine):
        waiting.leave(bag=uuid.uuid4(), **of(listing))

    assert not Waiting.objects.exists()
    assert StockLevel.objects.get(pk=listing.variant_id).awaited == 0


@pytest.mark.django_db
def test_nobody_waits_for_what_only_she_holds_and_her_room_says_it_is_hers(client):
    listing = make_listing(variant=make_variant(on_hand=1))
    room = reverse("orders:session", args=[listing.session_id])
    said = {"listing": listing.pk, "name": "ann"}
    client.post(f"/api/v1/sessions/{listing.session_id}/claims", said, JSON)

    refused = client.post(f"/api/v1/sessions/{listing.session_id}/waiting", said, JSON)
    page = client.get(room, {"piece": listing.pk}).content.decode()

    assert refused.json()["code"] == "held_for_you"
    assert not Waiting.objects.exists()
    assert StockLevel.objects.get(pk=listing.variant_id).awaited == 0
    assert "Yours, held for" in page
    assert "It is yours: pay for it in your bag." in page
    others = Client().get(room, {"piece": listing.pk}).content.decode()
    assert '<a class="mine" id="mine" href="/bag/" hidden>' in others


@pytest.mark.django_db
def test_the_line_ends_when_the_piece_is_sold_and_when_the_session_does():
    listing, (claim,) = make_held()
    make_ticket(listing=listing)
    catalog.consume(hold_ids=[claim.hold_id])
    assert waiting.move_all() == 1
    assert states() == [State.OVER]

    listing, (claim,) = make_held()
    elsewhere = make_listing(variant=listing.variant)
    make_ticket(listing=listing)
    livestream.end_session(host=listing.session.host, session_id=listing.session_id)
    give_back(claim)
    assert states() == [State.OVER, State.OVER]
    assert make_claim(listing=elsewhere).place == 1
    assert list(truths.broken()) == []


@pytest.mark.django_db
def test_what_is_more_than_the_line_wants_is_anybodys():
    listing, _claims = make_held(on_hand=2)
    make_ticket(listing=listing)

    catalog.receive(variant_id=listing.variant_id, quantity=2)

    assert make_claim(listing=listing).quantity == 1
    with pytest.raises(catalog.NotEnoughStock):
        make_claim(listing=listing)
    assert states() == [State.OFFERED]


@pytest.mark.django_db
def test_who_wants_several_is_not_passed_over_while_there_may_be_enough_for_her():
    listing, claims = make_held(on_hand=3)
    of_variant = Variant.objects.filter(pk=listing.variant_id)
    several, one = uuid.uuid4(), uuid.uuid4()
    of_variant.update(min_quantity=2)
    make_ticket(listing=listing, bag=several)
    of_variant.update(min_quantity=1)
    make_ticket(listing=listing, bag=one)

    give_back(claims[0])
    catalog.consume(hold_ids=[claims[1].hold_id])
    waiting.move_all()
    assert states() == [State.WAITING, State.WAITING]
    with pytest.raises(catalog.NotEnoughStock):
        make_claim(listing=listing)

    catalog.consume(hold_ids=[claims[2].hold_id])
    assert waiting.move_all() == 1
    assert states() == [State.OVER, State.OFFERED]
    of_variant.update(min_quantity=2)  # her merchant's change of mind comes too late
    made = claiming.claim(bag=one, **of(listing))
    assert (made.quantity, states()[1]) == (1, State.TAKEN)
    with pytest.raises(catalog.NotEnoughStock):  # one is held, she would need two
        make_ticket(listing=listing)
    assert StockLevel.objects.get(pk=listing.variant_id).awaited == 0
    assert list(truths.broken()) == []


@pytest.mark.django_db
def test_who_leaves_the_line_keeps_nothing_from_others():
    listing, (claim,) = make_held()
    bag = uuid.uuid4()
    make_ticket(listing=listing, bag=bag)

    waiting.leave(bag=bag, **of(listing))

    assert StockLevel.objects.get(pk=listing.variant_id).awaited == 0
    give_back(claim)
    assert make_claim(listing=listing).place == 2


@pytest.mark.django_db
def test_a_piece_that_is_waited_for_stays_in_its_session():
    elsewhere, _claims = make_held()
    listing = make_listing(variant=elsewhere.variant)
    make_deal(listing=listing)
    make_ticket(listing=listing)
    own = {"host": listing.session.host, **of(listing)}

    with pytest.raises(linking.StaysLinked):
        linking.unlink(**own)

    assert listing.deals.exists()
    assert states() == [State.WAITING]


@pytest.mark.django_db(transaction=True)
def test_in_a_rush_each_unit_is_offered_to_one_of_the_first_and_no_stranger_gets_one():
    listing, claims = make_held(on_hand=4)
    elsewhere = make_listing(variant=listing.variant)
    bags = [uuid.uuid4() for _ in range(6)]
    for bag in bags:
        make_ticket(listing=listing, bag=bag)

    def act(i):
        if i < 4:
            return give_back(claims[i])
        if i < 8:
            return waiting.move_all()
        if i < 14:
            return make_claim(listing=elsewhere)
        return catalog.expire_holds()

    results = in_threads(16, act)

    refused = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in refused} == {catalog.NotEnoughStock}
    assert len(refused) == 6
    assert states() == [State.OFFERED] * 4 + [State.WAITING] * 2
    assert RoomEvent.objects.filter(kind="offer").count() == 4
    level = StockLevel.objects.get(pk=listing.variant_id)
    assert (level.reserved, level.awaited) == (4, 2)
    assert list(truths.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_joining_leaving_and_claiming_at_once_neither_oversells_nor_forgets_a_unit():
    listing, (claim,) = make_held()
    bags = [uuid.uuid4() for _ in range(4)]

    def act(i):
        if i == 0:
            return give_back(claim)
        if i < 9:
            return make_ticket(listing=listing, bag=bags[i % 4])
        if i < 13:
            return make_claim(listing=listing)
        return waiting.leave(bag=bags[i % 4], **of(listing))

    results = in_threads(17, act)

    allowed = (catalog.NotEnoughStock, waiting.ItIsFree, waiting.NotInLine)
    bad = [
        x for x in results if isinstance(x, Exception) and not isinstance(x, allowed)
    ]
    assert not bad
    waiting.move_all()
    assert Hold.objects.open().count() <= 1
    assert list(truths.broken()) == []
    line = Counter(states())
    level = StockLevel.objects.get(pk=listing.variant_id)
    assert level.awaited == line[State.WAITING]
    assert line[State.WAITING] == 0 or level.reserved == 1


@pytest.mark.django_db
def test_a_replay_has_a_line_too_until_it_is_taken_away():
    listing, (claim,) = make_held()
    session = listing.session
    livestream.end_session(host=session.host, session_id=session.pk)
    with pytest.raises(livestream.WrongState):
        make_ticket(listing=listing)
    left = Stream.objects.create(
        session=session, kind=Stream.Kind.LIVE, ended_at=timezone.now()
    )
    first, second = uuid.uuid4(), uuid.uuid4()
    for bag in (first, second):
        make_ticket(listing=listing, bag=bag)
    assert waiting.move_all() == 0

    give_back(claim)

    assert [ticket.is_offered for ticket in mine(listing, first)] == [True]
    made = make_claim(listing=listing, bag=first)
    assert made.place == 2
    Stream.objects.filter(pk=left.pk).update(removed_at=timezone.now())
    assert waiting.move_all() == 1
    assert states() == [State.TAKEN, State.OVER]
    assert list(truths.broken()) == []

"""A session in numbers, while it runs and afterwards."""

import csv
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from livestream.chat import services as chat
from livestream.models import LiveSession, RoomEvent, ViewerSample
from livestream.room import samples
from livestream.sessions import linking
from livestream.sessions import services as livestream
from orders.checkout import numbers
from orders.checkout.models import Order, OrderLine, Split
from tests.make import (
    make_claim,
    make_client,
    make_host,
    make_listing,
    make_order,
    make_session,
    make_speaker,
    make_variant,
)

pytestmark = pytest.mark.django_db


def pay(order):
    """As a settled payment leaves an order, as far as numbers look."""
    Order.objects.filter(pk=order.pk).update(
        status=Order.Status.PAID, paid_at=timezone.now()
    )


def test_claims_orders_money_and_her_share_add_up_to_what_was_sold():
    session = make_session()
    listing = make_listing(session=session, variant=make_variant(on_hand=9))
    pay(make_order(listing=listing, quantity=2))
    make_order(listing=listing)
    make_claim(listing=listing, quantity=3)

    found = numbers.so_far(session)

    line = OrderLine.objects.get(order__status=Order.Status.PAID)
    share = Split.objects.get(line=line, party=Split.Party.HOST)
    assert (found.claims_made, found.orders_paid) == (3, 1)
    assert (found.paid, found.share) == (line.total, share.amount)
    assert sum(found.takings) == found.paid.minor
    (piece,) = numbers.pieces(session)
    assert (piece.claims, piece.claimed, piece.paid) == (3, 6, 2)
    assert (piece.takings, piece.share) == (line.total, share.amount)


def test_a_piece_was_shown_from_its_pin_until_it_left_or_the_end():
    session = make_session()
    host, start = session.host, timezone.now()
    first, second = (make_listing(session=session) for _ in range(2))
    never = make_listing(session=session)

    def at(seconds):
        return time_machine.travel(start + timedelta(seconds=seconds), tick=False)

    for second_, listing in ((10, first), (70, second), (100, first)):
        with at(second_):
            linking.pin(host=host, session_id=session.pk, listing_id=listing.pk)
    with at(130):
        linking.unpin(host=host, session_id=session.pk, listing_id=first.pk)
    with at(200):
        linking.pin(host=host, session_id=session.pk, listing_id=second.pk)
    with at(220):
        livestream.end_session(host=host, session_id=session.pk)

    session.refresh_from_db()
    shown = {piece.listing.pk: piece for piece in numbers.pieces(session)}
    assert shown[first.pk].shown == timedelta(seconds=120)
    assert shown[first.pk].times_shown == 1
    assert shown[second.pk].shown == timedelta(seconds=150)  # beside it, then alone
    assert shown[never.pk].shown == timedelta()


def test_viewers_over_time_keep_the_most_of_each_part_and_bridge_holes():
    session = make_session()
    begun = session.went_live_at
    for minutes, viewers in ((0, 5), (0.5, 9), (1.2, 4), (3.1, 7)):
        ViewerSample.objects.create(
            session=session, at=begun + timedelta(minutes=minutes), viewers=viewers
        )

    with time_machine.travel(begun + timedelta(minutes=4), tick=False):
        found = numbers.so_far(session)

    assert (found.minutes, found.viewers, found.peak) == (1, [9, 4, 4, 7], 9)


def test_a_long_evening_still_fits_a_small_graph():
    session = make_session()
    with time_machine.travel(session.went_live_at + timedelta(hours=5), tick=False):
        found = numbers.so_far(session)
        assert len(found.viewers) <= numbers.POINTS
        assert found.rows[-1][0] < 300


def test_every_room_on_air_is_counted_and_twice_in_a_moment_is_once():
    rooms = [make_session(), make_session()]
    make_session(on_air=False)

    samples.count()
    samples.count()

    counted = ViewerSample.objects.values_list("session_id", flat=True)
    assert set(counted) == {room.pk for room in rooms}
    assert ViewerSample.objects.count() <= 2 * len(rooms)


def test_the_report_says_the_same_as_a_page_and_as_a_file():
    session = make_session()
    listing = make_listing(session=session, variant=make_variant(on_hand=9))
    pay(make_order(listing=listing, quantity=2))
    for words in ("is it heated?", "so pretty"):
        chat.say(session_id=session.pk, speaker=make_speaker(), text=words)
    host = make_client(session.host.user)

    page = host.get(f"/studio/{session.pk}/report/").content.decode()
    file = host.get(f"/studio/{session.pk}/report.csv")

    rows = list(csv.reader(b"".join(file).decode("utf-8-sig").splitlines()))
    assert rows[1][0] == listing.variant.sku in page
    assert rows[1][5:9] == ["1", "2", "2", "60.00"]
    assert "$60.00" in page
    assert "is it heated?" in page
    assert rows[-1][0] == "is it heated?"
    assert "so pretty" not in page
    assert (
        make_client(make_host().user)
        .get(f"/studio/{session.pk}/report.csv")
        .status_code
        == 404
    )


def test_viewers_are_handed_to_a_room_on_air_and_nowhere_else():
    session, other = make_session(), make_session()
    far = make_session(on_air=False)
    own = make_client(session.host.user)

    for nowhere in (far.pk, session.pk, 10**9):
        own.post(f"/studio/{session.pk}/hand-over/", {"to": nowhere})
    session.refresh_from_db()
    assert session.handed_to is None
    assert not RoomEvent.objects.filter(kind="handover").exists()

    own.post(f"/studio/{session.pk}/hand-over/", {"to": other.pk})
    told = RoomEvent.objects.get(session=session, kind="handover")
    assert told.payload["session"] == other.pk
    assert LiveSession.objects.get(pk=session.pk).handed_to == other

"""The order in which a host shows her pieces, kept by one or two people."""

import pytest

from livestream.models import RoomEvent
from livestream.sessions import linking, services
from livestream.sessions.models import LiveSession
from tests.catalog.test_stock import in_threads
from tests.make import make_client, make_host, make_listing, make_session


def make_sheet(pieces: int = 4) -> tuple[LiveSession, list[int]]:
    session = make_session()
    return session, [make_listing(session=session).pk for _ in range(pieces)]


def order_of(session: LiveSession) -> list[int]:
    rows = session.listings.order_by("position", "pk")
    return list(rows.values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_piece_is_put_before_another_or_last_and_the_room_hears_it_once():
    session, (a, b, c, d) = make_sheet()
    own = {"host": session.host, "session_id": session.pk}

    assert linking.move(**own, listing_id=d, before_id=b) == [a, d, b, c]
    assert linking.move(**own, listing_id=a, before_id=None) == [d, b, c, a]
    assert linking.move(**own, listing_id=b, before_id=b) == [d, b, c, a]
    assert linking.move(**own, listing_id=b, before_id=c) == [d, b, c, a]

    assert order_of(session) == [d, b, c, a]
    told = RoomEvent.objects.filter(kind="order").order_by("number")
    assert [one.payload["listings"] for one in told] == [[a, d, b, c], [d, b, c, a]]


@pytest.mark.django_db
def test_a_move_past_what_is_gone_or_by_another_host_changes_nothing():
    session, (a, b, c, d) = make_sheet()
    own = {"host": session.host, "session_id": session.pk}
    linking.unlink(**own, listing_id=c)

    for listing, before in ((a, c), (c, a), (make_listing().pk, a)):
        with pytest.raises(linking.NotOnTheSheet):
            linking.move(**own, listing_id=listing, before_id=before)
    with pytest.raises(services.NotYourSession):
        linking.move(
            host=make_host(), session_id=session.pk, listing_id=a, before_id=None
        )

    assert order_of(session) == [a, b, d]
    assert not RoomEvent.objects.filter(kind="order").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_order_at_once_each_move_their_own_piece():
    session, pks = make_sheet(8)
    own = {"host": session.host, "session_id": session.pk}
    last, first = pks[0], pks[7]

    def act(i: int) -> list[int]:
        if i % 2:
            return linking.move(**own, listing_id=last, before_id=None)
        return linking.move(**own, listing_id=first, before_id=pks[1])

    results = in_threads(8, act)

    assert all(isinstance(one, list) for one in results)
    assert order_of(session) == [first, *pks[1:7], last]
    positions = session.listings.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 9))


@pytest.mark.django_db
def test_by_plain_buttons_a_piece_goes_one_up_or_down_and_next_goes_by_it():
    session, (a, b, c, d) = make_sheet()
    client = make_client(session.host.user)

    for listing, step in ((c, "up"), (a, "down"), (a, "up"), (a, "up"), (d, "down")):
        address = f"/studio/{session.pk}/pieces/{listing}/move/"
        answer = client.post(address, {"step": step})
        assert answer.url == f"/studio/{session.pk}/desk/"

    assert order_of(session) == [a, c, b, d]
    for wanted in (a, c, b):
        client.post(f"/studio/{session.pk}/next/")
        assert [one.pk for one in session.listings.pinned()] == [wanted]


@pytest.mark.django_db
def test_a_script_is_told_in_words_why_a_move_was_refused():
    session, (a, _b, c, _d) = make_sheet()
    linking.unlink(host=session.host, session_id=session.pk, listing_id=c)
    client = make_client(session.host.user)
    asks = {"headers": {"accept": "application/json"}}

    done = client.post(f"/studio/{session.pk}/pieces/{a}/move/", {"before": ""}, **asks)
    refused = client.post(
        f"/studio/{session.pk}/pieces/{a}/move/", {"before": c}, **asks
    )

    assert (done.status_code, refused.status_code) == (204, 409)
    assert refused.json()["code"] == "not_on_the_sheet"

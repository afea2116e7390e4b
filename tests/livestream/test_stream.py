"""The room's event stream: real web processes and rows, a Redis of our own to break."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from django.db import transaction

from catalog.stock import services as catalog
from donghai.local.places import Places, redis_url
from donghai.local.valkey import Valkey
from livestream.chat import moderation
from livestream.chat import services as chat
from livestream.crew import services as crew
from livestream.events import services as events
from livestream.models import LiveSession, ReactionCount, RoomEvent, RoomLog
from livestream.room import stream
from livestream.room.reactions import store
from livestream.sessions import linking, services
from tests.livestream.lines import Viewer, Web
from tests.make import (
    make_claim,
    make_listing,
    make_session,
    make_speaker,
    make_variant,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Where our own Redis lives."""
    places = Places.of(tmp_path_factory.mktemp("redis"))
    places.logs.mkdir()
    places.sockets.mkdir(mode=0o700, exist_ok=True)
    yield places
    Valkey(places).stop()


@pytest.fixture(scope="module")
def start(places: Places, django_db_setup: None) -> Iterator[Callable[..., Web]]:
    """Start a web process that ends with the module."""
    running: list[Web] = []

    def start_one(module: str = "donghai.local.web", *options: str) -> Web:
        running.append(Web(redis_url(places.folder), module, *options))
        running[-1].wait()
        return running[-1]

    yield start_one
    for web in running:
        if web.process.poll() is None:
            web.stop()


@pytest.fixture(scope="module")
def web(start: Callable[..., Web]) -> Web:
    return start()


@pytest.fixture
def room(places: Places, settings: Any) -> Iterator[int]:
    """A session without events yet, and our own side of its Redis."""
    Valkey(places).start()
    settings.REDIS_URL = redis_url(places.folder)
    for client in (events._client, stream._redis):
        client.cache_clear()
    yield make_session(on_air=False).pk
    for client in (events._client, stream._redis):
        client().close()
        client.cache_clear()


@pytest.fixture
def watch() -> Iterator[Callable[..., Viewer]]:
    """Let somebody watch until the test is over."""
    with ExitStack() as lines:

        def arrive(web: Web, session_id: int, **asked: Any) -> Viewer:
            viewer = Viewer(web)
            lines.callback(viewer.leave)
            viewer.ask(session_id, **asked)
            return viewer

        yield arrive


def say(session_id: int, text: str = "¡Hola! 你好") -> int:
    with transaction.atomic():
        return events.append(session_id, "chat", {"text": text})


def say_unheard(session_id: int) -> bytes:
    """An event whose hint never reaches Redis; returns that hint."""
    with transaction.atomic():
        log = RoomLog.objects.select_for_update().get(session_id=session_id)
        log.last_number += 1
        log.save()
        event = RoomEvent.objects.create(
            session_id=session_id, number=log.last_number, kind="chat", payload={}
        )
    return events.encode(event.number, event.kind, event.payload, event.at)


def test_a_viewer_hears_where_the_room_stands_and_then_what_happens(web, room, watch):
    say(room)
    viewer = watch(web, room)

    assert viewer.answer.getheader("content-type") == "text/event-stream"
    assert viewer.answer.getheader("cache-control") == "no-cache"
    assert viewer.answer.getheader("x-accel-buffering") == "no"
    assert viewer.answer.readline() == b"retry: 1000\n"
    assert viewer.answer.readline() == b"\n"
    assert viewer.next() == {"id": "1", "event": "hello", "data": '{"number":1}'}
    say(room)
    event = viewer.next_of("chat")
    assert (event["number"], event["payload"]) == (2, {"text": "¡Hola! 你好"})


def test_reading_from_the_beginning_and_resuming_leave_no_gap(web, room, watch):
    for _ in range(20):
        say(room)
    first = watch(web, room, after=0)
    assert first.numbers(until=20) == list(range(1, 21))
    first.leave()
    for _ in range(300):
        say(room)

    again = watch(web, room, after=0, last_event_id=20)
    say(room)

    assert again.numbers(until=321) == list(range(21, 322))


def test_what_a_viewer_has_is_not_repeated_when_it_still_waits_to_be_written(
    web, room, watch
):
    watch(web, room, after=0)
    for _ in range(5):
        say(room)  # written at once
        number = say(room)  # waits for the tick, but the viewer has it from elsewhere
        viewer = watch(web, room, last_event_id=number)
        number = say(room)
        assert viewer.numbers(until=number) == [number]


def test_what_redis_brings_and_what_the_log_has_look_alike(web, room, watch):
    live = watch(web, room, after=0)
    say(room)
    said = live.next_of("chat")
    # a second process would know it from the log only
    later = watch(web, room, after=0)

    assert later.next_of("chat") == said


def test_a_gap_is_filled_from_the_log_in_order(web, room, watch):
    viewer = watch(web, room, after=0)
    say(room)
    for _ in range(3):
        say_unheard(room)
    say(room)

    assert viewer.numbers(until=5) == [1, 2, 3, 4, 5]


def test_hints_in_the_wrong_order_and_doubled_are_delivered_once_in_order(
    web, room, watch
):
    viewer = watch(web, room, after=0)
    hints = [say_unheard(room) for _ in range(10)]
    for hint in [*reversed(hints), *hints]:
        events.publish(room, hint)

    assert viewer.numbers(until=10) == list(range(1, 11))
    say(room)
    assert viewer.numbers(until=11) == [11]


def test_what_redis_lost_comes_from_the_log_soon(web, room, watch):
    viewer = watch(web, room, after=0)
    say_unheard(room)

    assert viewer.numbers(until=1) == [1]


def test_flushing_redis_loses_nothing(web, room, watch):
    viewer = watch(web, room, after=0)
    for number in range(1, 31):
        say(room)
        if number % 10 == 0:
            events._client().flushall()

    assert viewer.numbers(until=30) == list(range(1, 31))


def test_the_room_goes_on_without_redis_and_speeds_up_when_it_is_back(
    web, room, places, watch
):
    viewer = watch(web, room, after=0)
    say(room)
    Valkey(places).stop()
    for _ in range(5):
        say_unheard(room)
    assert viewer.numbers(until=6) == [1, 2, 3, 4, 5, 6]
    newcomer = watch(web, room, after=2)
    assert newcomer.numbers(until=6) == [3, 4, 5, 6]

    Valkey(places).start()
    deadline = time.monotonic() + 60
    number, took = 6, 1.0
    while took > 0.3 and time.monotonic() < deadline:
        number, started = say(room), time.monotonic()
        assert viewer.numbers(until=number) == [number]
        took = time.monotonic() - started
        time.sleep(0.15)
    assert took < 0.3
    assert newcomer.numbers(until=number) == list(range(7, number + 1))


def test_a_slow_viewer_is_cut_off_and_resumes_while_the_others_get_all(
    web, room, watch
):
    fast = watch(web, room, after=0)
    slow = watch(web, room, after=0)
    seen = []
    for _ in range(40):
        for _ in range(10):
            number = say(room, "x" * 20_000)
        seen += fast.numbers(until=number)
    assert seen == list(range(1, 401))

    received = []
    with pytest.raises((EOFError, ConnectionError, http.client.IncompleteRead)):
        while True:
            received += slow.numbers(until=len(received) + 1)
    assert 0 < len(received) < 400
    again = watch(web, room, last_event_id=received[-1])
    assert received + again.numbers(until=400) == list(range(1, 401))


def test_a_number_the_log_never_reached_starts_over_with_hello(web, room, watch):
    say(room)
    viewer = watch(web, room, after=77)

    assert viewer.next_of("hello") == {"number": 1}
    say(room)
    assert viewer.numbers(until=2) == [2]


def test_a_passing_message_reaches_everybody_and_is_not_kept(web, room, watch):
    viewer = watch(web, room, after=0)
    say(room)
    assert viewer.numbers(until=1) == [1]
    events.publish(room, b'{"kind":"reactions","payload":{"hearts":3}}')

    assert viewer.next_of("reactions")["payload"] == {"hearts": 3}
    assert RoomEvent.objects.count() == 1


@pytest.mark.parametrize("state", ["ENDED", "CANCELLED"])
def test_a_session_that_is_over_still_serves_its_log(web, room, watch, state):
    say(room)
    LiveSession.objects.filter(pk=room).update(state=state)

    assert watch(web, room, after=0).numbers(until=1) == [1]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 404, "not_found"),
        ({"method": "POST"}, 405, "method_not_allowed"),
        ({"after": "x"}, 400, "number_unreadable"),
        ({"last_event_id": "-1"}, 400, "number_unreadable"),
    ],
)
def test_what_cannot_be_served_is_a_problem_document(
    web, room, watch, asked, status, code
):
    answer = watch(web, room + 1000, **asked).answer

    assert answer.status == status
    assert answer.getheader("content-type") == "application/problem+json"
    assert json.load(answer)["code"] == code


def test_viewers_are_counted_over_all_processes(web, start, room, watch):
    first, second = watch(web, room, after=0), watch(web, room, after=0)
    watch(web, room, after="0&crew=1")  # who sells is no viewer
    assert first.next_of("viewers") == {"viewers": 2}
    other_process = start()
    third = watch(other_process, room, after=0)
    assert third.next_of("viewers") == {"viewers": 3}
    assert first.next_of("viewers") == {"viewers": 3}
    assert stream.viewers(room) == 3

    second.leave()
    assert first.next_of("viewers") == {"viewers": 2}
    other_process.stop()
    assert first.next_of("viewers") == {"viewers": 1}
    assert stream.viewers(room) == 1


def test_without_uvicorns_usual_protocol_the_stream_is_the_same(start, room, watch):
    web = start("uvicorn", "donghai.asgi:application", "--http=h11", "--fd")
    viewer = watch(web, room, after=0)
    for _ in range(30):
        say(room)

    assert viewer.numbers(until=30) == list(range(1, 31))
    web.stop()
    assert b"chat" not in viewer.answer.read()


def test_a_process_told_to_stop_ends_its_streams_at_once(start, room, watch):
    web = start()
    viewers = [watch(web, room, after=0) for _ in range(20)]
    say(room)
    for viewer in viewers:
        viewer.numbers(until=1)

    assert web.stop() < 10  # under 1 s on a machine that has nothing else to do
    for viewer in viewers:
        # a stream that was cut instead of ended raises IncompleteRead here
        assert b"chat" not in viewer.answer.read()


def tap(web: Web, session_id: int, body: Any, cookie: str = "") -> Any:
    with closing(http.client.HTTPConnection("127.0.0.1", web.port)) as line:
        headers = {"Cookie": cookie} if cookie else {}
        path = f"/api/v1/sessions/{session_id}/reactions"
        line.request("POST", path, json.dumps(body), headers)
        return line.getresponse()


def test_a_deleted_line_is_not_read_again_by_who_resumes(web, room, watch):
    LiveSession.objects.filter(pk=room).update(state=LiveSession.State.ON_AIR)
    session = LiveSession.objects.select_related("host").get(pk=room)
    host = crew.seat_of(room, session.host.user_id)
    viewer = watch(web, room)
    line = chat.say(session_id=room, speaker=make_speaker(), text="buy from me")
    assert viewer.next_of("chat")["payload"]["text"] == "buy from me"

    moderation.delete(seat=host, line_id=line.pk)

    gone = {"line": line.number, "numbers": [line.number]}
    assert viewer.next_of("deleted")["payload"] == gone
    for resumed in (watch(web, room, after=0), watch(web, room, after=line.number - 1)):
        assert resumed.next_of("chat")["payload"] == {"deleted": True}


def test_taps_are_counted_and_told_together_and_only_so_many_of_one_viewer(
    web, room, watch
):
    assert tap(web, room, {"kind": "heart"}).status == 409  # not on air
    session = make_session()
    viewer = watch(web, session.pk)
    first = tap(web, session.pk, {"kind": "wow", "count": 2})
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    for body in ({"kind": "boo"}, {"kind": "wow", "count": 11}, [], "x" * 300):
        assert tap(web, session.pk, body).status == 400
    answers = [
        tap(web, session.pk, {"kind": "heart", "count": 10}, cookie) for _ in range(6)
    ]

    assert {answer.status for answer in (first, *answers)} == {204}
    assert "HttpOnly" in first.headers["Set-Cookie"]
    assert {answer.headers["Set-Cookie"] for answer in answers} == {None}
    told: Counter[str] = Counter()
    while told["heart"] < 20:
        told += Counter(viewer.next_of("reactions")["payload"])
    assert told["wow"] == 2
    assert told["heart"] <= 25  # a burst of twenty, and what time gave back
    assert not RoomEvent.objects.filter(kind="reactions").exists()


def test_totals_of_reactions_are_added_up_and_nothing_is_kept_for_no_session():
    session = make_session(on_air=False)

    for count in (2, 3):
        store({(session.pk, "heart"): count, (session.pk + 1, "heart"): 1})

    (kept,) = ReactionCount.objects.all()
    assert (kept.session, kept.kind, kept.count) == (session, "heart", 5)


def test_the_room_hears_at_once_of_what_is_sold_anywhere_and_when_it_may_come_back(
    places, web, room, watch
):
    session = LiveSession.objects.get(pk=room)
    services.go_live(host=session.host, session_id=room)
    listing = make_listing(session=session, variant=make_variant(on_hand=2))
    linking.pin(host=session.host, session_id=room, listing_id=listing.pk)
    early = watch(web, room)
    early.next_of("stock")

    elsewhere = make_claim(listing=make_listing(variant=listing.variant))
    told = early.next_of("stock")
    late = watch(web, room).next_of("stock")

    (piece,) = told["pieces"]
    assert late["pieces"] == [piece]
    assert (piece["listing"], piece["left"], piece["held"]) == (listing.pk, 1, 1)
    assert piece["back_at"] == elsewhere.hold.expires_at.isoformat()
    assert told["now"] < piece["back_at"]
    catalog.release(hold_ids=[elsewhere.hold_id])
    (piece,) = early.next_of("stock")["pieces"]
    assert (piece["left"], piece["held"], piece["back_at"]) == (2, 0, None)

import json
import threading
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from livestream.models import RoomEvent
from livestream.sessions import services as livestream
from livestream.video import boxes, folders, ingest, streams, tokens
from livestream.video.models import Fragment, Stream
from tests.livestream.video.recorded import recorded
from tests.make import make_client, make_session

HEADER, FRAGMENTS = recorded()
TRACKS = {track.number: track for track in boxes.read_init(HEADER)}


class Camera:
    """A device with the right to send, as its page sends."""

    def __init__(self, session, *, take_over=True):
        self.session = session
        self.client = make_client(session.host.user)
        self.answer = self.ask(take_over=take_over)

    def ask(self, *, token="", take_over=False):
        said = {"token": token} | ({"take_over": "1"} if take_over else {})
        answer = self.client.post(f"/studio/{self.session.pk}/camera/", said)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def put(self, what, body, *, part=0, token=None):
        answer = self.client.put(
            f"{self.answer['to']}{part}/{what}",
            body,
            content_type="video/mp4",
            headers={"Authorization": f"Bearer {token or self.answer['token']}"},
        )
        return answer.status_code, answer.json()

    def send(self, count=None, *, part=0):
        assert self.put("init", HEADER, part=part)[0] == 200
        for number, content in enumerate(FRAGMENTS[:count]):
            assert self.put(number, content, part=part)[0] == 200

    def playlist(self, name="live.m3u8"):
        stream = Stream.objects.get(session=self.session, kind=Stream.Kind.LIVE)
        return (folders.folder(stream.secret) / name).read_text().splitlines()


@pytest.fixture
def camera(db):
    return Camera(make_session())


def shots(playlist):
    return [line for line in playlist if not line.startswith("#")]


def test_what_a_camera_sends_is_what_viewers_find_in_order(camera):
    camera.send()

    lines = camera.playlist()
    assert shots(lines) == [f"0/{n}.m4s" for n in range(len(FRAGMENTS))]
    assert "#EXT-X-TARGETDURATION:1" in lines
    assert lines.count('#EXT-X-MAP:URI="0/init.mp4"') == 1
    stream = Stream.objects.get()
    stored = folders.folder(stream.secret) / "0"
    assert (stored / "init.mp4").read_bytes() == HEADER
    assert [(stored / f"{n}.m4s").read_bytes() for n in range(6)] == FRAGMENTS
    assert stream.bytes == sum(map(len, FRAGMENTS))


def test_a_length_is_what_the_next_fragment_shows_it_to_be(camera):
    camera.send(3)

    filmed = list(Fragment.objects.order_by("number").values_list("filmed", flat=True))
    said = [float(x[8:-1]) for x in camera.playlist() if x.startswith("#EXTINF")]
    assert said[:2] == pytest.approx([b - a for a, b in pairwise(filmed)], abs=1e-5)
    entries = streams.recording(Stream.objects.get())
    assert [entry.seconds for entry in entries] == pytest.approx(said, abs=1e-5)


def test_a_fragment_sent_twice_is_there_once(camera):
    camera.send(2)
    before = camera.playlist()

    assert camera.put(1, FRAGMENTS[1]) == (200, {"next": 2, "again": True})
    assert camera.put("init", HEADER) == (200, {"next": 2, "again": True})
    assert camera.playlist() == before
    assert Fragment.objects.count() == 2


def damaged():
    """Uploads that are not what a recorder makes, and why."""
    whole = FRAGMENTS[1]
    return {
        "truncated": whole[:-1],
        "only its head": whole[:300],
        "nothing": b"",
        "a page": b"<!doctype html><title>Log in</title>",
        "garbage": bytes(range(256)) * 20,
        "two at once": whole + FRAGMENTS[2],
        "a header again": HEADER,
        "endless boxes": b"\0\0\0\x08free" * 300,
        "a size of none": b"\0\0\0\0moof" + whole[8:],
        "data that nobody named": whole[:-4] + b"\0\0\0\x0cfree1234",
    }


@pytest.mark.parametrize("what", damaged())
def test_an_upload_that_is_no_video_is_refused_and_leaves_no_trace(camera, what):
    camera.send(1)
    before = camera.playlist(), files()

    status, problem = camera.put(1, damaged()[what])

    assert (status, problem["code"]) == (422, "unreadable_video")
    assert (camera.playlist(), files()) == before
    assert camera.put(1, FRAGMENTS[1])[0] == 200


def files():
    """What lies in the folders of this test's streams."""
    folder = [folders.folder(stream.secret) for stream in Stream.objects.all()]
    return sorted(str(x) for each in folder for x in each.rglob("*") if x.is_file())


@given(st.data())
def test_no_bytes_whatever_make_the_reader_stumble(data):
    whole = bytearray(data.draw(st.sampled_from([HEADER, *FRAGMENTS])))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, min(len(whole) - 1, 1300)))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for read in (
        lambda: boxes.read_init(bytes(whole[:cut])),
        lambda: boxes.read_fragment(bytes(whole), TRACKS),
    ):
        with suppress(boxes.NotVideo):
            read()


def test_each_mistake_has_its_answer(camera):
    assert camera.put(0, FRAGMENTS[0])[1]["code"] == "needs_init"
    camera.send(2)
    status, problem = camera.put(3, FRAGMENTS[3])
    assert (status, problem["code"]) == (409, "fragment_missing")
    assert problem["details"] == {"next": 2}
    other = bytearray(HEADER)
    other[8] ^= 1
    for what, body, code in (
        (2, b"\0" * (ingest.LARGEST + 1), "fragment_too_large"),
        (2, with_time(FRAGMENTS[2], 0), "unreadable_video"),
        (2, with_time(FRAGMENTS[2], 40 * 48_000), "too_fast"),
        ("init", bytes(other), "other_header"),
    ):
        assert camera.put(what, body)[1]["code"] == code
    assert shots(camera.playlist()) == ["0/0.m4s", "0/1.m4s"]


def right_of(camera):
    return tokens.read(camera.answer["token"])


def with_time(fragment, ticks):
    """The same fragment, its times moved to `ticks`."""
    data, place = bytearray(fragment), 0
    while (place := fragment.find(b"tfdt", place + 1)) > 0:
        width = 8 if fragment[place + 4] else 4
        data[place + 8 : place + 8 + width] = ticks.to_bytes(width, "big")
    return bytes(data)


def test_a_camera_turned_round_makes_a_break_that_players_are_told_of(camera):
    camera.send(2)
    camera.send(2, part=1)

    lines = camera.playlist()
    assert shots(lines) == ["0/0.m4s", "0/1.m4s", "1/0.m4s", "1/1.m4s"]
    there = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[there + 1] == '#EXT-X-MAP:URI="1/init.mp4"'
    assert lines[there + 2].startswith("#EXT-X-PROGRAM-DATE-TIME:2")


def test_the_playlist_counts_what_fell_out_of_it(camera):
    for part in range(6):
        camera.send(part=part)

    lines = camera.playlist()
    assert len(shots(lines)) == 24
    assert "#EXT-X-MEDIA-SEQUENCE:12" in lines
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:2" in lines
    assert shots(lines)[0] == "2/0.m4s"


def test_only_the_last_device_sends(camera):
    camera.send(2)
    other = make_client(camera.session.host.user)
    asked = other.post(f"/studio/{camera.session.pk}/camera/")
    assert (asked.status_code, asked.json()["code"]) == (409, "camera_elsewhere")

    taken = Camera(camera.session)

    assert camera.put(2, FRAGMENTS[2])[1]["code"] == "taken_over"
    taken.send(2)
    assert shots(camera.playlist())[-2:] == ["1/0.m4s", "1/1.m4s"]


def test_a_reload_of_the_same_device_goes_on_as_the_publisher_it_was(camera):
    camera.send(1)

    again = camera.ask(token=camera.answer["token"])

    assert tokens.read(again["token"]) == right_of(camera)
    assert camera.put(1, FRAGMENTS[1], token=again["token"])[0] == 200


def test_nobody_but_the_host_may_send(camera, client):
    camera.send(1)
    before = files()
    stranger = make_session().host
    theirs = Camera(stranger.sessions.get())

    assert (
        make_client(stranger.user)
        .post(f"/studio/{camera.session.pk}/camera/")
        .status_code
        == 404
    )
    assert client.post(f"/studio/{camera.session.pk}/camera/").status_code == 302
    assert camera.client.put(f"{camera.answer['to']}{10**20}/init").status_code == 404
    for token in ("x", "", theirs.answer["token"], camera.answer["token"] + "x"):
        assert camera.put(1, FRAGMENTS[1], token=token or "-")[0] == 401
    with time_machine.travel(timezone.now() + timedelta(seconds=tokens.SECONDS + 1)):
        assert camera.put(1, FRAGMENTS[1])[1]["code"] == "token_ran_out"
    assert files() == before


def test_a_rehearsal_is_seen_by_nobody_and_goes_with_its_session(db):
    session = make_session(on_air=False)
    camera = Camera(session)
    camera.send(2)
    assert Stream.objects.get().kind == Stream.Kind.REHEARSAL
    assert not RoomEvent.objects.filter(session=session, kind="video").exists()

    livestream.go_live(host=session.host, session_id=session.pk)
    assert camera.answer["to"] != camera.ask()["to"]
    streams.close(session.pk)

    assert Stream.objects.get(kind=Stream.Kind.REHEARSAL).removed_at
    assert not files_of(Stream.objects.get(kind=Stream.Kind.REHEARSAL))


def files_of(stream):
    return [x for x in files() if stream.secret in x]


def test_the_room_is_told_once_that_there_is_video(camera):
    camera.send(1)
    camera.send(1, part=1)

    told = RoomEvent.objects.filter(session=camera.session, kind="video")
    assert [event.payload["url"] for event in told] == [camera.answer["playlist"]]


def test_the_replay_has_every_fragment_of_every_part(camera):
    for part in range(6):
        camera.send(part=part)
    livestream.end_session(host=camera.session.host, session_id=camera.session.pk)

    replay = streams.close(camera.session.pk)

    assert replay is not None
    lines = camera.playlist("replay.m3u8")
    assert len(shots(lines)) == 36
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert camera.playlist()[-1] == "#EXT-X-ENDLIST"
    assert camera.put(6, FRAGMENTS[0], part=5)[1]["code"] == "stream_ended"


@pytest.mark.django_db(transaction=True)
def test_the_same_fragments_from_many_threads_are_stored_once_each_and_in_order():
    camera = Camera(make_session())
    assert camera.put("init", HEADER)[0] == 200
    right = right_of(camera)

    def send(number):
        try:
            ingest.take(right, 0, number, FRAGMENTS[number])
        except ingest.FragmentMissing:
            return
        finally:
            connection.close()

    while (at := Fragment.objects.count()) < len(FRAGMENTS):
        tried = [min(at + ahead, len(FRAGMENTS) - 1) for ahead in (0, 1, 0, 1)]
        threads = [threading.Thread(target=send, args=(number,)) for number in tried]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert Fragment.objects.count() == len(FRAGMENTS)
    assert shots(camera.playlist()) == [f"0/{n}.m4s" for n in range(len(FRAGMENTS))]


def test_answers_to_programs_are_problem_documents(camera):
    answer = camera.client.put(
        f"{camera.answer['to']}0/init", b"", headers={"Authorization": "Bearer no"}
    )
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "token_ran_out"

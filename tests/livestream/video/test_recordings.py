"""Which chunks of WebM are taken in; `media/test_worker` turns them into video."""

import pytest

from livestream.models import Recording, Stream
from livestream.video import recordings
from tests.livestream.video.recorded import HERE
from tests.livestream.video.test_ingest import Camera, files
from tests.make import make_session

WEBM = (HERE / "chromium.webm").read_bytes()
CHUNKS = [WEBM[at : at + 6000] for at in range(0, len(WEBM), 6000)]


@pytest.fixture
def camera(db):
    return Camera(make_session())


def test_chunks_are_kept_in_order_and_served_to_nobody(camera):
    assert camera.put("webm/0", CHUNKS[0]) == (200, {"next": 1, "again": False})
    assert camera.put("webm/0", CHUNKS[0]) == (200, {"next": 1, "again": True})
    assert camera.put("webm/1", CHUNKS[1])[0] == 200

    kept, stream = Recording.objects.get(), Stream.objects.get()
    assert kept.bytes == 12000
    assert recordings.chunk(stream.secret, kept, 1).read_bytes() == CHUNKS[1]
    assert not [file for file in files() if stream.secret in file]


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("webm/1", CHUNKS[1], "fragment_missing"),
        ("webm/0", b"<!doctype html>", "unreadable_video"),
        ("webm/0", CHUNKS[2], "unreadable_video"),
        ("webm/0", CHUNKS[0][:40] + b"\0" * (4 << 20), "fragment_too_large"),
    ],
)
def test_what_is_no_beginning_is_refused_and_leaves_no_trace(camera, name, body, code):
    assert camera.put(name, body)[1]["code"] == code
    assert not Recording.objects.exists()


def test_more_than_time_went_by_is_refused(camera):
    big = CHUNKS[0] + b"\0" * (4_000_000 - len(CHUNKS[0]))
    answers = [camera.put(f"webm/{n}", big)[1].get("code") for n in range(4)]
    assert answers == [None, None, "too_fast", "fragment_missing"]


def test_over_the_ceiling_a_host_is_told_in_words_and_others_go_on(camera, settings):
    settings.TRANSCODE_MAX = 1
    other = Camera(make_session())
    assert camera.put("webm/0", CHUNKS[0])[0] == 200

    status, problem = other.put("webm/0", CHUNKS[0])

    assert (status, problem["code"]) == (503, "converters_busy")
    assert "Chrome" in problem["title"]
    assert camera.put("webm/1", CHUNKS[1])[0] == 200
    assert camera.put("webm/0", CHUNKS[0], part=1)[0] == 200
    assert Recording.objects.filter(stream__session=other.session).count() == 0


def test_only_the_last_device_may_send_webm_too(camera):
    camera.put("webm/0", CHUNKS[0])
    taken = Camera(camera.session)

    assert camera.put("webm/1", CHUNKS[1])[1]["code"] == "taken_over"
    assert taken.put("webm/0", CHUNKS[0])[0] == 200

"""WebM becomes fragments, and Opus AAC, by a real worker and its children."""

import io
import os
import signal
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import av
import psutil
import pytest
from django.test import Client

from livestream.media import jobs, webm
from livestream.media.jobs import AAC, PUSH, Job
from livestream.models import Epoch, Fragment, Lease, Recording, Stream
from livestream.video import files, folders, playlist, recordings, samples
from tests.livestream.media.conftest import wait_for
from tests.livestream.video.recorded import HERE
from tests.livestream.video.test_ingest import Camera
from tests.make import make_session

WEBM = (HERE / "chromium.webm").read_bytes()
CHUNK = 6200  # a blob of half a second, cut anywhere
CHUNKS = [WEBM[at : at + CHUNK] for at in range(0, len(WEBM), CHUNK)]


def pictures_in(content: bytes) -> int:
    return sum(block.codec == webm.VP8 for block in webm.Reader().feed(content))


def child_of(worker, module: str):
    for child in psutil.Process(worker.pid).children():
        if module in " ".join(child.cmdline()):
            return child
    return None


def test_webm_is_shown_as_fragments_and_a_killed_converter_loses_nothing(worker):
    camera = Camera(make_session())
    for number, chunk in enumerate(CHUNKS[:4]):
        assert camera.put(f"webm/{number}", chunk)[0] == 200
    assert camera.put("webm/0", CHUNKS[0])[1] == {"next": 4, "again": True}
    wait_for(lambda: Fragment.objects.count() >= 2)

    child_of(worker, "transcode").send_signal(signal.SIGKILL)
    for number, chunk in enumerate(CHUNKS[4:], start=4):
        assert camera.put(f"webm/{number}", chunk)[0] == 200

    stream = Stream.objects.get()
    wait_for(lambda: shown_seconds(stream) > 3.12)
    epochs = list(Epoch.objects.order_by("number"))
    assert len(epochs) == 2
    assert {(e.video_codec[:4], e.audio_codec) for e in epochs} == {
        ("avc1", "mp4a.40.2")
    }
    rows = list(Fragment.objects.order_by("epoch__number", "number"))
    for before, after in pairwise(rows):  # by our clock it was filmed without a break
        assert after.filmed == pytest.approx(before.filmed + before.seconds, abs=0.1)
    decoded = sum(pictures_of(folders.folder(stream.secret), epoch) for epoch in epochs)
    assert decoded == pictures_in(WEBM)
    shown = playlist.read(folders.live(stream.secret).read_text())
    assert all(entry.seconds < 0.8 for entry in shown.entries)
    recording = Recording.objects.get()
    assert recording.kept_from > 0  # what is shown is not kept twice
    assert not recordings.chunk(stream.secret, recording, 0).exists()


def shown_seconds(stream) -> float:
    found = Fragment.objects.filter(epoch__stream=stream)
    return sum(found.values_list("seconds", flat=True))


def pictures_of(folder: Path, epoch) -> int:
    content = files.init(folder, epoch.number).read_bytes()
    for number in range(epoch.fragments.count()):
        content += files.fragment(folder, epoch.number, number).read_bytes()
    with av.open(io.BytesIO(content), "r") as video:
        return sum(1 for _frame in video.decode(video=0))


def test_apple_gets_the_same_pictures_with_aac_from_the_first_who_asks(worker):
    camera = Camera(make_session())
    camera.send(4)
    url = Client().post(f"/live/{camera.session.pk}/aac/").json()["playlist"]
    assert url.endswith("/aac.m3u8")
    stream = Stream.objects.get()
    folder = folders.folder(stream.secret)

    def shown() -> playlist.Shown:
        place = folder / files.AAC_LIST
        return playlist.read(place.read_text() if place.exists() else "")

    wait_for(lambda: len(shown().entries) == 4)
    os.kill(child_of(worker, "media.aac").pid, signal.SIGKILL)
    assert camera.put(4, fragment(4))[0] == camera.put(5, fragment(5))[0] == 200
    camera.send(2, part=1)
    wait_for(lambda: len(shown().entries) == 8)

    assert shown().entries == playlist.read((folder / files.LIVE).read_text()).entries
    assert set(shown().suffixes.values()) == {files.AAC}
    plain, aac = parts_of(folder, ""), parts_of(folder, files.AAC)
    assert [p.samples for p in plain if p.track.is_video] == [
        p.samples for p in aac if p.track.is_video
    ]
    voice = [part for part in aac if not part.track.is_video]
    assert all(before.end == after.time for before, after in pairwise(voice))
    sound = [part for part in plain if not part.track.is_video]
    assert voice[0].time == sound[0].time
    assert sound[-1].end - voice[-1].end < 3 * 1024


def fragment(number: int) -> bytes:
    from tests.livestream.video.recorded import recorded

    return recorded()[1][number]


def parts_of(folder: Path, suffix: str) -> list[samples.Part]:
    """What the first epoch's files hold."""
    tracks = samples.tracks_of(files.init(folder, 0, suffix).read_bytes())
    return [
        part
        for number in range(6)
        for part in samples.read(
            files.fragment(folder, 0, number, suffix).read_bytes(), tracks
        )
    ]


def test_two_workers_never_do_the_same(db):
    one, other = uuid4(), uuid4()
    mine, both = {Job(AAC, 1)}, {Job(AAC, 1), Job(PUSH, 1)}

    assert jobs.hold(one, mine) == mine
    assert jobs.hold(other, both) == {Job(PUSH, 1)}
    assert jobs.hold(one, both) == mine
    Lease.objects.filter(worker=one).update(held_until="2020-01-01T00:00Z")
    assert jobs.hold(other, both) == both
    jobs.let_go(other, both)
    assert jobs.hold(one, both) == both

"""The replay as one file, its chapters, pictures, and the end of it all."""

import os
from datetime import timedelta

import av
import pytest
import time_machine
from django.core import mail
from django.utils import timezone, translation

from donghai import steps
from donghai.steps.models import Step
from livestream.media import aac, pictures, replay
from livestream.models import Fragment, RoomEvent, Stream
from livestream.sessions import linking
from livestream.sessions import services as livestream
from livestream.video import chapters, files, folders, retention, streams
from tests.livestream.video.test_ingest import Camera
from tests.make import make_client, make_listing, make_session, make_staff


def run_steps(*jobs: str) -> None:
    for step in steps.claim_due(limit=50, now=timezone.now() + timedelta(minutes=5)):
        if step.job in jobs:
            assert steps.run(step), Step.objects.get(pk=step.pk).last_error


@pytest.fixture
def ended(db):
    """A show of two recordings and two pieces that is over, with its replay."""
    camera = Camera(make_session())
    session = camera.session
    pieces = [make_listing(session=session) for _ in range(2)]
    for part, piece in enumerate(pieces):
        camera.send(part=part)
        linking.pin(host=session.host, session_id=session.pk, listing_id=piece.pk)
    stream = Stream.objects.get()
    # In a test all is filmed at once: the second piece came up in the second recording
    first, second = stream.epochs.order_by("number")
    first.began_at = stream.begun_at - timedelta(seconds=20)
    first.save()
    for epoch, piece in zip((first, second), pieces, strict=True):
        RoomEvent.objects.filter(kind="pin", payload__listing=piece.pk).update(
            at=epoch.began_at + timedelta(seconds=1)
        )
    livestream.end_session(host=session.host, session_id=session.pk)
    run_steps("livestream.finish_video")
    return Stream.objects.get()


def test_a_replay_becomes_one_file_with_a_chapter_for_each_piece(ended):
    assert not Fragment.objects.exists()  # the playlist says the same
    run_steps(streams.KEEP)

    ended.refresh_from_db()
    folder = folders.folder(ended.secret)
    made = folder / files.MP4
    assert ended.mp4_bytes == made.stat().st_size
    named = chapters.chapters(
        streams.recording(ended), chapters.shown_in(ended.session_id)
    )
    with av.open(str(made)) as video:
        assert video.streams.audio[0].codec_context.name == "aac"
        told = [chapter["metadata"]["title"] for chapter in video.chapters()]
        assert told == [chapter.title for chapter in named]
        seconds = video.duration / av.time_base
        frames = sum(1 for _frame in video.decode(video=0))
    assert frames == 2 * 48
    assert seconds == pytest.approx(
        sum(entry.seconds for entry in streams.recording(ended)), abs=0.2
    )
    content = made.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")
    assert named[1].second == pytest.approx(seconds / 2 + 1, abs=0.1)
    assert len(list((folder / "chapters").glob("*.jpg"))) == 2
    assert not list(folder.glob("*/*-aac*"))
    host = make_client(ended.session.host.user)
    page = host.get(f"/studio/{ended.session_id}/desk/").content.decode()
    assert ended.file_url in page


def test_who_was_killed_while_making_the_file_is_followed(ended):
    folder = folders.folder(ended.secret)
    (folder / f".{files.MP4}").write_bytes(b"half of it")
    swap = aac.Swap(folder)
    for entry in streams.recording(ended)[:4]:
        swap.bring_up(entry)
    run_steps(streams.KEEP)

    assert Stream.objects.get().mp4_bytes > 0
    assert replay.write(folder, streams.recording(ended), []) > 0  # nothing was shown


def test_a_picture_shows_how_it_looks_now_and_old_ones_go(ended):
    folder = folders.folder(ended.secret)

    names = [pictures.make_poster(folder, 0, number) for number in range(5)]

    with av.open(str(folder / "poster" / names[-1])) as picture:
        frame = next(picture.decode(video=0))
    assert (frame.width, frame.height) == (320, 180)
    assert sorted(os.listdir(folder / "poster")) == sorted(names[-pictures.KEPT :])
    assert pictures.make_poster(folder, 0, 99) == ""


def test_a_replay_goes_by_age_after_its_host_was_told(ended, settings):
    late = settings.VIDEO_KEEP_DAYS - settings.VIDEO_WARN_DAYS
    with time_machine.travel(timezone.now() + timedelta(days=late + 1), tick=False):
        for _ in range(2):
            retention.look()
            with translation.override("zh-hans"):  # what the last mail was written in
                run_steps(retention.WARN)
        assert "1 replay is removed soon" in mail.outbox[0].subject
        assert [m.to for m in mail.outbox] == [[ended.session.host.user.email]]
        assert ended.session.title in mail.outbox[0].body
        assert streams.replay_of(ended.session_id)
    with time_machine.travel(
        timezone.now() + timedelta(days=settings.VIDEO_KEEP_DAYS + 1)
    ):
        assert retention.look() == 1
    ended.refresh_from_db()
    assert ended.removed_at
    assert not folders.folder(ended.secret).exists()
    assert streams.recording(ended) == []
    assert streams.replay_of(ended.session_id) is None


def test_the_oldest_replays_make_room_and_nothing_on_air_is_touched(ended, settings):
    camera = Camera(make_session())
    camera.send()
    admin = make_client(make_staff("ADMIN"))
    settings.VIDEO_DISK_GB = retention.used() / retention.GB
    assert retention.look() == 0
    assert retention.is_nearly_full()
    assert "100 %" in admin.get("/admin/").content.decode()

    settings.VIDEO_DISK_GB = 1 / retention.GB
    assert retention.look() == 1
    assert retention.look() == 0

    ended.refresh_from_db()
    assert ended.removed_at
    on_air = Stream.objects.get(session=camera.session)
    assert on_air.removed_at is None
    assert folders.live(on_air.secret).exists()


def test_folders_that_nobody_knows_are_swept_once_they_are_old(ended):
    lost, fresh = folders.folder("lost"), folders.folder("fresh")
    for place in (lost, fresh):
        files.write(place / "0" / "0.m4s", b"x")
    os.utime(lost, (0, 0))
    os.utime(folders.folder(ended.secret), (0, 0))

    retention.look()

    assert not lost.exists()
    assert fresh.exists()
    assert folders.folder(ended.secret).exists()

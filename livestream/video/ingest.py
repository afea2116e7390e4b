"""Taking in a camera's video: any process may get any fragment, twice or late.

Locks: the stream. While it's held the file is already in its place, and the live
playlist is rewritten: so playlists never go back, and never name what isn't there.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2.extras import Json

from donghai import sql
from donghai.errors import Refused
from livestream.sessions import events
from livestream.video import boxes, folders, playlist
from livestream.video.boxes import NotVideo, Run
from livestream.video.models import Epoch, Stream
from livestream.video.playlist import Entry
from livestream.video.tokens import Right

log = logging.getLogger(__name__)

LARGEST = 4 << 20  # bytes of a fragment: half a second of 1.5 Mbit/s is 94 kB
LARGEST_INIT = 64 << 10
AHEAD = 10.0  # seconds a recording may run ahead of our clock
SHAKY = 0.5  # seconds a fragment may begin before the last one seemed to end
MOST_EPOCHS = 1000  # of a stream: a camera flipped every ten seconds for three hours

STREAM_SQL = """
SELECT stream.id, stream.session_id, stream.kind, stream.publisher, stream.secret,
       stream.recent::text AS recent, stream.dropped, stream.breaks_dropped,
       stream.epochs_begun, stream.ended_at,
       epoch.id AS epoch_id, epoch.number AS epoch, epoch.next_number, epoch.opened_at,
       epoch.began_at, epoch.first_time, epoch.seconds, epoch.init_sha256
FROM livestream_stream stream
LEFT JOIN livestream_epoch epoch ON epoch.stream_id = stream.id
  AND epoch.publisher = %(publisher)s AND epoch.part = %(part)s
WHERE stream.id = %(stream)s
FOR NO KEY UPDATE OF stream
"""

STORE_SQL = """
WITH stream AS (
    UPDATE livestream_stream SET recent = %(recent)s, dropped = %(dropped)s,
      breaks_dropped = %(breaks_dropped)s, bytes = bytes + %(size)s, heard_at = %(now)s
    WHERE id = %(stream)s),
epoch AS (
    UPDATE livestream_epoch SET next_number = %(number)s + 1,
      began_at = %(began_at)s, first_time = %(first_time)s,
      seconds = %(begins)s::float + %(seconds)s::float
    WHERE id = %(epoch)s),
before AS (
    UPDATE livestream_fragment SET seconds = %(begins)s::float - begins
    WHERE epoch_id = %(epoch)s AND number = %(number)s - 1)
INSERT INTO livestream_fragment (epoch_id, number, begins, seconds, size, arrived_at)
VALUES (%(epoch)s, %(number)s, %(begins)s, %(seconds)s, %(size)s, %(now)s)
"""


class TakenOver(Refused):
    code = "taken_over"
    title = _("Another device sends the picture now.")
    status = 410


class StreamEnded(Refused):
    code = "stream_ended"
    title = _("The session is over, and so is its video.")
    status = 410


class NeedsInit(Refused):
    code = "needs_init"
    title = _("A recording begins with its header. Send that first.")


class FragmentMissing(Refused):
    code = "fragment_missing"
    title = _("Fragment %(next)s comes first.")


class UnreadableVideo(Refused):
    code = "unreadable_video"
    title = _("This is not what a camera sends: %(why)s.")
    status = 422


class TooFast(Refused):
    code = "too_fast"
    title = _("More video came than time went by.")
    status = 429


class FragmentTooLarge(Refused):
    code = "fragment_too_large"
    title = _("A fragment may have %(most)s bytes.")
    status = 413


class NoRoom(Refused):
    code = "no_room"
    title = _("There is no room for more video just now. The camera tries again.")
    status = 507


class OtherHeader(Refused):
    code = "other_header"
    title = _("This recording began with another header. Begin a new one.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is wanted next, and whether we had this already."""

    next: int
    again: bool


@transaction.atomic
def open_epoch(right: Right, part: int, header: bytes) -> Taken:
    """Begin a recording with its header; a repeat of the same says where it stands.

    Each camera, flip or change of settings is a recording of its own: players are told
    of the break. Locks the stream.
    """
    _require_size(header, LARGEST_INIT)
    try:
        tracks = boxes.read_init(header)
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    at = _locked(right, part)
    digest = hashlib.sha256(header).hexdigest()
    if at.epoch_id is not None:
        if at.init_sha256 != digest:
            raise OtherHeader()
        return Taken(at.next_number, again=True)
    if at.epochs_begun >= MOST_EPOCHS:
        raise TooFast()
    picture = next(track for track in tracks if track.is_video)
    sound = next((track.codec for track in tracks if not track.is_video), "")
    epoch = Epoch.objects.create(
        stream_id=at.id,
        number=at.epochs_begun,
        publisher=right.publisher,
        part=part,
        video_codec=picture.codec,
        audio_codec=sound,
        width=picture.width,
        height=picture.height,
        init_sha256=digest,
    )
    _write(folders.init(at.secret, epoch.number), header)
    Stream.objects.filter(pk=at.id).update(epochs_begun=at.epochs_begun + 1)
    if not at.epochs_begun and at.kind == Stream.Kind.LIVE:
        events.append(at.session_id, "video", {"url": folders.live_url(at.secret)})
    return Taken(0, again=False)


@transaction.atomic
def take(right: Right, part: int, number: int, content: bytes) -> Taken:
    """Store a fragment and show it to everybody. A repeat changes nothing.

    Refuses what comes too early, isn't whole, isn't video or runs ahead of the clock.
    Locks the stream.
    """
    _require_size(content, LARGEST)
    at = _locked(right, part)
    if at.epoch_id is None:
        raise NeedsInit()
    if number < at.next_number:
        return Taken(at.next_number, again=True)
    if number > at.next_number:
        raise FragmentMissing(next=at.next_number)
    run = _read(content, at)
    _store(at, number, content, run, timezone.now())
    return Taken(number + 1, again=False)


def _require_size(content: bytes, most: int) -> None:
    if len(content) > most:
        raise FragmentTooLarge(most=most)


def _locked(right: Right, part: int) -> Any:
    at = sql.row(STREAM_SQL, stream=right.stream, publisher=right.publisher, part=part)
    if at is None or at.ended_at is not None:
        raise StreamEnded()
    if at.publisher != right.publisher:
        raise TakenOver()
    return at


def _read(content: bytes, at: Any) -> Run:
    """The fragment's run that tells the time, once all of it is believable."""
    tracks = _tracks(str(folders.init(at.secret, at.epoch)))
    try:
        run = boxes.read_fragment(content, tracks).leading
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    if not run.track.is_video or not run.has_key:
        raise UnreadableVideo(why="does not begin with a whole picture")
    if at.next_number and run.begins - at.first_time < at.seconds - SHAKY:
        raise UnreadableVideo(why="its time runs backwards")
    first = at.first_time if at.next_number else run.begins
    gone = (timezone.now() - at.opened_at).total_seconds()
    if run.begins + run.lasts - first > gone + AHEAD:
        raise TooFast()
    return run


@lru_cache(maxsize=2000)
def _tracks(path: str) -> dict[int, boxes.Track]:
    with open(path, "rb") as header:
        return {track.number: track for track in boxes.read_init(header.read())}


def _store(at: Any, number: int, content: bytes, run: Run, now: datetime) -> None:
    _write(folders.fragment(at.secret, at.epoch, number), content)
    first = at.first_time if number else run.begins
    began = at.began_at or now - timedelta(seconds=run.lasts)
    begins = run.begins - first
    filmed = began.timestamp() + begins
    entries = [Entry(*each) for each in json.loads(at.recent)]
    if entries and number and entries[-1].epoch == at.epoch:
        # a recorder guesses how long a fragment's last picture stays; now it's known
        entries[-1] = entries[-1]._replace(seconds=filmed - entries[-1].filmed)
    entries.append(Entry(at.epoch, number, run.lasts, filmed))
    gone = entries[: -playlist.WINDOW]
    kept = entries[-playlist.WINDOW :]
    breaks = sum(a.epoch != b.epoch for a, b in pairwise([*gone, kept[0]]))
    dropped, breaks_dropped = at.dropped + len(gone), at.breaks_dropped + breaks
    sql.change(
        STORE_SQL,
        stream=at.id,
        recent=Json(kept),
        dropped=dropped,
        breaks_dropped=breaks_dropped,
        size=len(content),
        now=now,
        epoch=at.epoch_id,
        number=number,
        began_at=began,
        first_time=first,
        begins=begins,
        seconds=run.lasts,
    )
    shown = playlist.live(kept, dropped=dropped, breaks_dropped=breaks_dropped)
    _write(folders.live(at.secret), shown.encode())


def _write(path: Path, content: bytes) -> None:
    try:
        folders.write(path, content)
    except OSError:
        log.exception("video not written")
        raise NoRoom() from None

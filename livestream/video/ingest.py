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

# Two statements: who waited for a lock sees that row anew, but not what it's joined to
STREAM_SQL = """
SELECT id, session_id, kind, publisher, secret, recent::text AS recent, dropped,
       breaks_dropped, epochs_begun, ended_at
FROM livestream_stream WHERE id = %(stream)s FOR NO KEY UPDATE
"""

EPOCH_SQL = """
SELECT id, number, next_number, opened_at, began_at, first_time, seconds, init_sha256
FROM livestream_epoch
WHERE stream_id = %(stream)s AND publisher = %(publisher)s AND part = %(part)s
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
def open_epoch(
    right: Right, part: int, header: bytes, began_at: datetime | None = None
) -> Taken:
    """Begin a recording with its header; a repeat of the same says where it stands.

    Each camera, flip or change of settings is a recording of its own: players are told
    of the break. `began_at` is when its first picture was filmed, where that is known.
    Locks the stream.
    """
    _require_size(header, LARGEST_INIT)
    try:
        tracks = boxes.read_init(header)
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    stream, begun = _locked(right, part)
    digest = hashlib.sha256(header).hexdigest()
    if begun is not None:
        if begun.init_sha256 != digest:
            raise OtherHeader()
        return Taken(begun.next_number, again=True)
    if stream.epochs_begun >= MOST_EPOCHS:
        raise TooFast()
    picture = next(track for track in tracks if track.is_video)
    sound = next((track.codec for track in tracks if not track.is_video), "")
    epoch = Epoch.objects.create(
        stream_id=stream.id,
        number=stream.epochs_begun,
        publisher=right.publisher,
        part=part,
        video_codec=picture.codec,
        audio_codec=sound,
        width=picture.width,
        height=picture.height,
        init_sha256=digest,
        opened_at=began_at or timezone.now(),
        began_at=began_at,
    )
    write(folders.init(stream.secret, epoch.number), header)
    Stream.objects.filter(pk=stream.id).update(epochs_begun=epoch.number + 1)
    if epoch.number == 0 and stream.kind == Stream.Kind.LIVE:
        url = folders.live_url(stream.secret)
        events.append(stream.session_id, "video", {"url": url})
    return Taken(0, again=False)


@transaction.atomic
def take(right: Right, part: int, number: int, content: bytes) -> Taken:
    """Store a fragment and show it to everybody. A repeat changes nothing.

    Refuses what comes too early, isn't whole, isn't video or runs ahead of the clock.
    Locks the stream.
    """
    _require_size(content, LARGEST)
    stream, epoch = _locked(right, part)
    if epoch is None:
        raise NeedsInit()
    if number < epoch.next_number:
        return Taken(epoch.next_number, again=True)
    if number > epoch.next_number:
        raise FragmentMissing(next=epoch.next_number)
    run = _read(content, stream, epoch)
    _store(stream, epoch, content, run)
    return Taken(number + 1, again=False)


def _require_size(content: bytes, most: int) -> None:
    if len(content) > most:
        raise FragmentTooLarge(most=most)


def sending(right: Right) -> Any:
    """The stream, locked, that this device may send to now."""
    stream = sql.row(STREAM_SQL, stream=right.stream)
    if stream is None or stream.ended_at is not None:
        raise StreamEnded()
    if stream.publisher != right.publisher:
        raise TakenOver()
    return stream


def _locked(right: Right, part: int) -> tuple[Any, Any]:
    """The stream, and the epoch of it that `part` is, if it was begun."""
    stream = sending(right)
    epoch = sql.row(
        EPOCH_SQL, stream=right.stream, publisher=right.publisher, part=part
    )
    return stream, epoch


def _read(content: bytes, stream: Any, epoch: Any) -> Run:
    """The fragment's run that tells the time, once all of it is believable."""
    tracks = _tracks(folders.init(stream.secret, epoch.number))
    try:
        run = boxes.read_fragment(content, tracks).leading
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    if not run.track.is_video or not run.has_key:
        raise UnreadableVideo(why="does not begin with a whole picture")
    if not epoch.next_number:
        return run
    begins = run.begins - epoch.first_time
    if begins < epoch.seconds - SHAKY:
        raise UnreadableVideo(why="its time runs backwards")
    gone = (timezone.now() - epoch.opened_at).total_seconds()
    if begins + run.lasts > gone + AHEAD:
        raise TooFast()
    return run


@lru_cache(maxsize=2000)
def _tracks(path: Path) -> dict[int, boxes.Track]:
    return {track.number: track for track in boxes.read_init(path.read_bytes())}


def _store(stream: Any, epoch: Any, content: bytes, run: Run) -> None:
    number, now = epoch.next_number, timezone.now()
    write(folders.fragment(stream.secret, epoch.number, number), content)
    first = epoch.first_time if number else run.begins
    began = epoch.began_at or now - timedelta(seconds=run.lasts)
    begins = run.begins - first
    filmed = began.timestamp() + begins
    entries = [Entry(*each) for each in json.loads(stream.recent)]
    if entries and number and entries[-1].epoch == epoch.number:
        # a recorder guesses how long a fragment's last picture stays; now it's known
        entries[-1] = entries[-1]._replace(seconds=filmed - entries[-1].filmed)
    entries.append(Entry(epoch.number, number, run.lasts, filmed))
    kept, gone = entries[-playlist.WINDOW :], entries[: -playlist.WINDOW]
    breaks = sum(a.epoch != b.epoch for a, b in pairwise([*gone, kept[0]]))
    fallen = {
        "dropped": stream.dropped + len(gone),
        "breaks_dropped": stream.breaks_dropped + breaks,
    }
    sql.change(
        STORE_SQL,
        stream=stream.id,
        recent=Json(kept),
        size=len(content),
        now=now,
        epoch=epoch.id,
        number=number,
        began_at=began,
        first_time=first,
        begins=begins,
        seconds=run.lasts,
        **fallen,
    )
    write(folders.live(stream.secret), playlist.live(kept, **fallen).encode())


def write(path: Path, content: bytes) -> None:
    """Put a file in its place, or refuse NoRoom."""
    try:
        folders.write(path, content)
    except OSError:
        log.exception("video not written")
        raise NoRoom() from None

"""Taking in a camera's video: any process may get any fragment, twice or late.

Locks: the stream. While it's held the file is already in its place, and the live
playlist is rewritten: so playlists never go back, and never name what isn't there.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
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
from livestream.video.boxes import NotVideo, Run, Track
from livestream.video.models import Epoch, Stream
from livestream.video.playlist import Entry
from livestream.video.tokens import Right

log = logging.getLogger(__name__)

LARGEST = 4 << 20  # bytes of a fragment: half a second of 1.5 Mbit/s is 94 kB
LARGEST_INIT = 64 << 10
AHEAD = 10.0  # seconds a recording may run ahead of our clock
SHAKY = 0.5  # seconds a fragment may begin before the last one seemed to end
KEPT = ("dropped", "breaks", "entries")  # of a stream's playlist in its next epoch
MOST_EPOCHS = 1000  # of a stream: a camera flipped every ten seconds for three hours

STREAM_SQL = """
SELECT id, session_id, kind, publisher, secret, playing::text AS playing, epochs_begun,
       ended_at
FROM livestream_stream WHERE id = %(stream)s FOR NO KEY UPDATE
"""

STORE_SQL = """
WITH stream AS (
    UPDATE livestream_stream
    SET playing = %(playing)s, bytes = bytes + %(size)s, heard_at = %(now)s
    WHERE id = %(stream)s)
INSERT INTO livestream_fragment (epoch_id, number, filmed, seconds, size, arrived_at)
VALUES (%(epoch)s, %(number)s, %(filmed)s, %(seconds)s, %(size)s, %(now)s)
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


@dataclass(slots=True)
class Playing:
    """Where a stream stands: the epoch that goes on, and what its playlist holds.

    Times are in seconds: `opened` and `began` by our clock since 1970, `first` the
    recording's own at its first fragment. `dropped` and `breaks` fell out before.
    """

    id: int
    number: int
    publisher: int
    part: int
    digest: str
    opened: float
    next: int = 0
    first: float = 0.0
    began: float = 0.0
    ends: float = 0.0
    dropped: int = 0
    breaks: int = 0
    entries: list[Entry] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As its column keeps it. `asdict` would copy each entry: a fifth of `take`."""
        return {name: getattr(self, name) for name in self.__slots__}

    def show(self, entry: Entry) -> None:
        """Add a fragment to the playlist; what is too old falls out of it."""
        if self.entries and self.entries[-1].epoch == entry.epoch:
            # a recorder guesses how long a fragment's last picture stays; now we know
            last = self.entries[-1]
            self.entries[-1] = last._replace(seconds=entry.filmed - last.filmed)
        self.entries.append(entry)
        while len(self.entries) > playlist.WINDOW:
            gone = self.entries.pop(0)
            self.dropped += 1
            self.breaks += gone.epoch != self.entries[0].epoch


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
    of the break, and what was recorded before takes no more. `began_at` is when its
    first picture was filmed, where that is known. Locks the stream.
    """
    _require_size(header, LARGEST_INIT)
    try:
        tracks = boxes.read_init(header)
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    stream, playing = _locked(right)
    digest = hashlib.sha256(header).hexdigest()
    if playing and _is_of(playing, right, part):
        if playing.digest != digest:
            raise OtherHeader()
        return Taken(playing.next, again=True)
    if stream.epochs_begun >= MOST_EPOCHS:
        raise TooFast()
    if _was_there(right, part):
        raise OtherHeader()
    epoch = _begin(stream, right, part, tracks, began_at)
    write(folders.init(stream.secret, epoch.number), header)
    before = playing.plain() if playing else {}
    fresh: dict[str, Any] = {
        "id": epoch.pk,
        "number": epoch.number,
        "publisher": right.publisher,
        "part": part,
        "digest": digest,
        "opened": epoch.opened_at.timestamp(),
        "began": began_at.timestamp() if began_at else 0.0,
    }
    kept: dict[str, Any] = {name: before[name] for name in KEPT if name in before}
    Stream.objects.filter(pk=stream.id).update(
        epochs_begun=epoch.number + 1, playing=Playing(**fresh, **kept).plain()
    )
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
    stream, playing = _locked(right)
    if playing is None or not _is_of(playing, right, part):
        raise NeedsInit()
    if number < playing.next:
        return Taken(playing.next, again=True)
    if number > playing.next:
        raise FragmentMissing(next=playing.next)
    run = _read(content, stream.secret, playing)
    _store(stream, playing, content, run)
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


def _locked(right: Right) -> tuple[Any, Playing | None]:
    """The stream, and where it stands if anything was begun."""
    stream = sending(right)
    stands = json.loads(stream.playing)
    if not stands:
        return stream, None
    stands["entries"] = [Entry(*each) for each in stands["entries"]]
    return stream, Playing(**stands)


def _is_of(playing: Playing, right: Right, part: int) -> bool:
    return (playing.publisher, playing.part) == (right.publisher, part)


def _was_there(right: Right, part: int) -> bool:
    return Epoch.objects.filter(
        stream=right.stream, publisher=right.publisher, part=part
    ).exists()


def _begin(
    stream: Any,
    right: Right,
    part: int,
    tracks: Iterable[Track],
    began_at: datetime | None,
) -> Epoch:
    picture = next(track for track in tracks if track.is_video)
    sound = next((track.codec for track in tracks if not track.is_video), "")
    return Epoch.objects.create(
        stream_id=stream.id,
        number=stream.epochs_begun,
        publisher=right.publisher,
        part=part,
        video_codec=picture.codec,
        audio_codec=sound,
        width=picture.width,
        height=picture.height,
        opened_at=began_at or timezone.now(),
    )


def _read(content: bytes, secret: str, playing: Playing) -> Run:
    """The fragment's run that tells the time, once all of it is believable."""
    try:
        run = boxes.read_fragment(content, _tracks(secret, playing.number)).leading
    except NotVideo as wrong:
        raise UnreadableVideo(why=wrong) from None
    if not run.track.is_video or not run.has_key:
        raise UnreadableVideo(why="does not begin with a whole picture")
    if not playing.next:
        return run
    begins = run.begins - playing.first
    if begins < playing.ends - SHAKY:
        raise UnreadableVideo(why="its time runs backwards")
    if begins + run.lasts > time.time() - playing.opened + AHEAD:
        raise TooFast()
    return run


@lru_cache(maxsize=2000)
def _tracks(secret: str, epoch: int) -> dict[int, Track]:
    header = folders.init(secret, epoch).read_bytes()
    return {track.number: track for track in boxes.read_init(header)}


def _store(stream: Any, playing: Playing, content: bytes, run: Run) -> None:
    now, number = timezone.now(), playing.next
    # Nobody asks for it before the playlist names it
    write(folders.fragment(stream.secret, playing.number, number), content, hidden=True)
    if number == 0:
        playing.first = run.begins
        playing.began = playing.began or now.timestamp() - run.lasts
        began_at = datetime.fromtimestamp(playing.began, UTC)
        Epoch.objects.filter(pk=playing.id).update(began_at=began_at)
    begins = run.begins - playing.first
    filmed = playing.began + begins
    playing.next, playing.ends = number + 1, begins + run.lasts
    playing.show(Entry(playing.number, number, run.lasts, filmed))
    sql.change(
        STORE_SQL,
        stream=stream.id,
        playing=Json(playing.plain()),
        size=len(content),
        now=now,
        epoch=playing.id,
        number=number,
        filmed=filmed,
        seconds=run.lasts,
    )
    shown = playlist.live(
        playing.entries, dropped=playing.dropped, breaks_dropped=playing.breaks
    )
    write(folders.live(stream.secret), shown.encode())


def write(path: Path, content: bytes, *, hidden: bool = False) -> None:
    """Put a file in its place, or refuse NoRoom."""
    try:
        folders.write(path, content, hidden=hidden)
    except OSError:
        log.exception("video not written")
        raise NoRoom() from None

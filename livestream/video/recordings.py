"""Taking in recordings as WebM, which no player of ours shows as they are.

Chunks are stored where nobody is served from; `livestream.media.transcode` turns them
into fragments. Locks: the stream, then for a new recording the gate of converters.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.video import folders, ingest
from livestream.video.ingest import FragmentMissing, Taken, TooFast, UnreadableVideo
from livestream.video.models import Recording, Stream
from livestream.video.tokens import Right

LARGEST = 4 << 20  # bytes of a chunk: half a second of 1.5 Mbit/s is 94 kB
MOST_A_SECOND = 1 << 20  # bytes
AHEAD = 10  # seconds of video that may come at once
MOST_WAITING = 120 << 20  # bytes: ten minutes without a converter
MAGIC = b"\x1a\x45\xdf\xa3"
TIMESLICE = timedelta(seconds=0.5)  # what a chunk holds, about
HEARD = timedelta(seconds=15)  # after the last chunk its converter is free again
GATE = 7_204_001  # the advisory lock of who counts converters
MOST_PARTS = 1_000_000
FIRST_MADE = 1_000_000_000  # parts of ours: what a camera counts stays far below
MOST_ATTEMPTS = 1000


class ConvertersBusy(Refused):
    code = "converters_busy"
    title = _(
        "This browser's video must be converted first, and all converters are busy. "
        "Use Chrome, Edge or Safari, or try again in a few minutes."
    )
    status = 503


class TooMuchWaits(Refused):
    code = "too_much_waits"
    title = _("Video waits to be converted. The camera tries again.")
    status = 507


@transaction.atomic
def take(right: Right, part: int, number: int, content: bytes) -> Taken:
    """Keep a chunk until it's converted. A repeat changes nothing.

    Refuses what comes too early, is no WebM or comes too fast, and ConvertersBusy when
    as many others are being converted as may be. Locks the stream.
    """
    if len(content) > LARGEST:
        raise ingest.FragmentTooLarge(most=LARGEST)
    stream = ingest.sending(right)
    mine = {"stream_id": stream.id, "publisher": right.publisher, "part": part}
    recording = Recording.objects.filter(**mine).first()
    if recording is None:
        if number:
            raise FragmentMissing(next=0)
        recording = Recording(**mine)
        _require_webm(content, part)
        _require_converter(stream.id)
    if number < recording.next_number:
        return Taken(recording.next_number, again=True)
    if number > recording.next_number:
        raise FragmentMissing(next=recording.next_number)
    _require_pace(recording, len(content))
    _keep(stream, recording, content)
    return Taken(number + 1, again=False)


def _require_webm(content: bytes, part: int) -> None:
    if not content.startswith(MAGIC) or b"webm" not in content[:64]:
        raise UnreadableVideo(why="not the beginning of a WebM file")
    if part >= MOST_PARTS:
        raise TooFast()


def _require_converter(stream_id: int) -> None:
    """Count those that convert now, one of us at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
    if busy(besides=stream_id) >= settings.TRANSCODE_MAX:
        raise ConvertersBusy()


def busy(besides: int = 0) -> int:
    """How many streams need a converter now."""
    fresh = timezone.now() - HEARD
    sending = Recording.objects.filter(heard_at__gt=fresh, stream__ended_at=None)
    others = sending.exclude(stream=besides).values("stream").distinct()
    return others.count()


def _require_pace(recording: Recording, size: int) -> None:
    gone = (timezone.now() - recording.begun_at).total_seconds()
    if recording.bytes + size > (gone + AHEAD) * MOST_A_SECOND:
        raise TooFast()


def _keep(stream: Any, recording: Recording, content: bytes) -> None:
    now = timezone.now()
    place = chunk(stream.secret, recording, recording.next_number)
    if recording.pk is None:
        recording.begun_at = now - TIMESLICE
    elif waiting(stream.secret, recording) > MOST_WAITING:
        raise TooMuchWaits()
    ingest.write(place, content)
    recording.next_number += 1
    recording.bytes += len(content)
    recording.heard_at, recording.done_at = now, None
    recording.save()
    Stream.objects.filter(pk=stream.id).update(heard_at=now)


def folder(secret: str, recording: Recording) -> Path:
    name = f"{recording.publisher}-{recording.part}"
    return folders.private(secret) / name


def chunk(secret: str, recording: Recording, number: int) -> Path:
    return folder(secret, recording) / f"{number}.webm"


def header(secret: str, recording: Recording) -> Path:
    """What came before the first cluster: every reading begins with it."""
    return folder(secret, recording) / "header"


def waiting(secret: str, recording: Recording) -> int:
    """Bytes that are not converted yet; counted by now and then only."""
    if recording.next_number % 20:
        return 0
    return sum(size.stat().st_size for size in _files(folder(secret, recording)))


def _files(place: Path) -> Iterator[Path]:
    return place.glob("*.webm")


def made_part(recording: Recording, attempt: int) -> int:
    """The part that a converter's nth run over a recording sends as."""
    return FIRST_MADE + recording.part * MOST_ATTEMPTS + attempt

"""Noting what an engine outside tells of a stream, in whatever order it comes.

Its notices are commands that run side by side: an end may overtake its beginning, and
each may come twice. Locks: the stream.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from livestream.events import services as events
from livestream.video.engines.adapters import addresses
from livestream.video.engines.models import RecordedFile, Source
from livestream.video.models import Stream

LATEST = timedelta(minutes=1)  # how late a notice comes that is still tried


@transaction.atomic
def begin(stream_id: int, name: str) -> None:
    """A camera is connected and can be watched. Tells the room of a live stream.

    Nothing once this source has begun or ended, or the session is over. One before it
    whose end nobody told is over; if it only just began, its end may still come.
    """
    stream = _locked(stream_id)
    if stream.ended_at or stream.sources.filter(name=name).exists():
        return
    now = timezone.now()
    stream.sources.filter(ended_at=None, told_at__lt=now - LATEST).update(ended_at=now)
    Source.objects.create(stream=stream, name=name)
    stream.epochs_begun += 1
    stream.heard_at = now
    stream.save(update_fields=["epochs_begun", "heard_at"])
    _tell(stream, lost=False)


@transaction.atomic
def end(stream_id: int, name: str) -> None:
    """A camera's connection is over. The room is told if that was its only picture."""
    stream = _locked(stream_id)
    now = timezone.now()
    source, is_new = stream.sources.get_or_create(name=name, defaults={"ended_at": now})
    if is_new or source.ended_at:
        return
    source.ended_at = stream.heard_at = now
    source.save(update_fields=["ended_at"])
    stream.save(update_fields=["heard_at"])
    if not stream.ended_at and not stream.sources.filter(ended_at=None).exists():
        _tell(stream, lost=True)


@transaction.atomic
def record(stream_id: int, path: str, seconds: float) -> None:
    """A file of a live stream is whole; a rehearsal's is nobody's to keep."""
    stream = _locked(stream_id)
    if stream.kind == Stream.Kind.LIVE:
        RecordedFile.objects.get_or_create(
            stream=stream, path=path, defaults={"seconds": seconds}
        )


def _locked(stream_id: int) -> Stream:
    return Stream.objects.select_for_update(no_key=True).get(pk=stream_id)


def _tell(stream: Stream, *, lost: bool) -> None:
    if stream.kind != Stream.Kind.LIVE:
        return
    said = addresses(stream) | ({"lost": True} if lost else {})
    events.append(stream.session_id, "video", said)

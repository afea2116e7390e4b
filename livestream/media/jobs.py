"""What live video needs done now, and which worker does it.

A worker asks every second for what is wanted and holds a lease on what it does. Leases
are by the database's clock; one that isn't renewed is anybody's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from donghai import sql
from livestream.platforms import pushing
from livestream.platforms.models import Push
from livestream.video import folders, recordings
from livestream.video.models import Lease, Recording, Stream

LEASE = 8.0  # seconds
SILENT = timedelta(minutes=2)  # a stream that nobody sends to any more
POSTER_EVERY = timedelta(seconds=10)
SENDS = timedelta(seconds=5)

HOLD_SQL = """
INSERT INTO livestream_lease (kind, subject_id, worker, held_until)
SELECT kind, subject, %(worker)s, now() + %(lease)s * interval '1 second'
FROM unnest(%(kinds)s::text[], %(subjects)s::bigint[]) AS wanted (kind, subject)
ORDER BY kind, subject
ON CONFLICT (kind, subject_id) DO UPDATE
SET worker = excluded.worker, held_until = excluded.held_until
WHERE livestream_lease.worker = excluded.worker OR livestream_lease.held_until < now()
RETURNING kind, subject_id
"""

POSTERS_SQL = """
UPDATE livestream_stream SET poster_at = %(now)s
WHERE kind = 'LIVE' AND ended_at IS NULL AND removed_at IS NULL
  AND heard_at > %(sends)s AND jsonb_array_length(playing->'entries') > 0
  AND (poster_at IS NULL OR poster_at < %(due)s)
RETURNING id, secret, (playing->'entries'->-1->>0)::int AS epoch,
          (playing->'entries'->-1->>1)::int AS number
"""


class Job(NamedTuple):
    """Something long that one child does: `subject` is a stream, or a push."""

    kind: str
    subject: int


TRANSCODE, AAC, PUSH = "TRANSCODE", "AAC", "PUSH"
MODULES = {
    TRANSCODE: "livestream.media.transcode",
    AAC: "livestream.media.aac",
    PUSH: "livestream.media.push",
}


@dataclass(frozen=True)
class Wanted:
    """A job's task, which is a secret where it names a key."""

    job: Job
    task: Mapping[str, Any] = field(repr=False)


def wanted() -> list[Wanted]:
    """All that should be done now, what people wait for most first."""
    pushes = list(pushing.wanted())
    return [*_to_transcode(), *_to_swap(pushes), *_to_push(pushes)]


def _to_transcode() -> list[Wanted]:
    fresh = timezone.now() - recordings.HEARD
    open_ = Recording.objects.filter(
        done_at=None, heard_at__gt=fresh, stream__ended_at=None
    )
    streams = sorted(set(open_.values_list("stream", flat=True)))
    most = settings.TRANSCODE_MAX
    return [Wanted(Job(TRANSCODE, pk), {"stream": pk}) for pk in streams[:most]]


def _to_swap(pushes: Iterable[Push]) -> list[Wanted]:
    live = Stream.objects.filter(
        kind=Stream.Kind.LIVE,
        ended_at=None,
        epochs_begun__gt=0,
        heard_at__gt=timezone.now() - SILENT,
    )
    pushed = {push.session_id for push in pushes}
    chosen = [
        stream
        for stream in live.order_by("pk")
        if stream.wants_aac or settings.AAC_ALWAYS or stream.session_id in pushed
    ]
    return [
        Wanted(Job(AAC, stream.pk), {"folder": str(folders.folder(stream.secret))})
        for stream in chosen[: settings.AAC_MAX]
    ]


def _to_push(pushes: Iterable[Push]) -> list[Wanted]:
    return [
        Wanted(Job(PUSH, push.pk), task)
        for push in list(pushes)[: settings.PUSH_MAX]
        if (task := pushing.task(push)) is not None
    ]


def hold(worker: UUID, jobs: Collection[Job]) -> set[Job]:
    """Take or renew the leases on these, as far as nobody else has them."""
    if not jobs:
        return set()
    held = sql.rows(
        HOLD_SQL,
        worker=worker,
        lease=LEASE,
        kinds=[job.kind for job in jobs],
        subjects=[job.subject for job in jobs],
    )
    return {Job(row.kind, row.subject_id) for row in held}


def let_go(worker: UUID, jobs: Iterable[Job]) -> None:
    """Give leases back, so that another needn't wait for their end."""
    for job in jobs:
        Lease.objects.filter(
            worker=worker, kind=job.kind, subject_id=job.subject
        ).delete()


def posters_due() -> list[Any]:
    """Streams of which a new picture is due; whoever asks makes it."""
    now = timezone.now()
    return sql.rows(POSTERS_SQL, now=now, sends=now - SENDS, due=now - POSTER_EVERY)

"""A session's streams: who may send to them, when they end, what is left of them."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai import steps
from donghai.errors import Refused
from donghai.steps.models import Step
from hosts.models import Host
from livestream.events import services as events
from livestream.sessions.models import LiveSession
from livestream.sessions.services import own, require
from livestream.video import files, folders, playlist, tokens
from livestream.video.engines.adapters import addresses, engine
from livestream.video.models import Fragment, Stream
from livestream.video.playlist import Entry
from livestream.video.tokens import Right

KEEP = "livestream.keep_replay"


class CameraElsewhere(Refused):
    code = "camera_elsewhere"
    title = _("The picture comes from another device. Take it over here?")


@transaction.atomic
def claim_camera(
    *, host: Host, session_id: int, token: str = "", take_over: bool = False
) -> tuple[Stream, str]:
    """The stream this device may send to now, and the token to do it with.

    Before the session that's a rehearsal. With a token it has, even one that ran out, a
    device stays the publisher it is; any other becomes the next one, which ends the
    one before: refused while that one sends, unless told to `take_over`. Locks session
    and stream.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
    is_live = session.state == LiveSession.State.ON_AIR
    kind = Stream.Kind.LIVE if is_live else Stream.Kind.REHEARSAL
    stream, _new = Stream.objects.select_for_update(no_key=True).get_or_create(
        session=session, kind=kind
    )
    if _is_publisher(stream, token):
        return stream, tokens.issue(Right(stream.pk, stream.publisher))
    if not take_over and engine().is_sending(stream):
        raise CameraElsewhere()
    stream.publisher += 1
    stream.save(update_fields=["publisher"])
    return stream, tokens.issue(Right(stream.pk, stream.publisher))


def _is_publisher(stream: Stream, token: str) -> bool:
    try:
        had = tokens.read(token, max_age=None)
    except tokens.TokenRanOut:
        return False
    return had == Right(stream.pk, stream.publisher)


def finish(step: Step) -> None:
    """The job: its session is over, and what the camera still had is here or lost."""
    for stream in Stream.objects.filter(session=step.subject_id, ended_at=None):
        engine().kick(stream)
    with steps.finishing(step):
        close(step.subject_id)


def close(session_id: int) -> Stream | None:
    """End a session's streams, and have its replay kept; once.

    None when nothing was sent. A rehearsal's files go. Locks the streams; call it
    inside a transaction.
    """
    streams = Stream.objects.select_for_update(no_key=True).order_by("pk")
    for stream in streams.filter(session=session_id, ended_at=None):
        has_replay = engine().end(stream)  # reads its fragments: it goes on for that
        stream.ended_at = timezone.now()
        if has_replay:
            events.append(session_id, "replay", {})
            Fragment.objects.filter(epoch__stream=stream).delete()  # the list has them
            steps.schedule(KEEP, subject_id=stream.pk)
            folders.remove_private(stream.secret)
        else:
            stream.removed_at = timezone.now()
            folders.remove(stream.secret)
        stream.save(update_fields=["ended_at", "removed_at"])
    return replay_of(session_id)


def recording(stream: Stream) -> list[Entry]:
    """All fragments of a stream in the order they are shown.

    Of one that ended, as its playlist has them; none once its files are gone.
    """
    if stream.ended_at is not None:
        return _as_written(stream)
    rows = Fragment.objects.filter(epoch__stream=stream)
    columns = ("epoch__number", "number", "seconds", "filmed")
    found = [
        Entry(*row)
        for row in rows.order_by("epoch__number", "number").values_list(*columns)
    ]
    for place, (entry, after) in enumerate(pairwise(found)):
        if entry.epoch == after.epoch:  # better known than what the recorder guessed
            found[place] = entry._replace(seconds=after.filmed - entry.filmed)
    return found


def _as_written(stream: Stream) -> list[Entry]:
    written = folders.folder(stream.secret) / folders.REPLAY
    try:
        return playlist.read(written.read_text()).entries
    except FileNotFoundError:
        return []


def want_aac(session_id: int) -> str:
    """Where who can't play Opus finds the live video; it's made from now on.

    "" before there is video, and where it goes through an engine that makes none.
    """
    if engine().name != "embedded":
        return ""
    live = Stream.objects.filter(
        session=session_id, kind=Stream.Kind.LIVE, ended_at=None
    )
    live.filter(wants_aac=False).update(wants_aac=True)
    secret = live.values_list("secret", flat=True).first()
    return folders.url(secret, files.AAC_LIST) if secret else ""


def with_posters(sessions: Iterable[LiveSession]) -> list[LiveSession]:
    """The same, each with `poster_url`: how it looks now; "" for those not on air."""
    listed = list(sessions)
    live = Stream.objects.filter(
        session__in=[one for one in listed if one.state == LiveSession.State.ON_AIR],
        kind=Stream.Kind.LIVE,
        ended_at=None,
    )
    posters = {stream.session_id: stream.poster_url for stream in live}
    for session in listed:
        cast(Any, session).poster_url = posters.get(session.pk, "")
    return listed


def with_replays(sessions: Iterable[LiveSession]) -> list[LiveSession]:
    """The same, each with `replay`, the stream that is left of it, or None."""
    listed = list(sessions)
    left = replayed().filter(session__in=listed)
    replays = {stream.session_id: stream for stream in left}
    for session in listed:
        cast(Any, session).replay = replays.get(session.pk)
    return listed


def live_addresses(session: LiveSession) -> dict[str, str]:
    """Where viewers of a session on air find its picture; "" while it isn't there."""
    nowhere = {"url": "", "whep": ""}
    if session.state != LiveSession.State.ON_AIR:
        return nowhere
    found = Stream.objects.filter(
        session=session, kind=Stream.Kind.LIVE, removed_at=None, epochs_begun__gt=0
    ).first()
    return addresses(found) if found else nowhere


def is_being_closed(session_id: int) -> bool:
    """Whether something was sent whose replay isn't there yet."""
    open_ones = Stream.objects.filter(session=session_id, ended_at=None)
    return open_ones.filter(kind=Stream.Kind.LIVE, epochs_begun__gt=0).exists()


def replay_of(session_id: int) -> Stream | None:
    """The stream of a session that is over, while its files are there."""
    return replayed().filter(session=session_id).first()


def replayed() -> QuerySet[Stream]:
    """Streams that ended and can be watched again."""
    return Stream.objects.filter(
        kind=Stream.Kind.LIVE, removed_at=None, ended_at__isnull=False
    )

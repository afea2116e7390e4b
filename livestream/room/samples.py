"""Counting viewers of every room on air, again and again, for graphs and reports."""

from django.utils import timezone

from livestream.room import stream
from livestream.room.models import ViewerSample
from livestream.sessions.models import LiveSession

EVERY = 15  # seconds; what two workers count in the same ones is kept once


def count() -> None:
    """Keep how many watch each session on air: a round."""
    now = timezone.now()
    at = now.replace(microsecond=0, second=now.second // EVERY * EVERY)
    rooms = list(LiveSession.objects.on_air().values_list("pk", flat=True))
    ViewerSample.objects.bulk_create(
        [
            ViewerSample(session_id=session, at=at, viewers=viewers)
            for session, viewers in stream.viewers_of(rooms).items()
        ],
        ignore_conflicts=True,
    )

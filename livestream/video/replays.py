"""A session to watch again: its chapters, and the second a piece was sold."""

from dataclasses import dataclass
from datetime import datetime

from livestream.video import chapters, folders, streams
from livestream.video.chapters import Chapter
from livestream.video.models import Stream

LEAD_IN = 12.0  # seconds shown before a claim: the host says what it is


@dataclass(frozen=True, slots=True)
class Replay:
    """`url` is its playlist, `file_url` one file for players that want that, or ""."""

    stream: Stream
    chapters: list[Chapter]

    @property
    def url(self) -> str:
        return folders.replay_url(self.stream.secret)

    def at(self, second: float) -> Chapter | None:
        """The chapter that is shown then; before the first one, that."""
        begun = [one for one in self.chapters if one.second <= second]
        return begun[-1] if begun else next(iter(self.chapters), None)


def replay_of(session_id: int) -> Replay | None:
    """What is left of a session that is over; None when nothing was sent or is left."""
    stream = streams.replay_of(session_id)
    if stream is None:
        return None
    entries, shown = streams.recording(stream), chapters.shown_in(session_id)
    return Replay(stream, chapters.chapters(entries, shown))


def second_of(replay: Replay, moment: datetime, listing: int) -> float:
    """Where a claim is to be seen: a little before it, else where its piece was shown.

    0 for what was neither filmed nor shown.
    """
    filmed = chapters.second_of(streams.recording(replay.stream), moment)
    if filmed is not None:
        return max(0.0, filmed - LEAD_IN)
    shown = (one.second for one in replay.chapters if one.listing == listing)
    return next(shown, 0.0)

"""When each piece was shown in a replay, and which second a moment became.

A replay is its fragments one after another: what lies between two recordings, a lost
line or a camera that was off, is not in it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from livestream.events.models import RoomEvent
from livestream.video.playlist import Entry

JOINT = 0.25  # seconds between two fragments that nobody calls a hole


class Chapter(NamedTuple):
    """A piece was shown from this second of the replay on."""

    second: float
    listing: int
    title: str


class Shown(NamedTuple):
    """A piece was taken into the hand, or, without a listing, put down."""

    at: datetime
    listing: int | None
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """What was filmed without a break: a recording, or several hard on each other."""

    filmed: float
    second: float
    lasts: float


class Clock:
    """The time of a replay against the time of the world."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        sums = accumulate((entry.seconds for entry in entries), initial=0.0)
        *begins, self.seconds = sums
        self._spans = [
            _Span(entry.filmed, second, entry.seconds)
            for entry, second in zip(entries, begins, strict=True)
        ]
        self._filmed = [span.filmed for span in self._spans]

    def second(self, moment: datetime) -> float | None:
        """The second at which the replay shows a moment; None when nothing was sent."""
        at = moment.timestamp()
        index = bisect_right(self._filmed, at) - 1
        if index < 0:
            return None
        span = self._spans[index]
        after = at - span.filmed
        if after < span.lasts:
            return span.second + after
        return span.second + span.lasts if after < span.lasts + JOINT else None

    def next_second(self, moment: datetime, until: datetime | None) -> float | None:
        """The same, or else where the picture came back, if that was before `until`."""
        found = self.second(moment)
        if found is not None:
            return found
        index = bisect_right(self._filmed, moment.timestamp())
        if index == len(self._spans):
            return None
        span = self._spans[index]
        is_late = until is not None and span.filmed >= until.timestamp()
        return None if is_late else span.second


def chapters(entries: Sequence[Entry], shown: Iterable[Shown]) -> list[Chapter]:
    """Where each piece begins in the replay; one that was never filmed is left out."""
    clock, made = Clock(entries), list[Chapter]()
    ordered = sorted(shown, key=lambda one: one.at)
    for one, after in pairwise([*ordered, None]):
        if one is None or one.listing is None:
            continue
        second = clock.next_second(one.at, after.at if after else None)
        if second is None or (made and made[-1].listing == one.listing):
            continue
        made.append(Chapter(round(second, 3), one.listing, one.title))
    return made


def second_of(entries: Sequence[Entry], moment: datetime) -> float | None:
    """The second of the replay that shows a moment; None in a hole."""
    return Clock(entries).second(moment)


def shown_in(session_id: int) -> list[Shown]:
    """What was taken up and put down in a session, as its room was told."""
    told = RoomEvent.objects.filter(session=session_id, kind__in=("pin", "unpin"))
    return [_shown(*each) for each in told.values_list("at", "kind", "payload")]


def _shown(at: datetime, kind: str, payload: dict[str, Any]) -> Shown:
    is_pin = kind == "pin"
    return Shown(at, payload["listing"] if is_pin else None, payload.get("title", ""))

"""HLS playlists (RFC 8216) of fragments that lie beside them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

WINDOW = 24  # fragments of a live playlist: 12 s for who lost the line
SHORTEST_TARGET = 1  # seconds; the standard counts whole ones


class Entry(NamedTuple):
    """A fragment of a playlist. `filmed` is when it begins, by our clock, in seconds
    since 1970."""

    epoch: int
    number: int
    seconds: float
    filmed: float


def live(
    entries: Sequence[Entry], *, dropped: int, breaks_dropped: int, suffix: str = ""
) -> str:
    """The playlist of a stream that goes on."""
    head = [
        *_head(entries),
        f"#EXT-X-MEDIA-SEQUENCE:{dropped}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{breaks_dropped}",
    ]
    return "\n".join([*head, *_lines(entries, suffix), ""])


def ended(entries: Sequence[Entry], *, suffix: str = "") -> str:
    """The playlist of a whole recording."""
    head = [*_head(entries), "#EXT-X-PLAYLIST-TYPE:VOD"]
    return "\n".join([*head, *_lines(entries, suffix), "#EXT-X-ENDLIST", ""])


def _head(entries: Iterable[Entry]) -> list[str]:
    # A length only has to round to the target; rounding it up would double a player's
    # distance from live
    longest = max((round(entry.seconds) for entry in entries), default=0)
    target = max(longest, SHORTEST_TARGET)
    return ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target}"]


def _lines(entries: Sequence[Entry], suffix: str) -> Iterable[str]:
    before: int | None = None
    for entry in entries:
        if entry.epoch != before:
            if before is not None:
                yield "#EXT-X-DISCONTINUITY"
            filmed = datetime.fromtimestamp(entry.filmed, UTC)
            stamp = filmed.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            yield f'#EXT-X-MAP:URI="{entry.epoch}/init{suffix}.mp4"'
            yield f"#EXT-X-PROGRAM-DATE-TIME:{stamp}"
        before = entry.epoch
        yield f"#EXTINF:{entry.seconds:.6f},"
        yield f"{entry.epoch}/{entry.number}{suffix}.m4s"

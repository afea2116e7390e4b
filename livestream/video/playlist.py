"""HLS playlists (RFC 8216) of fragments that lie beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


Suffixes = Mapping[int, str]  # what a file's name has more, by epoch
PLAIN: Suffixes = {}


@dataclass(slots=True)
class Shown:
    """What a playlist says."""

    entries: list[Entry] = field(default_factory=list)
    suffixes: dict[int, str] = field(default_factory=dict)
    dropped: int = 0
    breaks_dropped: int = 0
    is_over: bool = False


def live(
    entries: Sequence[Entry],
    *,
    dropped: int,
    breaks_dropped: int,
    suffixes: Suffixes = PLAIN,
) -> str:
    """The playlist of a stream that goes on."""
    head = [
        *_head(entries),
        f"#EXT-X-MEDIA-SEQUENCE:{dropped}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{breaks_dropped}",
    ]
    return "\n".join([*head, *_lines(entries, suffixes), ""])


def ended(entries: Sequence[Entry], *, suffixes: Suffixes = PLAIN) -> str:
    """The playlist of a whole recording."""
    head = [*_head(entries), "#EXT-X-PLAYLIST-TYPE:VOD"]
    return "\n".join([*head, *_lines(entries, suffixes), "#EXT-X-ENDLIST", ""])


def _head(entries: Iterable[Entry]) -> list[str]:
    # A length only has to round to the target; rounding it up would double a player's
    # distance from live
    longest = max((round(entry.seconds) for entry in entries), default=0)
    target = max(longest, SHORTEST_TARGET)
    return ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{target}"]


def _lines(entries: Sequence[Entry], suffixes: Suffixes) -> Iterable[str]:
    before: int | None = None
    for entry in entries:
        suffix = suffixes.get(entry.epoch, "")
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


def read(text: str) -> Shown:
    """What one of our own playlists says."""
    shown = Shown()
    seconds = filmed = 0.0
    for line in text.splitlines():
        name, _colon, rest = line.partition(":")
        match name:
            case "#EXT-X-MEDIA-SEQUENCE":
                shown.dropped = int(rest)
            case "#EXT-X-DISCONTINUITY-SEQUENCE":
                shown.breaks_dropped = int(rest)
            case "#EXT-X-PROGRAM-DATE-TIME":
                filmed = datetime.fromisoformat(rest).timestamp()
            case "#EXTINF":
                seconds = float(rest.rstrip(","))
            case "#EXT-X-ENDLIST":
                shown.is_over = True
        if line and not line.startswith("#"):
            epoch, _slash, file = line.partition("/")
            number, _dash, kind = file.removesuffix(".m4s").partition("-")
            shown.entries.append(Entry(int(epoch), int(number), seconds, filmed))
            shown.suffixes[int(epoch)] = f"-{kind}" if kind else ""
            filmed += seconds
    return shown

"""Fragmented MP4, checked box by box (ISO/IEC 14496-12) before it is stored or served.

A recording begins with `ftyp` and `moov`, which say what tracks there are; then each
fragment is one `moof` and its `mdat`. Nothing here decodes video: it reads sizes, times
and codecs, and refuses whatever doesn't add up, so that no upload can reach a viewer
that isn't what a browser's recorder makes.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

DEEPEST = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"}
MOST_BOXES = 200  # in one upload; a recorder makes about forty
MOST_TRACKS = 2
LONGEST = 30.0  # seconds of one fragment
VIDEO = {b"avc1", b"avc3", b"hvc1", b"vp09", b"av01"}
AUDIO = {b"Opus", b"mp4a"}
SYNC_IS_NOT = 0x10000  # of a sample's flags: it can't be decoded alone


class NotVideo(ValueError):
    """What was sent is not what a recorder makes; the argument says what is wrong."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track of a recording: `codec` as HLS wants it, times in 1/`timescale` s."""

    number: int
    is_video: bool
    codec: str
    timescale: int
    width: int = 0
    height: int = 0
    default_duration: int = 0
    default_size: int = 0
    default_flags: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a fragment holds of one track: begins at, lasts, in seconds."""

    track: Track
    begins: float
    lasts: float
    samples: int
    has_key: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` and `mdat`."""

    runs: tuple[Run, ...]

    @property
    def leading(self) -> Run:
        """The run that tells the time: the picture's, else the sound's."""
        return next((run for run in self.runs if run.track.is_video), self.runs[0])


def read_init(data: bytes) -> tuple[Track, ...]:
    """The tracks of `ftyp` + `moov`. Raises NotVideo."""
    boxes = list(walk(data, 0, len(data)))
    kinds = [kind for kind, _, _ in boxes]
    if kinds[:2] != [b"ftyp", b"moov"] or set(kinds[2:]) - {b"free"}:
        raise NotVideo("not ftyp and moov")
    begin, end = boxes[1][1:]
    defaults: dict[int, tuple[int, int, int]] = {}
    tracks = []
    for kind, start, stop in walk(data, begin, end):
        if kind == b"mvex":
            for inner, at, to in walk(data, start, stop):
                if inner == b"trex":
                    number, _, *values = unpack(">5I", data, at + 4, to)
                    defaults[number] = (values[0], values[1], values[2])
        elif kind == b"trak":
            tracks.append(_track(data, start, stop))
    return _checked(tracks, defaults)


def read_fragment(data: bytes, tracks: Mapping[int, Track]) -> Fragment:
    """What one `moof` + `mdat` holds. Raises NotVideo."""
    boxes = [each for each in walk(data, 0, len(data)) if each[0] != b"styp"]
    if [kind for kind, _, _ in boxes] != [b"moof", b"mdat"]:
        raise NotVideo("not one moof and its mdat")
    (_, begin, end), (_, media, media_end) = boxes
    runs, bytes_named = [], 0
    for kind, start, stop in walk(data, begin, end):
        if kind == b"traf":
            run, size = _run(data, start, stop, tracks)
            runs.append(run)
            bytes_named += size
    if not runs or len({run.track.number for run in runs}) < len(runs):
        raise NotVideo("no track, or one twice")
    if bytes_named != media_end - media:
        raise NotVideo("samples and data differ in size")
    return Fragment(tuple(runs))


def _checked(
    tracks: list[Track], defaults: Mapping[int, tuple[int, int, int]]
) -> tuple[Track, ...]:
    numbers = {track.number for track in tracks}
    if not tracks or len(tracks) > MOST_TRACKS or len(numbers) < len(tracks):
        raise NotVideo("no tracks, or too many")
    if sum(track.is_video for track in tracks) != 1:
        raise NotVideo("not one picture")
    if numbers - set(defaults):
        raise NotVideo("not made for fragments")
    return tuple(
        Track(
            number=track.number,
            is_video=track.is_video,
            codec=track.codec,
            timescale=track.timescale,
            width=track.width,
            height=track.height,
            default_duration=defaults[track.number][0],
            default_size=defaults[track.number][1],
            default_flags=defaults[track.number][2],
        )
        for track in tracks
    )


def walk(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box between two places: its kind, and where its content begins and ends."""
    count = 0
    while begin < end:
        count += 1
        if end - begin < 8 or count > MOST_BOXES:
            raise NotVideo("boxes don't add up")
        size, kind = struct.unpack_from(">I4s", data, begin)
        head = 8
        if size == 1 and end - begin >= 16:
            (size,) = struct.unpack_from(">Q", data, begin + 8)
            head = 16
        if size < head or begin + size > end:
            raise NotVideo("a box is cut off")
        yield kind, begin + head, begin + size
        begin += size


def find(data: bytes, begin: int, end: int, *path: bytes) -> tuple[int, int]:
    """Where the content of the first box along `path` begins and ends."""
    for wanted in path:
        for kind, start, stop in walk(data, begin, end):
            if kind == wanted:
                begin, end = start, stop
                break
        else:
            raise NotVideo(f"no {wanted.decode('latin-1')}")
    return begin, end


def unpack(shape: str, data: bytes, at: int, end: int) -> tuple[int, ...]:
    if at + struct.calcsize(shape) > end:
        raise NotVideo("a field is cut off")
    return struct.unpack_from(shape, data, at)


def _track(data: bytes, begin: int, end: int) -> Track:
    at, to = find(data, begin, end, b"tkhd")
    (version,) = unpack(">B", data, at, to)
    (number,) = unpack(">I", data, at + (20 if version else 12), to)
    at, to = find(data, begin, end, b"mdia", b"mdhd")
    (version,) = unpack(">B", data, at, to)
    (timescale,) = unpack(">I", data, at + (20 if version else 12), to)
    if not 0 < timescale <= 10_000_000:
        raise NotVideo("no timescale")
    at, to = find(data, begin, end, b"mdia", b"minf", b"stbl", b"stsd")
    (entries,) = unpack(">I", data, at + 4, to)
    found = list(walk(data, at + 8, to))
    if entries != 1 or len(found) != 1:
        raise NotVideo("not one sample description")
    kind, start, stop = found[0]
    if kind in VIDEO:
        width, height = unpack(">HH", data, start + 24, stop)
        codec = _video_codec(kind, data, start + 78, stop)
        return Track(number, True, codec, timescale, width, height)
    if kind in AUDIO:
        return Track(
            number, False, "opus" if kind == b"Opus" else "mp4a.40.2", timescale
        )
    raise NotVideo(f"codec {kind.decode('latin-1')}")


def _video_codec(kind: bytes, data: bytes, begin: int, end: int) -> str:
    """By the stream's own header: what recorders say of themselves differs from it."""
    if kind not in (b"avc1", b"avc3"):
        raise NotVideo(f"codec {kind.decode('latin-1')}")
    at, to = find(data, begin, end, b"avcC")
    _, profile, compatible, level = unpack(">4B", data, at, to)
    return f"{kind.decode()}.{profile:02x}{compatible:02x}{level:02x}"


def _run(
    data: bytes, begin: int, end: int, tracks: Mapping[int, Track]
) -> tuple[Run, int]:
    """A track's part of a fragment, and how many bytes of the data are its samples."""
    at, to = find(data, begin, end, b"tfhd")
    flags, number = unpack(">II", data, at, to)
    track = tracks.get(number)
    if track is None:
        raise NotVideo("a track nobody announced")
    duration, size, sample_flags = defaults_of(data, at, to, flags & 0xFFFFFF, track)
    at, to = find(data, begin, end, b"tfdt")
    (version,) = unpack(">B", data, at, to)
    (time,) = unpack(">Q" if version else ">I", data, at + 4, to)
    lasts = samples = named = 0
    has_key = False
    for kind, start, stop in walk(data, begin, end):
        if kind == b"trun":
            run = _samples(data, start, stop, (duration, size, sample_flags))
            lasts, samples = lasts + run[0], samples + run[1]
            named, has_key = named + run[2], has_key or run[3]
    seconds = lasts / track.timescale
    if not samples or seconds > LONGEST:
        raise NotVideo("no samples, or too many")
    return Run(track, time / track.timescale, seconds, samples, has_key), named


def defaults_of(
    data: bytes, at: int, to: int, flags: int, track: Track
) -> tuple[int, int, int]:
    """A sample's duration, size and flags, where the run doesn't say them."""
    found = [track.default_duration, track.default_size, track.default_flags]
    place = at + 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    for index, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            (found[index],) = unpack(">I", data, place, to)
            place += 4
    return found[0], found[1], found[2]


def _samples(
    data: bytes, at: int, to: int, defaults: tuple[int, int, int]
) -> tuple[int, int, int, bool]:
    """Of one `trun`: duration, samples, their bytes, whether the first is a key."""
    head, count = unpack(">II", data, at, to)
    flags, place = head & 0xFFFFFF, at + 8
    duration, size, sample_flags = defaults
    place += 4 if flags & 0x1 else 0
    first_flags = sample_flags
    if flags & 0x4:
        (first_flags,) = unpack(">I", data, place, to)
        place += 4
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    if place + 4 * len(fields) * count != to:
        raise NotVideo("samples don't add up")
    values = struct.unpack_from(f">{len(fields) * count}I", data, place)
    columns = {bit: values[i :: len(fields)] for i, bit in enumerate(fields)}
    lasts = sum(columns[0x100]) if 0x100 in columns else duration * count
    named = sum(columns[0x200]) if 0x200 in columns else size * count
    if columns.get(0x400):
        first_flags = columns[0x400][0]
    return lasts, count, named, bool(count) and not first_flags & SYNC_IS_NOT

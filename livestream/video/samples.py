"""The samples of fragments: taken apart, changed, and put together again.

What is read here was checked by `boxes` when it came; what is written is as our players
want it: one `moof` whose data follows in one `mdat`, track after track.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from livestream.video import boxes
from livestream.video.boxes import NotVideo, Track

AAC_RATE = 48_000
IS_KEY, IS_NOT_KEY = 0x02000000, 0x01010000
RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)


class Sample(NamedTuple):
    """A picture or a packet of sound; times in its track's ticks."""

    duration: int
    content: bytes
    flags: int = IS_KEY
    shift: int = 0  # of its showing against its decoding

    @property
    def is_key(self) -> bool:
        return not self.flags & boxes.SYNC_IS_NOT


@dataclass(frozen=True, slots=True)
class Part:
    """What a fragment holds of one track, from `time` on."""

    track: Track
    time: int
    samples: tuple[Sample, ...]

    @property
    def end(self) -> int:
        return self.time + sum(sample.duration for sample in self.samples)


def tracks_of(header: bytes) -> dict[int, Track]:
    return {track.number: track for track in boxes.read_init(header)}


def read(content: bytes, tracks: Mapping[int, Track]) -> list[Part]:
    """The parts of one `moof` + `mdat`, in their order."""
    found = [
        each for each in boxes.walk(content, 0, len(content)) if each[0] != b"styp"
    ]
    (_, begin, end), (_, media, _media_end) = found
    moof = begin - 8
    parts, place = [], media
    for kind, start, stop in boxes.walk(content, begin, end):
        if kind == b"traf":
            part, place = _part(content, (start, stop), tracks, (moof, place))
            parts.append(part)
    return parts


def _part(
    content: bytes,
    traf: tuple[int, int],
    tracks: Mapping[int, Track],
    places: tuple[int, int],
) -> tuple[Part, int]:
    """One track's part, and where the data after it begins."""
    moof, place = places
    at, to = boxes.find(content, *traf, b"tfhd")
    flags, number = boxes.unpack(">II", content, at, to)
    track = tracks[number]
    defaults = boxes.defaults_of(content, at, to, flags & 0xFFFFFF, track)
    knows_where = not flags & 0x1  # else it counts from the recording's first byte
    at, to = boxes.find(content, *traf, b"tfdt")
    (version,) = boxes.unpack(">B", content, at, to)
    (time,) = boxes.unpack(">Q" if version else ">I", content, at + 4, to)
    samples: list[Sample] = []
    for kind, start, stop in boxes.walk(content, *traf):
        if kind != b"trun":
            continue
        head, count = boxes.unpack(">II", content, start, stop)
        if head & 0x1 and knows_where:
            (offset,) = boxes.unpack(">i", content, start + 8, stop)
            place = moof + offset
        for duration, size, sample_flags, shift in _listed(
            content, (start, head & 0xFFFFFF, count), defaults
        ):
            sample = content[place : place + size]
            if len(sample) != size:
                raise NotVideo("samples lie outside the data")
            samples.append(Sample(duration, sample, sample_flags, shift))
            place += size
    return Part(track, time, tuple(samples)), place


def _listed(
    content: bytes, run: tuple[int, int, int], defaults: tuple[int, int, int]
) -> list[tuple[int, int, int, int]]:
    """Duration, size, flags and shift of each sample of one `trun`."""
    start, flags, count = run
    place = start + 8 + (4 if flags & 0x1 else 0)
    first_flags = None
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", content, place)
        place += 4
    fields = [bit for bit in RUN_FIELDS if flags & bit]
    listed = []
    for index in range(count):
        values = struct.unpack_from(f">{len(fields)}I", content, place)
        said = dict(zip(fields, values, strict=True))
        place += 4 * len(fields)
        usual = first_flags if index == 0 and first_flags is not None else defaults[2]
        listed.append(
            (
                said.get(0x100, defaults[0]),
                said.get(0x200, defaults[1]),
                said.get(0x400, usual),
                said.get(0x800, 0),
            )
        )
    return listed


def write(number: int, parts: Sequence[Part]) -> bytes:
    """One fragment of these parts."""
    parts = [part for part in parts if part.samples]
    sizes = [sum(len(s.content) for s in part.samples) for part in parts]
    head = len(_moof(number, parts, [0] * len(parts))) + 8
    places = [head + sum(sizes[:index]) for index in range(len(parts))]
    media = b"".join(s.content for part in parts for s in part.samples)
    return _moof(number, parts, places) + box(b"mdat", media)


def _moof(number: int, parts: Sequence[Part], places: Sequence[int]) -> bytes:
    trafs = [_traf(*each) for each in zip(parts, places, strict=True)]
    return box(b"moof", full(b"mfhd", 0, 0, struct.pack(">I", number + 1)), *trafs)


def _traf(part: Part, place: int) -> bytes:
    rows = [
        struct.pack(">4I", s.duration, len(s.content), s.flags, s.shift)
        for s in part.samples
    ]
    run = struct.pack(">Ii", len(rows), place)
    return box(
        b"traf",
        full(b"tfhd", 0, 0x020000, struct.pack(">I", part.track.number)),
        full(b"tfdt", 1, 0, struct.pack(">Q", part.time)),
        full(b"trun", 1, 0x000F01, run, *rows),
    )


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def full(kind: bytes, version: int, flags: int, *contents: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def with_aac(header: bytes, sound: Track, config: bytes, channels: int) -> bytes:
    """The same header, but its sound is AAC, counted in samples."""
    entry = box(
        b"mp4a",
        struct.pack(">6xH8xHHIHH", 1, channels, 16, 0, AAC_RATE, 0),
        full(b"esds", 0, 0, _description(config)),
    )
    described = full(b"stsd", 0, 0, struct.pack(">I", 1), entry)

    def changed(content: bytes) -> bytes:
        out = []
        for kind, start, stop in boxes.walk(content, 0, len(content)):
            inner = content[start:stop]
            if kind == b"stsd":
                out.append(described)
            elif kind == b"mdhd":
                at = 20 if inner[0] else 12
                rate = struct.pack(">I", AAC_RATE)
                out.append(box(kind, inner[:at], rate, inner[at + 4 :]))
            else:
                is_holder = kind in boxes.DEEPEST
                out.append(box(kind, changed(inner) if is_holder else inner))
        return b"".join(out)

    ftyp, moov = (
        header[start:stop] for _, start, stop in boxes.walk(header, 0, len(header))
    )
    inside = []
    for kind, start, stop in boxes.walk(moov, 0, len(moov)):
        inner = moov[start:stop]
        is_sound = kind == b"trak" and _number(inner) == sound.number
        inside.append(box(kind, changed(inner) if is_sound else inner))
    return box(b"ftyp", ftyp) + box(b"moov", *inside)


def aac_track(sound: Track) -> Track:
    return replace(
        sound, codec="mp4a.40.2", timescale=AAC_RATE, default_duration=0, default_size=0
    )


def decoder_config(header: bytes, track: Track) -> bytes:
    """What a decoder of this track's sample entry wants to know: avcC."""
    at, to = _entry(header, track)
    at, to = boxes.find(header, at + 78, to, b"avcC")
    return header[at:to]


def channels_of(header: bytes, sound: Track) -> int:
    """How many channels the sound has."""
    at, to = _entry(header, sound)
    (count,) = boxes.unpack(">H", header, at + 16, to)
    return min(max(count, 1), 2)


def _entry(header: bytes, track: Track) -> tuple[int, int]:
    """Where the track's sample entry stands."""
    begin, end = boxes.find(header, 0, len(header), b"moov")
    for kind, start, stop in boxes.walk(header, begin, end):
        if kind == b"trak" and _number(header[start:stop]) == track.number:
            at, to = boxes.find(header, start, stop, b"mdia", b"minf", b"stbl", b"stsd")
            _kind, at, to = next(boxes.walk(header, at + 8, to))
            return at, to
    raise NotVideo("no such track")


def _number(trak: bytes) -> int:
    at, to = boxes.find(trak, 0, len(trak), b"tkhd")
    return boxes.unpack(">I", trak, at + (20 if trak[at] else 12), to)[0]


def _description(config: bytes) -> bytes:
    """An AAC decoder's configuration in the descriptors of ISO/IEC 14496-1."""

    def described(tag: int, *contents: bytes) -> bytes:
        content = b"".join(contents)
        return bytes([tag, len(content)]) + content

    decoder = described(
        4, bytes([0x40, 0x15]), bytes(3), bytes(8), described(5, config)
    )
    return described(3, bytes(3), decoder, described(6, b"\x02"))

"""Reads WebM as it comes: elements of EBML (RFC 8794), of which blocks are passed on.

A live recording says of its segment and clusters no sizes. Nothing of what comes is
trusted: sizes have limits, and what isn't understood is skipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SEGMENT, CLUSTER, BLOCK_GROUP = 0x18538067, 0x1F43B675, 0xA0
TRACKS, ENTRY, NUMBER, CODEC, PRIVATE = 0x1654AE6B, 0xAE, 0xD7, 0x86, 0x63A2
TIMESTAMP, SIMPLE_BLOCK, BLOCK = 0xE7, 0xA3, 0xA1
HOLDERS = {SEGMENT, CLUSTER, BLOCK_GROUP}
LARGEST = 8 << 20  # bytes of one element that is kept
VP8, OPUS = "V_VP8", "A_OPUS"


class NotWebm(ValueError):
    """What came is not what a recorder makes."""


@dataclass(frozen=True, slots=True)
class Block:
    """A picture or a packet of sound, at a time in milliseconds."""

    codec: str
    time: int
    is_key: bool
    content: bytes
    cluster: int  # the byte of the recording at which its cluster begins


class Reader:
    """Takes bytes as they come and gives the blocks that are whole."""

    def __init__(self, at: int = 0) -> None:
        self.codecs: dict[int, str] = {}
        self.channels = 1
        self.header_ends: int | None = None  # where the first cluster begins
        self._rest = b""
        self._at = at  # the byte of the recording that `_rest` begins with
        self._skip = 0
        self._cluster = 0
        self._time = 0

    def jump(self, at: int) -> None:
        """Go on with what begins at another byte of the recording."""
        self._at, self._rest = at, b""

    def feed(self, content: bytes) -> Iterator[Block]:
        """The blocks that are whole now. Raises NotWebm."""
        if self._skip:
            gone = min(self._skip, len(content))
            self._skip -= gone
            self._at += gone
            content = content[gone:]
        data, place = self._rest + content, 0
        while (head := _head(data, place)) is not None:
            kind, size, begin = head
            if kind in HOLDERS:
                self._open(kind, place)
                place = begin
                continue
            if size is None or size > LARGEST:
                raise NotWebm("an element without end")
            end = begin + size
            if end > len(data) and kind not in (TRACKS, SIMPLE_BLOCK, BLOCK, TIMESTAMP):
                self._skip = end - len(data)
                place = len(data)
                break
            if end > len(data):
                break
            block = self._read(kind, data[begin:end])
            if block is not None:
                yield block
            place = end
        self._at += place
        self._rest = data[place:]

    def _open(self, kind: int, place: int) -> None:
        if kind == CLUSTER:
            self._cluster = self._at + place
            if self.header_ends is None:
                self.header_ends = self._cluster

    def _read(self, kind: int, content: bytes) -> Block | None:
        if kind == TIMESTAMP:
            self._time = int.from_bytes(content, "big")
        elif kind == TRACKS:
            self._tracks(content)
        elif kind in (SIMPLE_BLOCK, BLOCK):
            number, length = _number(content, 0, keeps_marker=False)
            codec = self.codecs.get(number)
            if codec is None or len(content) < length + 3:
                return None
            shift = int.from_bytes(content[length : length + 2], "big", signed=True)
            body = content[length + 3 :]
            is_key = codec != VP8 or (bool(body) and not body[0] & 1)  # RFC 6386, 9.1
            return Block(codec, self._time + shift, is_key, body, self._cluster)
        return None

    def _tracks(self, content: bytes) -> None:
        for kind, entry in _elements(content):
            if kind != ENTRY:
                continue
            said = dict(_elements(entry))
            number = int.from_bytes(said.get(NUMBER, b"\0"), "big")
            codec = said.get(CODEC, b"").rstrip(b"\0").decode("latin-1")
            self.codecs[number] = codec
            if codec == OPUS and len(said.get(PRIVATE, b"")) > 9:
                self.channels = min(max(said[PRIVATE][9], 1), 2)
        if VP8 not in self.codecs.values():
            raise NotWebm("no VP8")


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while (head := _head(content, place)) is not None:
        kind, size, begin = head
        if size is None:
            raise NotWebm("an element without end")
        yield kind, content[begin : begin + size]
        place = begin + size


def _head(data: bytes, place: int) -> tuple[int, int | None, int] | None:
    """Kind, size and where the content begins; None while that isn't all there."""
    try:
        kind, length = _number(data, place, keeps_marker=True)
        size, more = _number(data, place + length, keeps_marker=False)
    except IndexError:
        return None
    is_unknown = size == (1 << 7 * more) - 1
    return kind, None if is_unknown else size, place + length + more


def _number(data: bytes, place: int, *, keeps_marker: bool) -> tuple[int, int]:
    """A number of variable length, and how long that is."""
    first = data[place]
    length = 9 - first.bit_length()
    if length > 8 or (keeps_marker and length > 4):
        raise NotWebm("no element")
    if place + length > len(data):
        raise IndexError
    number = int.from_bytes(data[place : place + length], "big")
    return (number if keeps_marker else number & ~(1 << 7 * length)), length

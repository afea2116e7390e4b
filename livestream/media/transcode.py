"""Turns a stream's WebM recordings into ordinary fragments, as if a camera sent them.

    python -m livestream.media.transcode     a child of `worker`: one stream

Pictures are encoded anew (VP8 to H.264, a whole one every half second), sound too (Opus
to AAC). Who is killed is followed by another: it reads again from the last cluster with
a whole picture, and begins a new epoch where the last stored fragment ended.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any, TypeVar

import av
import django
from av.video.frame import PictureType

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from livestream.media import child, webm  # noqa: E402
from livestream.media.aac import Voice  # noqa: E402
from livestream.video import files, ingest, recordings, samples  # noqa: E402
from livestream.video.ingest import (  # noqa: E402
    NoRoom,
    StreamEnded,
    TakenOver,
    TooFast,
)
from livestream.video.models import Fragment, Recording, Stream  # noqa: E402
from livestream.video.samples import AAC_RATE, IS_KEY, IS_NOT_KEY, Part  # noqa: E402
from livestream.video.tokens import Right  # noqa: E402

log = logging.getLogger("livestream.media.transcode")

KEY_EVERY = 500  # milliseconds
BITS = 1_500_000  # a second
Found = TypeVar("Found")

QUIET = 1.5  # seconds without a chunk after which what is there is shown
LOOK = 0.1  # seconds between two looks for a chunk
X264 = {"preset": "superfast", "tune": "zerolatency"}
X264_PARAMS = f"scenecut=0:annexb=0:keyint=300:vbv-maxrate={BITS * 3 // 2000}"


class Converter:
    """Blocks of one recording into fragments; the first needs `header` before it."""

    def __init__(self, channels: int, begins: float) -> None:
        self.header = b""
        self.begins = round(begins * 1000)  # milliseconds; what is before was shown
        self._tracks: list[samples.Track] = []
        self._decoder = av.CodecContext.create("vp8", "r")
        self._decoder.thread_count = 1
        self._voice = Voice(channels)
        self._voice.written = int(begins * AAC_RATE) // 1024 * 1024
        self._encoder: av.VideoCodecContext | None = None
        self._channels = channels
        self._pictures: list[tuple[int, samples.Sample]] = []
        self._made = 0

    @property
    def has_begun(self) -> bool:
        """Whether there is anything of the next fragment."""
        return bool(self._pictures)

    @property
    def first(self) -> float:
        """When the fragment being made begins, in seconds of the recording."""
        return self._pictures[0][0] / 1000

    def take(self, block: webm.Block) -> Iterator[tuple[bytes, float]]:
        """Fragments that this block completes, each with its beginning."""
        if block.codec == webm.OPUS:
            if self._pictures or block.time >= self.begins - 1000:
                self._voice.hear(block.time * AAC_RATE // 1000, block.content)
            return
        if block.codec != webm.VP8:
            return
        try:
            frames = self._decoder.decode(av.Packet(block.content))
        except av.FFmpegError:
            return  # the first after a loss may need what isn't there
        for frame in frames:
            if block.time < self.begins:
                continue
            if self._pictures and block.time - self._pictures[0][0] >= KEY_EVERY:
                begins = self.first
                yield self.cut(block.time), begins
            self._encode(frame, block.time)

    def cut(self, until: int | None = None) -> bytes:
        """The fragment of what was encoded so far, which is something."""
        times = [at for at, _sample in self._pictures]
        times.append(until if until is not None else times[-1] + 33)
        picture, sound = self._tracks
        scale = picture.timescale
        shown = tuple(
            sample._replace(duration=max(after - at, 1) * scale // 1000)
            for (at, sample), after in zip(self._pictures, times[1:], strict=True)
        )
        begins, packets = self._voice.speak()
        fragment = samples.write(
            self._made,
            [
                Part(picture, times[0] * scale // 1000, shown),
                Part(sound, begins, tuple(packets)),
            ],
        )
        self._made += 1
        self.begins, self._pictures = times[-1], []
        return fragment

    def _encode(self, frame: av.VideoFrame, at: int) -> None:
        if self._encoder is None:
            self._encoder = self._open(frame)
        width, height = self._encoder.width, self._encoder.height
        frame = frame.reformat(width, height, "yuv420p")
        frame.pts, frame.time_base = at, Fraction(1, 1000)
        frame.pict_type = PictureType.NONE if self._pictures else PictureType.I
        for packet in self._encoder.encode(frame):
            flags = IS_KEY if packet.is_keyframe else IS_NOT_KEY
            self._pictures.append((at, samples.Sample(0, bytes(packet), flags)))

    def _open(self, frame: av.VideoFrame) -> av.VideoCodecContext:
        """An encoder as large as the first picture, and the header it needs."""
        out = BytesIO()
        moved = {"movflags": "empty_moov+default_base_moof+frag_custom"}
        holder = av.open(out, "w", format="mp4", options=moved)
        stream = holder.add_stream("libx264", rate=30, options=dict(X264))
        encoder = stream.codec_context
        encoder.options = X264 | {"x264-params": X264_PARAMS}
        encoder.width, encoder.height = frame.width & ~1, frame.height & ~1
        encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 1000)
        encoder.bit_rate, encoder.thread_count = BITS, 1
        sound = holder.add_stream("aac", rate=AAC_RATE)
        sound.layout = "stereo" if self._channels == 2 else "mono"
        holder.start_encoding()
        self._holder = holder  # the encoder is part of it
        self.header = _without_more(out.getvalue())
        self._tracks = sorted(
            samples.tracks_of(self.header).values(), key=lambda t: not t.is_video
        )
        return encoder


def _without_more(content: bytes) -> bytes:
    """Only ftyp and moov of what a muxer wrote."""
    found = {
        kind: content[start - 8 : stop]
        for kind, start, stop in samples.boxes.walk(content, 0, len(content))
    }
    return found[b"ftyp"] + found[b"moov"]


class Run:
    """One converter's way through one recording."""

    def __init__(self, stream: Stream, recording: Recording) -> None:
        self.stream, self.recording = stream, recording
        self.right = Right(stream.pk, recording.publisher)
        self.part = recordings.made_part(recording, recording.attempts)
        self.reader = webm.Reader()
        self.number = recording.kept_from  # of the chunk read next
        self.fragments = 0
        self._starts: list[tuple[int, int]] = []  # chunk, byte at which it begins
        self._keys: list[tuple[int, int]] = []  # milliseconds, byte of its cluster
        self._read = -recording.kept_at
        self._raw = bytearray()
        header = recordings.header(stream.secret, recording)
        if recording.kept_from or recording.kept_at:
            list(self.reader.feed(header.read_bytes()))
            self.reader.jump(0)
        self.converter: Converter | None = None

    def go(self) -> bool:
        """Convert chunks as they come; whether the recording is over, or only quiet."""
        heard = time.monotonic()
        while True:
            content = self._next_chunk()
            if content is not None:
                heard = time.monotonic()
                self._convert(content)
                continue
            quiet = time.monotonic() - heard
            if quiet > QUIET:
                self._flush()
            if quiet > QUIET and self._is_over():
                return True
            if quiet > recordings.HEARD.total_seconds():
                return False
            time.sleep(LOOK)

    def _next_chunk(self) -> bytes | None:
        place = recordings.chunk(self.stream.secret, self.recording, self.number)
        try:
            content = place.read_bytes()
        except FileNotFoundError:
            return None
        skip = self.recording.kept_at if self.number == self.recording.kept_from else 0
        self._starts.append((self.number, self._read))
        self._read += len(content)
        self.number += 1
        return content[skip:]

    def _convert(self, content: bytes) -> None:
        if self.reader.header_ends is None:
            self._raw += content
        for block in self.reader.feed(content):
            if self.converter is None:
                self._keep_header()
                begins = stored_until(self.stream, self.recording)
                self.converter = Converter(self.reader.channels, begins)
            if block.codec == webm.VP8 and block.is_key:
                self._keys.append((block.time, block.cluster))
            for fragment, begins in self.converter.take(block):
                self._store(fragment, begins)

    def _keep_header(self) -> None:
        place = recordings.header(self.stream.secret, self.recording)
        if not place.exists() and self.reader.header_ends is not None:
            files.write(place, bytes(self._raw[: self.reader.header_ends]))
        self._raw.clear()

    def _flush(self) -> None:
        """Show what there is of a fragment, as nothing more comes just now."""
        if self.converter is not None and self.converter.has_begun:
            begins = self.converter.first
            self._store(self.converter.cut(), begins)

    def _store(self, fragment: bytes, begins: float) -> None:
        assert self.converter is not None
        if not self.fragments:
            began_at = self.recording.begun_at + timedelta(seconds=begins)
            header = self.converter.header
            patiently(
                lambda: ingest.open_epoch(self.right, self.part, header, began_at)
            )
        number = self.fragments
        patiently(lambda: ingest.take(self.right, self.part, number, fragment))
        self.fragments += 1
        self._forget()

    def _forget(self) -> None:
        """Let go of chunks that nobody needs to read again."""
        assert self.converter is not None
        done = [key for key in self._keys if key[0] <= self.converter.begins]
        if not done:
            return
        _time, cluster = done[-1]
        self._keys = [done[-1], *self._keys[len(done) :]]
        chunk, start = [each for each in self._starts if each[1] <= cluster][-1]
        at = cluster - start
        if chunk == self._starts[0][0]:
            return
        patiently(
            lambda: Recording.objects.filter(pk=self.recording.pk).update(
                kept_from=chunk, kept_at=at
            )
        )
        for number, _start in self._starts:
            if number < chunk:
                recordings.chunk(self.stream.secret, self.recording, number).unlink(
                    missing_ok=True
                )
        self._starts = [each for each in self._starts if each[0] >= chunk]

    def _is_over(self) -> bool:
        later = Recording.objects.filter(
            stream=self.stream, done_at=None, pk__gt=self.recording.pk
        )
        ended = Stream.objects.exclude(ended_at=None).filter(pk=self.stream.pk)
        return patiently(lambda: later.exists() or ended.exists())


def stored_until(stream: Stream, recording: Recording) -> float:
    """The second of the recording up to which its fragments are stored."""
    first = recordings.made_part(recording, 0)
    made = Fragment.objects.filter(
        epoch__stream=stream,
        epoch__publisher=recording.publisher,
        epoch__part__range=(first, first + recordings.MOST_ATTEMPTS - 1),
    )
    last = made.order_by("-filmed").first()
    if last is None:
        return 0.0
    return last.filmed + last.seconds - recording.begun_at.timestamp()


def patiently(call: Callable[[], Found]) -> Found:
    """Do it, and again while the database is away or more can't be taken yet."""
    while True:
        try:
            return call()
        except (TooFast, NoRoom):
            time.sleep(0.3)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.3)


def convert(stream_id: int) -> None:
    """Convert a stream's recordings in their order while there are any."""
    while True:
        stream = patiently(lambda: Stream.objects.get(pk=stream_id))
        recording = patiently(lambda: _next(stream_id))
        if recording is None:
            return
        _change(recording, attempts=F("attempts") + 1)
        is_wanted = (
            stream.ended_at is None
            and recording.publisher == stream.publisher
            and recording.attempts < recordings.MOST_ATTEMPTS
        )
        if is_wanted:
            try:
                if not Run(stream, recording).go():
                    return
            except (TakenOver, StreamEnded):
                pass
            except (webm.NotWebm, ingest.UnreadableVideo) as wrong:
                log.warning("recording %s not read: %s", recording.pk, wrong)
        _change(recording, done_at=timezone.now())
        remove(stream, recording)


def _next(stream_id: int) -> Recording | None:
    waiting = Recording.objects.filter(stream=stream_id, done_at=None)
    return waiting.order_by("pk").first()


def _change(recording: Recording, **facts: Any) -> None:
    mine = Recording.objects.filter(pk=recording.pk)
    patiently(lambda: mine.update(**facts))


def remove(stream: Stream, recording: Recording) -> None:
    place = recordings.folder(stream.secret, recording)
    for file in place.glob("*"):
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    convert(child.begin()["stream"])

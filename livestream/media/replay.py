"""A replay as one MP4 that any player shows, a chapter for each piece, and pictures.

A step of the media lane. First every fragment gets its AAC, file by file, as Apple's
live viewers have it: what is there is not made again, so a worker that was killed, or
has done enough for now, goes on where it was. Then packets are copied into one file.
"""

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av

from donghai import steps
from donghai.steps.models import Step
from livestream.media import pictures
from livestream.media.aac import Swap
from livestream.video import chapters, files, folders, samples, streams
from livestream.video.chapters import Chapter
from livestream.video.models import Stream
from livestream.video.playlist import Entry

SLICE = 20.0  # seconds of work before other steps of the lane have their turn
MILLI = Fraction(1, 1000)


def keep(step: Step) -> None:
    """The job: make the file and the chapters' pictures of a stream that ended."""
    stream = Stream.objects.get(pk=step.subject_id)
    entries = streams.recording(stream)
    if entries and not stream.mp4_bytes and stream.removed_at is None:
        folder = folders.folder(stream.secret)
        _swap_for_a_while(folder, entries)
        named = chapters.chapters(entries, chapters.shown_in(stream.session_id))
        draw_chapters(folder, entries, named)
        size = write(folder, entries, named)
        # Before the lease is asked for: who comes after us finds it done
        Stream.objects.filter(pk=stream.pk).update(mp4_bytes=size)
        _tidy(folder)
    with steps.finishing(step):
        pass


def _swap_for_a_while(folder: Path, entries: Sequence[Entry]) -> None:
    swap, begun = Swap(folder), time.monotonic()
    for entry in entries:
        swap.bring_up(entry)
        if time.monotonic() - begun > SLICE:
            raise steps.NotYet(0)


def write(folder: Path, entries: Sequence[Entry], named: Sequence[Chapter]) -> int:
    """Copy all fragments into `replay.mp4`; how large it is."""
    made, beside = folder / files.MP4, folder / f".{files.MP4}"
    moved = {"movflags": "faststart"}
    with av.open(str(beside), "w", format="mp4", options=moved) as out:
        _Copy(out, folder, entries).run(named)
    beside.replace(made)
    return made.stat().st_size


class _Copy:
    """Packets of fragments into one file, each epoch where the last one ended."""

    def __init__(
        self, out: av.container.OutputContainer, folder: Path, entries: Sequence[Entry]
    ) -> None:
        self.out, self.folder, self.entries = out, folder, entries
        self._suffixes = {entry.epoch: self._suffix(entry) for entry in entries}
        self._streams: dict[bool, av.stream.Stream] = {}
        self._config = b""
        self._ended = {True: Fraction(-1), False: Fraction(-1)}  # of picture, of sound

    def run(self, named: Sequence[Chapter]) -> None:
        self._begin()
        self.out.set_chapters(_timed(named, sum(e.seconds for e in self.entries)))
        epoch, second, begins = None, Fraction(0), Fraction(0)
        for entry in self.entries:
            if entry.epoch != epoch:
                tracks = self._tracks(entry.epoch)
                epoch = entry.epoch
                shift = second - self._first(entry, tracks)
            begins = second
            for part in samples.read(self._read(entry), tracks):
                self._copy(part, shift, entry)
            second = begins + Fraction(entry.seconds).limit_denominator(1_000_000)

    def _suffix(self, entry: Entry) -> str:
        made = files.init(self.folder, entry.epoch, files.AAC)
        return files.AAC if made.exists() else ""

    def _header(self, epoch: int) -> bytes:
        suffix = self._suffixes[epoch]
        return files.init(self.folder, epoch, suffix).read_bytes()

    def _read(self, entry: Entry) -> bytes:
        suffix = self._suffixes[entry.epoch]
        place = files.fragment(self.folder, entry.epoch, entry.number, suffix)
        return place.read_bytes()

    def _tracks(self, epoch: int) -> dict[int, samples.Track]:
        header = self._header(epoch)
        tracks = samples.tracks_of(header)
        picture = next(track for track in tracks.values() if track.is_video)
        self._config = parameter_sets(samples.decoder_config(header, picture))
        return tracks

    def _first(self, entry: Entry, tracks: dict[int, samples.Track]) -> Fraction:
        parts = samples.read(self._read(entry), tracks)
        picture = next(part for part in parts if part.track.is_video)
        return Fraction(picture.time, picture.track.timescale)

    def _begin(self) -> None:
        """Streams as the first epoch that has sound, or the first, has them."""
        first = self.entries[0]
        content = self._header(first.epoch) + self._read(first)
        self._model = av.open(BytesIO(content), format="mp4")
        for stream in self._model.streams:
            if stream.type in ("video", "audio"):
                made = self.out.add_stream_from_template(stream)
                self._streams[stream.type == "video"] = made

    def _copy(self, part: samples.Part, shift: Fraction, entry: Entry) -> None:
        stream = self._streams.get(part.track.is_video)
        if stream is None:
            return
        scale, ticks = part.track.timescale, part.time
        for index, sample in enumerate(part.samples):
            at = Fraction(ticks, scale) + shift
            ticks += sample.duration
            if at < 0 or at <= self._ended[part.track.is_video]:
                continue
            self._ended[part.track.is_video] = at
            is_first = part.track.is_video and index == 0 and entry.number == 0
            content = self._config + sample.content if is_first else sample.content
            packet = av.Packet(content)
            packet.stream, packet.time_base = stream, Fraction(1, 90_000)
            packet.dts = round(at * 90_000)
            packet.pts = packet.dts + sample.shift * 90_000 // scale
            packet.duration = sample.duration * 90_000 // scale
            packet.is_keyframe = sample.is_key
            self.out.mux(packet)


def parameter_sets(config: bytes) -> bytes:
    """SPS and PPS of an avcC, each with its length before it, as samples have them.

    They stand again before an epoch's first picture: another camera has others.
    """
    sets, place = [], 6
    for mask in (0x1F, 0xFF):
        count = config[place - 1] & mask
        for _ in range(count):
            size = int.from_bytes(config[place : place + 2], "big")
            content = config[place + 2 : place + 2 + size]
            sets.append(len(content).to_bytes(4, "big") + content)
            place += 2 + size
        place += 1
    return b"".join(sets)


def _timed(named: Sequence[Chapter], seconds: float) -> list[Any]:
    ends = [*(chapter.second for chapter in named[1:]), seconds][: len(named)]
    return [
        {
            "id": number,
            "start": int(chapter.second * 1000),
            "end": int(end * 1000),
            "time_base": MILLI,
            "metadata": {"title": chapter.title},
        }
        for number, (chapter, end) in enumerate(zip(named, ends, strict=True), start=1)
    ]


def draw_chapters(
    folder: Path, entries: Sequence[Entry], named: Sequence[Chapter]
) -> None:
    """One picture of each chapter: `chapters/<n>.jpg`, counted from 0."""
    for number, entry in enumerate(_beginnings(entries, named)):
        place = folder / "chapters" / f"{number}.jpg"
        if place.exists():
            continue
        picture = pictures.draw(folder, entry.epoch, entry.number)
        if picture is not None:
            files.write(place, picture)


def _beginnings(entries: Sequence[Entry], named: Sequence[Chapter]) -> Iterator[Entry]:
    """The fragment two seconds into each chapter: by then she holds it up."""
    index, second = 0, 0.0
    for chapter in named:
        wanted = chapter.second + 2.0
        while index < len(entries) - 1 and second + entries[index].seconds <= wanted:
            second += entries[index].seconds
            index += 1
        yield entries[index]


def _tidy(folder: Path) -> None:
    """The file has the AAC now; twice would be twice the room."""
    for file in folder.glob(f"*/*{files.AAC}.m*"):
        file.unlink(missing_ok=True)
    (folder / files.AAC_LIST).unlink(missing_ok=True)

"""Apple's players want AAC: each fragment's Opus is encoded anew, its picture is not.

    python -m livestream.media.aac     a child of `worker`: one stream, until it's over

Beside `<n>.m4s` comes `<n>-aac.m4s`, beside `live.m3u8` comes `aac.m3u8`. Packets of
AAC begin at whole multiples of 1024 samples since the recording's zero: so one who goes
on after another begins where that one ended, and sound never moves against the picture.
"""

import time
from fractions import Fraction
from pathlib import Path

import av

from livestream.media import child
from livestream.video import boxes, files, playlist, samples
from livestream.video.files import AAC
from livestream.video.playlist import Entry, Shown
from livestream.video.samples import AAC_RATE, Part, Sample

PACKET = 1024  # samples of one AAC packet
STRAY = AAC_RATE // 25  # a recorder's clock may be off by so much
BITS = 64_000  # a second, of each channel
LOOK = 0.08  # seconds between two looks at the playlist


class Voice:
    """Opus in, AAC out, both counted in samples since the recording's zero."""

    def __init__(self, channels: int) -> None:
        self._layout = "stereo" if channels == 2 else "mono"
        self._decoder = av.CodecContext.create("opus", "r")
        self._decoder.sample_rate, self._decoder.layout = AAC_RATE, self._layout
        self._decoder.extradata = _opus_head(channels)
        self._encoder = av.CodecContext.create("aac", "w")
        self._encoder.sample_rate, self._encoder.layout = AAC_RATE, self._layout
        self._encoder.format, self._encoder.bit_rate = "fltp", BITS * channels
        self._encoder.time_base = Fraction(1, AAC_RATE)
        self._encoder.open()
        self.config = bytes(self._encoder.extradata or b"")
        self.written = 0  # what was given out ends here
        self._waiting = av.AudioFifo()
        self._fed: int | None = None  # samples that were decoded
        self._encoded = 0  # samples that went to the encoder

    def hear(self, at: int, content: bytes) -> None:
        """Take in a packet that begins `at`; what is missing before it is silence."""
        if self._fed is None:
            begins = at // PACKET * PACKET
            self._fed = self._encoded = begins
            self.written = max(self.written, begins)
            self._be_silent(at - begins)
        elif at > self._fed + STRAY:
            self._be_silent(at - self._fed)
        elif at < self._fed - STRAY:
            return  # it was heard already
        try:
            frames = self._decoder.decode(av.Packet(content))
        except av.FFmpegError:
            return  # the gap it leaves is silence
        for frame in frames:
            frame.pts = None
            self._fed += frame.samples
            self._waiting.write(frame)

    def speak(self) -> tuple[int, list[Sample]]:
        """The packets that are whole, and where the first begins."""
        packets = []
        while frame := self._waiting.read(PACKET):
            frame.pts, frame.time_base = self._encoded, Fraction(1, AAC_RATE)
            self._encoded += PACKET
            packets += [
                packet
                for packet in self._encoder.encode(frame)
                if packet.pts is not None and packet.pts >= self.written
            ]
        begins = packets[0].pts if packets else self.written
        assert begins is not None
        self.written = begins + PACKET * len(packets)
        return begins, [Sample(PACKET, bytes(packet)) for packet in packets]

    def _be_silent(self, length: int) -> None:
        if not length:
            return
        assert self._fed is not None
        frame = av.AudioFrame("fltp", self._layout, length)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = AAC_RATE
        self._waiting.write(frame)
        self._fed += length


def _opus_head(channels: int) -> bytes:
    """What a decoder of Opus wants to be told; none of the sound is left out."""
    return b"OpusHead\x01" + bytes([channels]) + b"\0\0\x80\xbb\0\0" + b"\0\0\0"


class Swapper:
    """The sound of one epoch, fragment after fragment in their order."""

    def __init__(self, header: bytes) -> None:
        self.tracks = samples.tracks_of(header)
        sound = next(track for track in self.tracks.values() if not track.is_video)
        self._opus, self._aac = sound, samples.aac_track(sound)
        channels = samples.channels_of(header, sound)
        self._voice = Voice(channels)
        self.header = samples.with_aac(header, sound, self._voice.config, channels)

    def go_on(self, before: bytes, done: bytes) -> None:
        """Take up where another ended, who made `done` of the fragment before ours."""
        aac = {self._aac.number: self._aac}
        self._sound(samples.read(before, self.tracks))
        parts = samples.read(done, self.tracks | aac)
        ended = [part.end for part in parts if part.track.number == self._aac.number]
        self._voice.written = max(ended, default=self._voice.written)

    def swap(self, number: int, content: bytes) -> bytes:
        """The same fragment with AAC for Opus."""
        parts = samples.read(content, self.tracks)
        pictures = [part for part in parts if part.track.is_video]
        return samples.write(number, [*pictures, self._sound(parts)])

    def _sound(self, parts: list[Part]) -> Part:
        for part in parts:
            if part.track.number != self._opus.number:
                continue
            ticks = part.time
            for sample in part.samples:
                at = ticks * AAC_RATE // self._opus.timescale
                self._voice.hear(at, sample.content)
                ticks += sample.duration
        begins, packets = self._voice.speak()
        return Part(self._aac, begins, tuple(packets))


class Swap:
    """Files with AAC beside those of a stream, as far as its playlist goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.suffixes: dict[int, str] = {}
        self._swapper: tuple[Entry, Swapper] | None = None  # and what it did last

    def bring_up(self, entry: Entry) -> None:
        """Make the file of one fragment, unless it's there or needn't be."""
        if entry.epoch not in self.suffixes:
            self.suffixes[entry.epoch] = self._suffix(entry.epoch)
        made = files.fragment(self.folder, entry.epoch, entry.number, AAC)
        if not self.suffixes[entry.epoch] or made.exists():
            return
        swapper = self._ready_for(entry)
        plain = files.fragment(self.folder, entry.epoch, entry.number)
        files.write(made, swapper.swap(entry.number, plain.read_bytes()))
        self._swapper = entry, swapper

    def _suffix(self, epoch: int) -> str:
        header = files.init(self.folder, epoch).read_bytes()
        return AAC if any(t.codec == "opus" for t in boxes.read_init(header)) else ""

    def _ready_for(self, entry: Entry) -> Swapper:
        if self._swapper is not None:
            last, swapper = self._swapper
            if (last.epoch, last.number + 1) == (entry.epoch, entry.number):
                return swapper
        swapper = Swapper(files.init(self.folder, entry.epoch).read_bytes())
        header = files.init(self.folder, entry.epoch, AAC)
        if not header.exists():
            files.write(header, swapper.header)
        done = files.fragment(self.folder, entry.epoch, entry.number - 1, AAC)
        if entry.number and done.exists():
            before = files.fragment(self.folder, entry.epoch, entry.number - 1)
            swapper.go_on(before.read_bytes(), done.read_bytes())
        return swapper

    def show(self, shown: Shown) -> None:
        for entry in shown.entries:
            self.bring_up(entry)
        text = playlist.live(
            shown.entries,
            dropped=shown.dropped,
            breaks_dropped=shown.breaks_dropped,
            suffixes=self.suffixes,
        )
        files.write(self.folder / files.AAC_LIST, text.encode())


def follow(folder: Path) -> None:
    """Keep `aac.m3u8` level with `live.m3u8` until that ends."""
    swap, seen = Swap(folder), 0
    while True:
        try:
            changed = (folder / files.LIVE).stat().st_mtime_ns
        except FileNotFoundError:
            changed = seen
        if changed != seen:
            seen = changed
            shown = playlist.read((folder / files.LIVE).read_text())
            if shown.is_over:
                return
            swap.show(shown)
        time.sleep(LOOK)


if __name__ == "__main__":
    follow(Path(child.begin()["folder"]))

"""Sends a live stream on to another platform by RTMP: nothing is encoded anew.

    python -m livestream.media.push     a child of `worker`: one push

It follows `aac.m3u8`. Pictures and sound of each fragment are copied into FLV from the
latest one on; what falls too far behind live is left out. A new epoch needs a new
connection, and so does a line that takes nothing for five seconds. The address is
looked up, judged and connected to here, and TLS spoken here: libav sees only a door on
this machine.
"""

import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from select import select
from typing import Any

import av

from catalog.connections import addresses
from livestream.media import child
from livestream.video import files, playlist, samples
from livestream.video.playlist import Entry

PATIENCE = 5.0  # seconds for a connection, or for what can't be sent
MOST_LAG = 5.0  # seconds behind the newest fragment
LOOK = 0.05  # seconds between two looks at the playlist
SETTLED = 2.0  # seconds after which a platform has taken the stream
TOO_SLOW = 7  # how a relay ends when the far side takes nothing
NO_VIDEO = 60.0  # seconds without a fragment after which the connection is given up
SILENT = 65.0  # seconds without a byte either way


class Lost(Exception):
    """It can't go on; the argument is a `Push.Reason`."""


class Relay:
    """A door on this machine whose other side is the platform's server.

    A process of its own: libav holds Python's lock while it connects.
    """

    def __init__(
        self, server: dict[str, Any], *, to_loopback: bool, trusts: str
    ) -> None:
        far = _connect(server, to_loopback, trusts)
        door = socket.create_server(("127.0.0.1", 0))
        door.settimeout(PATIENCE)
        self.port: int = door.getsockname()[1]
        self._process = os.fork()
        if not self._process:
            os._exit(_pass_on(door, far))
        far.close()
        door.close()

    def close(self) -> bool:
        """End it; whether the far side took nothing for too long."""
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGTERM)
        _pid, status = os.waitpid(self._process, 0)
        return os.WIFEXITED(status) and os.WEXITSTATUS(status) == TOO_SLOW


def _pass_on(door: socket.socket, far: socket.socket) -> int:
    """Copy both ways until one side closes."""
    with suppress(OSError):
        near, _address = door.accept()
        door.close()
        while True:
            ready, _, _ = select([near, far], [], [], SILENT)
            if not ready:
                return 1
            for source, sink in ((near, far), (far, near)):
                if source not in ready:
                    continue
                content = source.recv(1 << 16)
                if not content:
                    return 0
                try:
                    sink.sendall(content)
                except TimeoutError:
                    return TOO_SLOW
    return 1


def _connect(server: dict[str, Any], to_loopback: bool, trusts: str) -> socket.socket:
    host, port = server["host"], server["port"]
    try:
        address = addresses.one_of(host, port, to_loopback=to_loopback)
        line = socket.create_connection((address, port), timeout=PATIENCE)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server["scheme"] == "rtmp":
            return line
        context = ssl.create_default_context(cafile=trusts or None)
        return context.wrap_socket(line, server_hostname=host)
    except addresses.AddressNotAllowed:
        raise Lost("ADDRESS") from None
    except ssl.SSLError:
        raise Lost("CERTIFICATE") from None
    except OSError:
        raise Lost("UNREACHABLE") from None


class Sender:
    """One connection: fragments of one epoch, from its `first` on."""

    def __init__(self, folder: Path, first: Entry, suffix: str) -> None:
        self.folder, self.first, self.suffix = folder, first, suffix
        header = files.init(folder, first.epoch, suffix).read_bytes()
        self.tracks = samples.tracks_of(header)
        content = files.fragment(folder, first.epoch, first.number, suffix).read_bytes()
        self._model = av.open(BytesIO(header + content), format="mp4")
        parts = samples.read(content, self.tracks)
        picture = next(part for part in parts if part.track.is_video)
        self._zero = Fraction(picture.time, picture.track.timescale)
        self._streams: dict[bool, Any] = {}

    def open(self, port: int, server: dict[str, Any], key: str) -> None:
        """Say who we are, as an encoder does; the platform hears its own address."""
        usual = {"rtmp": 1935, "rtmps": 443}[server["scheme"]]
        name = server["host"]
        name += f":{server['port']}" if server["port"] != usual else ""
        spoken = f"{server['scheme']}://{name}/{server['app']}"
        inside = f"rtmp://127.0.0.1:{port}/{server['app']}/{key}"
        options = f"f=flv:rtmp_tcurl={_quoted(spoken, ':')}:onfail=abort"
        address = f"[{_quoted(options, ']')}]{_quoted(inside, '|')}"
        self.out = av.open(address, "w", format="tee")
        for stream in self._model.streams:
            if stream.type in ("video", "audio"):
                made = self.out.add_stream_from_template(stream)
                self._streams[stream.type == "video"] = made
        self.out.start_encoding()

    def send(self, entry: Entry) -> None:
        place = files.fragment(self.folder, entry.epoch, entry.number, self.suffix)
        packets = [
            packet
            for part in samples.read(place.read_bytes(), self.tracks)
            for packet in self._packets(part)
        ]
        for packet in sorted(packets, key=_at):
            self.out.mux(packet)

    def _packets(self, part: samples.Part) -> Iterator[av.Packet]:
        stream = self._streams.get(part.track.is_video)
        scale = part.track.timescale
        at = part.time - int(self._zero * scale)
        for sample in part.samples:
            if at >= 0 and stream is not None:
                packet = av.Packet(sample.content)
                packet.stream, packet.time_base = stream, Fraction(1, scale)
                packet.dts, packet.pts = at, at + sample.shift
                packet.duration, packet.is_keyframe = sample.duration, sample.is_key
                yield packet
            at += sample.duration

    def close(self) -> None:
        with suppress(av.FFmpegError, OSError):
            self.out.close()


def _at(packet: av.Packet) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _quoted(text: str, specials: str) -> str:
    """As libav's tee wants it: what means something gets a backslash before it."""
    for special in ("\\", "'", *specials):
        text = text.replace(special, f"\\{special}")
    return text


class Follower:
    """The fragments of a stream as they come, from the newest on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown = playlist.Shown()
        self._seen = 0
        self._last: tuple[int, int] | None = None

    def next(self) -> Entry | None:
        """The fragment after the last one; None when it's over."""
        waited = time.monotonic()
        while True:
            self._look()
            entries = self.shown.entries
            if self._last is None and entries:
                return self._take(entries[-1])
            fresh = [e for e in entries if self._last and e[:2] > self._last]
            if fresh:
                newest = entries[-1]
                lag = newest.filmed + newest.seconds - fresh[0].filmed
                return self._take(newest if lag > MOST_LAG else fresh[0])
            if self.shown.is_over or time.monotonic() - waited > NO_VIDEO:
                return None
            time.sleep(LOOK)

    def _take(self, entry: Entry) -> Entry:
        self._last = entry[0], entry[1]
        return entry

    def _look(self) -> None:
        with suppress(FileNotFoundError):
            place = self.folder / files.AAC_LIST
            changed = place.stat().st_mtime_ns
            if changed != self._seen:
                self._seen, self.shown = changed, playlist.read(place.read_text())


def push(task: dict[str, Any]) -> None:
    """Send until the stream is over. Raises Lost."""
    follower = Follower(Path(task["folder"]))
    entry = follower.next()
    while entry is not None:
        entry = _connection(follower, entry, task)


def _connection(follower: Follower, first: Entry, task: dict[str, Any]) -> Entry | None:
    """Send an epoch; returns what the next connection begins with."""
    server = task["server"]
    suffix = follower.shown.suffixes.get(first.epoch, "")
    sender = Sender(follower.folder, first, suffix)
    relay = Relay(server, to_loopback=task["to_loopback"], trusts=task["trusts"])
    begun, entry = time.monotonic(), first
    told = False
    try:
        sender.open(relay.port, server, task["key"])
        while True:
            sender.send(entry)
            if not told and time.monotonic() - begun > SETTLED:
                child.tell(state="SENDING")
                told = True
            found = follower.next()
            if found is None or found.epoch != entry.epoch:
                sender.close()
                relay.close()
                return found
            entry = found
    except (av.FFmpegError, OSError):
        # Never its own words: they have the address, and with it the key
        settled = time.monotonic() - begun > SETTLED
        was_slow = relay.close()
        why = "SLOW" if was_slow else "DROPPED" if settled else "REFUSED"
        raise Lost(why) from None


def main() -> int:
    task = child.begin()
    try:
        push(task)
    except Lost as lost:
        child.tell(state="RETRYING", why=str(lost))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

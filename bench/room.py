"""A full house: 3,000 viewers, a storm of joins, slow clients, a killed process.

All viewers are in one web process as in production, 20 events a second reach them for
30 s. The peer is the bare writer of `bench.events` with as many sockets. Then 1,000
join within 10 s while chat goes on; some clients never read; 200 rooms of 15 are
watched at once; and a live process is killed (-9) in the middle of it.

    bin/bench room [--viewers 3000] [--seconds 30]
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.events import FILLING, cpu_seconds, new_room, play, served_by
from bench.ground import empty_database
from bench.report import Figure, say, show

RATE = 20  # events a second in the full room
ROOMS, EACH, ROOM_RATE = 200, 15, 2  # rooms, viewers of each, its events a second
JOINS, JOIN_SECONDS = 1000, 10
SLEEPERS = 50  # clients that never read
ROOT = Path(__file__).resolve().parent.parent

Tell = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Met:
    """What a crowd met; `lost` and `doubled` are events, `resumed` broken lines."""

    delivered: int
    lost: int
    doubled: int
    resumed: int
    p50: float
    p95: float


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--viewers", type=int, default=3000)
    asked.add_argument("--seconds", type=int, default=30)
    options = asked.parse_args()
    count = options.seconds * RATE
    with empty_database():
        full, cpu_us, kb = full_house(options.viewers, count)
        say(f"{options.viewers} viewers: {full}, {cpu_us:.2f} us, {kb:.1f} kB each")
        bare = bare_cpu(options.viewers)
        say(f"bare writer: {bare:.2f} us an event")
        storm = join_storm()
        say(f"{JOINS} joins in {JOIN_SECONDS} s: {storm}")
        slow = beside_sleepers()
        say(f"beside {SLEEPERS} who never read: {slow}")
        many = many_rooms(options.seconds)
        say(f"{ROOMS} rooms of {EACH}: {many}")
        killed = process_killed(options.seconds)
        say(f"a process killed in the middle: {killed}")
    met = (full, storm, slow, many, killed)
    show(
        [
            Figure("lost", sum(each.lost for each in met), "events", goal="0"),
            Figure("doubled", sum(each.doubled for each in met), "events", goal="0"),
            Figure("p95_s", full.p95, "s", "the limit", 1.0, "under 1"),
            Figure("cpu_per_event", cpu_us, "us", "a bare writer", bare),
            Figure("kb_per_viewer", kb, "kB"),
            Figure("joins_p95_s", storm.p95, "s", "the limit", 1.0),
            Figure("beside_slow_p95_s", slow.p95, "s", "the limit", 1.0),
            Figure("rooms_p95_s", many.p95, "s", "the limit", 1.0),
            Figure("killed_resumed", killed.resumed, "viewers"),
        ]
    )


def full_house(viewers: int, count: int) -> tuple[Met, float, float]:
    """One room: what they met, microseconds of CPU for each event delivered, and the
    memory of a viewer in kB."""
    session = new_room()
    with served_by("donghai.local.web") as (server, port):
        with crowd(port, [(session, 1, 0, 1)]) as few:  # the process has warmed up
            say_in(session)
            few.read()
        before = memory(server.pid)
        with crowd(port, [(session, viewers, 1, 1 + count)]) as many:
            time.sleep(3)
            grown = memory(server.pid) - before
            spent = cpu_seconds(server.pid)
            in_time(lambda _n: say_in(session), count, RATE)
            met = many.read()
            spent = cpu_seconds(server.pid) - spent
    return met, spent / max(met.delivered, 1) * 1e6, grown / viewers / 1024


def bare_cpu(viewers: int) -> float:
    """Microseconds of a bare writer for each event it delivers to as many."""
    with served_by("bench.bare_writer") as (server, port):

        def tell(payload: dict[str, Any]) -> None:
            assert server.stdin is not None
            line = {"number": 0, "kind": "chat", "payload": payload, "at": "x" * 32}
            server.stdin.write(json.dumps(line).encode() + b"\n")
            server.stdin.flush()

        return play(server.pid, port, "/", tell, viewers=viewers).cpu_us


def join_storm() -> Met:
    """They come while chat goes on; each begins at what its page said."""
    session, count = new_room(), JOIN_SECONDS * RATE
    with served_by("donghai.local.web") as (_server, port):
        talk = threading.Thread(
            target=in_time, args=(lambda _n: say_in(session), count, RATE)
        )
        talk.start()
        with crowd(port, [(session, JOINS, 0, count)], arrive=JOIN_SECONDS) as many:
            met = many.read()
        talk.join()
    return met


def beside_sleepers() -> Met:
    session, count = new_room(), 10 * RATE
    with (
        served_by("donghai.local.web") as (_server, port),
        crowd(port, [(session, 500, 0, count)], sleepers=SLEEPERS) as many,
    ):
        in_time(lambda _n: say_in(session), count, RATE)
        return many.read()


def many_rooms(seconds: int) -> Met:
    rooms, count = [new_room() for _ in range(ROOMS)], seconds * ROOM_RATE
    with (
        served_by("donghai.local.web") as (_server, port),
        crowd(port, [(room, EACH, 0, count) for room in rooms]) as many,
    ):
        talk_in(rooms, count)
        return many.read()


def process_killed(seconds: int) -> Met:
    """Two processes on one door, as the supervisor starts them; one dies at half time
    and another takes its place."""
    rooms, count = [new_room() for _ in range(ROOMS)], seconds * ROOM_RATE
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as door:
        port = door.getsockname()[1]
        servers = [web_on(door), web_on(door)]
        try:
            with crowd(port, [(room, EACH, 0, count) for room in rooms]) as many:
                talk = threading.Thread(target=talk_in, args=(rooms, count))
                talk.start()
                time.sleep(seconds / 2)
                servers[0].send_signal(signal.SIGKILL)
                servers.append(web_on(door))
                talk.join()
                return many.read()
        finally:
            for server in servers:
                server.terminate()
                server.wait(10)


def web_on(door: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "donghai.local.web", str(door.fileno())],
        cwd=ROOT,
        pass_fds=[door.fileno()],
    )


# ---- who watches and who talks ----


class Watching:
    """A crowd at its places."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def read(self) -> Met:
        """What they met, once all have seen their last event."""
        assert self.process.stdout is not None
        return Met(**json.loads(self.process.stdout.readline()))


@contextmanager
def crowd(
    port: int,
    rooms: Sequence[tuple[int, int, int, int]],
    arrive: float = 0,
    sleepers: int = 0,
) -> Iterator[Watching]:
    spec = {"port": port, "rooms": rooms, "arrive": arrive, "sleepers": sleepers}
    with subprocess.Popen(
        [sys.executable, "-m", "bench.crowd"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(spec).encode())
        process.stdin.close()
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the viewers could not connect")
        yield Watching(process)


def say_in(session: int) -> None:
    """A committed event, a hint to Redis: what a line of chat does."""
    from django.db import transaction

    from livestream.events import services as events

    with transaction.atomic():
        events.append(session, "chat", {"t": time.monotonic(), "text": FILLING})


def talk_in(rooms: Sequence[int], count: int) -> None:
    in_time(
        lambda n: say_in(rooms[n % len(rooms)]),
        count * len(rooms),
        ROOM_RATE * len(rooms),
    )


def in_time(act: Tell, count: int, rate: float) -> None:
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0, begun + number / rate - time.monotonic()))
        act(number)


def memory(process: int) -> int:
    return int(psutil.Process(process).memory_info().rss)


if __name__ == "__main__":
    os.environ.setdefault("EVENT_STREAM_CLIENTS", "8000")
    main()

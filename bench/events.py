"""What it costs to bring a room's events to its viewers, and how late they come.

1,000 viewers of one room, 20 events a second of about 300 bytes, one web process as in
production. The peer is a bare writer (`bench.bare_writer`) that writes each event alone
to as many sockets. Both take turns, and the middle one of their rounds counts.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.ground import empty_database
from bench.report import Figure, say, show

VIEWERS = 1000
RATE = 20  # events a second
WARM_UP = 2 * RATE  # events that aren't measured
MEASURED = 10 * RATE
ROUNDS = 5
FILLING = "sell crystal to the world " * 8
ROOT = Path(__file__).resolve().parent.parent

Tell = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Round:
    """One server's round: its CPU for each event delivered, and what viewers met."""

    cpu_us: float
    p50: float
    p95: float
    p99: float
    lost: int
    out_of_order: int


def main() -> None:
    ours, bare = [], []
    with empty_database():
        for number in range(1, ROUNDS + 1):
            bare.append(bare_round())
            say(f"round {number} of {ROUNDS}, bare writer: {bare[-1]}")
            ours.append(room_round())
            say(f"round {number} of {ROUNDS}, live room:   {ours[-1]}")
    show(figures(ours, bare))


def figures(ours: list[Round], bare: list[Round]) -> list[Figure]:
    return [
        Figure(
            "cpu_per_event",
            median(each.cpu_us for each in ours),
            "us",
            "a bare writer that writes each event alone",
            median(each.cpu_us for each in bare),
            "ratio at most 1.0",
        ),
        Figure(
            "p95_ms",
            median(each.p95 for each in ours) * 1000,
            "ms",
            "the limit",
            150,
            "under 150",
        ),
        Figure("p99_ms", median(each.p99 for each in ours) * 1000, "ms"),
        Figure("lost", sum(each.lost for each in ours), "events", goal="0"),
        Figure(
            "out_of_order", sum(each.out_of_order for each in ours), "events", goal="0"
        ),
    ]


def room_round() -> Round:
    """The real thing: a committed event, a hint to Redis, one web process."""
    from django.db import transaction

    from livestream.events import services as events

    session_id = new_room()

    def tell(payload: dict[str, Any]) -> None:
        with transaction.atomic():
            events.append(session_id, "chat", payload)

    path = f"/api/v1/sessions/{session_id}/events?after=0"
    with served_by("donghai.local.web") as (server, port):
        return play(server.pid, port, path, tell)


def bare_round() -> Round:
    with served_by("bench.bare_writer") as (server, port):

        def tell(payload: dict[str, Any]) -> None:
            assert server.stdin is not None
            line = {"number": 0, "kind": "chat", "payload": payload, "at": "x" * 32}
            server.stdin.write(json.dumps(line).encode() + b"\n")
            server.stdin.flush()

        return play(server.pid, port, "/", tell)


def play(
    server: int, port: int, path: str, tell: Tell, viewers: int = VIEWERS
) -> Round:
    """Let the viewers come, tell them everything in time, and ask what they met."""
    last = WARM_UP + MEASURED
    asked = [str(port), path, str(viewers), str(WARM_UP + 1), str(last)]
    with subprocess.Popen(
        [sys.executable, "-m", "bench.viewers", *asked],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as audience:
        assert audience.stdout is not None
        if audience.stdout.readline() != b"ready\n":
            raise RuntimeError("the viewers could not connect")
        time.sleep(3)  # until the count of viewers has settled
        tell_in_time(tell, WARM_UP)
        before = cpu_seconds(server)
        tell_in_time(tell, MEASURED)
        met = json.loads(audience.stdout.readline())
        spent = cpu_seconds(server) - before
    return Round(
        cpu_us=round(spent / max(met.pop("delivered"), 1) * 1e6, 2),
        **met,
    )


def tell_in_time(tell: Tell, count: int) -> None:
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0, begun + number / RATE - time.monotonic()))
        tell({"t": time.monotonic(), "text": FILLING})


def cpu_seconds(process: int) -> float:
    times = psutil.Process(process).cpu_times()
    return times.user + times.system


@contextmanager
def served_by(module: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server process on a free port, told to end afterwards."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as door:
        server = subprocess.Popen(
            [sys.executable, "-m", module, str(door.fileno())],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            pass_fds=[door.fileno()],
        )
        port = door.getsockname()[1]
    try:
        yield server, port
    finally:
        server.terminate()
        server.wait(10)


def new_room() -> int:
    from django.utils import timezone

    from donghai.models import User
    from hosts.models import Host
    from livestream.models import LiveSession, Market, RoomLog

    now = timezone.now()
    name = f"bench-{time.time_ns()}"
    user = User.objects.create_user(f"{name}@example.org")
    market, _ = Market.objects.get_or_create(
        country="MX", zone="America/Mexico_City", currency="MXN", language="es"
    )
    session = LiveSession.objects.create(
        host=Host.objects.create(user=user, name=name, slug=name),
        language=market.language,
        market=market,
        title=name,
        zone=market.zone,
        starts_on=now.date(),
        starts_time=now.time(),
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        currency=market.currency,
        state=LiveSession.State.ON_AIR,
    )
    RoomLog.objects.create(session=session)
    return session.pk


if __name__ == "__main__":
    main()

"""A process full of viewers for `bench.room`: they come when they are told to, resume
when their line breaks, and check that no event is missing, doubled or out of order.

    python -m bench.crowd < spec.json

The spec: `port`; `rooms`, each [session, viewers, number to begin after, last number];
`arrive`, seconds over which they come; `sleepers`, who connect and never read. Prints
`ready` when all are connected and, when all have seen their last event, what they met.
Latency is from the payload's `t` to the receipt here, by the machine's monotonic clock.
"""

import asyncio
import json
import re
import resource
import socket
import sys
import time
from array import array
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

import uvloop

EVENT = re.compile(rb'id: (\d+)\nevent: chat\ndata: .*?"t": ?([\d.]+)')
DOOR = 100  # how many connect at once
PATIENCE = 150  # seconds for everything; what isn't here by then counts as lost
AGAIN = 0.3  # seconds until a lost line is taken up again


@lru_cache(maxsize=512)
def parse(data: bytes) -> list[tuple[int, float]]:
    """Number and time of each event in `data`; most viewers receive the same bytes."""
    return [(int(number), float(said_at)) for number, said_at in EVENT.findall(data)]


class Crowd:
    """What all viewers together have met."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.port: int = spec["port"]
        self.viewers = [
            Viewer(self, session, after, last)
            for session, count, after, last in spec["rooms"]
            for _ in range(count)
        ]
        self.arrive: float = spec["arrive"]
        self.sleepers: int = spec["sleepers"]
        self.missing = len(self.viewers)
        self.delivered = self.doubled = self.resumed = 0
        self.latencies = array("d")
        self.is_over = asyncio.Event()

    async def watch(self) -> None:
        door = asyncio.Semaphore(DOOR)
        pause = self.arrive / max(len(self.viewers), 1)

        async def come(place: int, viewer: "Viewer") -> None:
            await asyncio.sleep(place * pause)
            async with door:
                await viewer.connect()

        asleep = [self._sleeper() for _ in range(self.sleepers)]
        await asyncio.gather(*(come(*each) for each in enumerate(self.viewers)))
        print("ready", flush=True)
        await self.is_over.wait()
        for line in asleep:
            line.close()

    def _sleeper(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(request(self.viewers[0].session, 0))
        return line

    def seen_all(self) -> None:
        self.missing -= 1
        if not self.missing:
            self.is_over.set()


def request(session: int, after: int) -> bytes:
    path = f"/api/v1/sessions/{session}/events?after={after}"
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


class Viewer(asyncio.Protocol):
    """One who watches a room from number `seen` until `last`."""

    def __init__(self, crowd: Crowd, session: int, seen: int, last: int) -> None:
        self.crowd, self.session, self.seen, self.last = crowd, session, seen, last
        self.rest = b""
        self.since = 0.0  # what was said before he came isn't late

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        self.is_served = loop.create_future()
        await loop.create_connection(lambda: self, "127.0.0.1", self.crowd.port)
        await self.is_served

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(request(self.session, self.seen))

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest = b""
        if self.seen < self.last:
            self.crowd.resumed += 1
            asyncio.get_running_loop().create_task(self.again())

    async def again(self) -> None:
        await asyncio.sleep(AGAIN)
        if not self.is_served.done():
            self.is_served.cancel()
        with suppress(OSError, asyncio.CancelledError):
            await self.connect()
            return
        await self.again()

    def data_received(self, data: bytes) -> None:
        if not self.is_served.done():
            self.is_served.set_result(None)
        now = time.monotonic()
        self.since = self.since or now
        if self.rest:
            data = self.rest + data
        end = data.rfind(b"\n\n") + 2
        self.rest = data[end:] if end > 1 else data
        for number, said_at in parse(data[:end] if end > 1 else b""):
            self.crowd.doubled += number != self.seen + 1
            self.seen = number
            self.crowd.delivered += 1
            if said_at > self.since:
                self.crowd.latencies.append(now - said_at)
            if number == self.last:
                self.crowd.seen_all()


async def main(spec: dict[str, Any]) -> None:
    crowd = Crowd(spec)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await crowd.watch()
    latencies = sorted(crowd.latencies) or [float("inf")]
    print(
        json.dumps(
            {
                "delivered": crowd.delivered,
                "lost": sum(viewer.last - viewer.seen for viewer in crowd.viewers),
                "doubled": crowd.doubled,
                "resumed": crowd.resumed,
                "p50": latencies[len(latencies) // 2],
                "p95": latencies[len(latencies) * 95 // 100],
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(main(json.load(sys.stdin)))

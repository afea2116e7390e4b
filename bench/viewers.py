"""A process full of viewers for `bench.events`: they hold streams and check each event.

    python -m bench.viewers PORT PATH VIEWERS FIRST LAST

Prints `ready` when all are connected and, when all have seen event LAST, what they met
from event FIRST on, as JSON. Latency is from the payload's `t` to the receipt here, by
the monotonic clock that all processes of a machine share.
"""

import asyncio
import json
import re
import resource
import sys
import time
from array import array
from contextlib import suppress
from functools import lru_cache
from typing import cast

import uvloop

EVENT = re.compile(rb'id: (\d+)\nevent: chat\ndata: .*?"t": ?([\d.]+)')
DOOR = 50  # how many connect at once
PATIENCE = 60  # seconds for everything; what isn't here by then counts as lost


@lru_cache(maxsize=64)
def parse(data: bytes) -> list[tuple[int, float]]:
    """Number and time of each event in `data`; most viewers receive the same bytes."""
    return [(int(number), float(said_at)) for number, said_at in EVENT.findall(data)]


class Audience:
    """What all viewers together have met."""

    def __init__(self, size: int, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.missing = size
        self.delivered = self.out_of_order = 0
        self.latencies = array("d")
        self.all_have_seen_the_last = asyncio.Event()

    def met(self, number: int, latency: float) -> None:
        if number >= self.first:
            self.delivered += 1
            self.latencies.append(latency)
        if number == self.last:
            self.missing -= 1
            if not self.missing:
                self.all_have_seen_the_last.set()


class Viewer(asyncio.Protocol):
    def __init__(self, audience: Audience, path: str) -> None:
        self.audience, self.path = audience, path
        self.is_served = asyncio.get_running_loop().create_future()
        self.rest = b""
        self.seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        request = f"GET {self.path} HTTP/1.1\r\nHost: bench\r\n\r\n"
        cast(asyncio.Transport, transport).write(request.encode())

    def data_received(self, data: bytes) -> None:
        if not self.is_served.done():
            self.is_served.set_result(None)
        now = time.monotonic()
        if self.rest:
            data = self.rest + data
        end = data.rfind(b"\n\n") + 2
        self.rest = data[end:] if end > 1 else data
        for number, said_at in parse(data[:end] if end > 1 else b""):
            self.audience.out_of_order += number != self.seen + 1
            self.seen = number
            self.audience.met(number, now - said_at)


async def watch(port: int, path: str, audience: Audience, size: int) -> None:
    loop = asyncio.get_running_loop()
    door = asyncio.Semaphore(DOOR)

    async def arrive() -> None:
        async with door:
            _, viewer = await loop.create_connection(
                lambda: Viewer(audience, path), "127.0.0.1", port
            )
            await viewer.is_served

    await asyncio.gather(*(arrive() for _ in range(size)))
    print("ready", flush=True)
    await audience.all_have_seen_the_last.wait()


async def main(port: int, path: str, size: int, first: int, last: int) -> None:
    audience = Audience(size, first, last)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await watch(port, path, audience, size)
    latencies = sorted(audience.latencies) or [float("inf")]
    print(
        json.dumps(
            {
                "delivered": audience.delivered,
                "lost": size * (last - first + 1) - audience.delivered,
                "out_of_order": audience.out_of_order,
                "p50": latencies[len(latencies) // 2],
                "p95": latencies[len(latencies) * 95 // 100],
                "p99": latencies[len(latencies) * 99 // 100],
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    port, path, *numbers = sys.argv[1:]
    size, first, last = map(int, numbers)
    uvloop.run(main(int(port), path, size, first, last))

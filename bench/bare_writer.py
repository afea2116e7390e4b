"""The peer of `bench.events`: the least that can bring an event to a thousand sockets.

No HTTP, no log, no Redis: a line on standard input is written to every socket, alone.
"""

import asyncio
import socket
import sys
from typing import cast

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"

listeners: set[asyncio.Transport] = set()


class Listener(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(HEAD)
        listeners.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        listeners.discard(self.transport)


async def serve(door: socket.socket) -> None:
    """Accept on `door` and write what stands on standard input, until it ends."""
    loop = asyncio.get_running_loop()
    await loop.create_server(Listener, sock=door, backlog=2048)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    number = 0
    while line := await lines.readline():
        number += 1
        event = b"id: %d\nevent: chat\ndata: %s\n\n" % (number, line.rstrip())
        for listener in listeners:
            listener.write(event)


if __name__ == "__main__":
    uvloop.run(serve(socket.socket(fileno=int(sys.argv[1]))))

"""The event stream of a live room, as a bare ASGI application (see `donghai.asgi`).

    GET /api/v1/sessions/<id>/events[?after=<number>][&crew=1]

Server-sent events. `Last-Event-ID`, or `after`, resumes behind that number, 0 from the
first event; without either the stream begins with `hello`, which carries the last
number. With `crew` one isn't counted as a viewer. Django's own streaming would cost
three times the CPU for each event delivered.

    POST /api/v1/sessions/<id>/reactions

See `livestream.room.tapping`.
"""

import asyncio
import re
import resource
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import FrameType
from typing import Any
from urllib.parse import parse_qs

from django import db
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from livestream.room import tapping
from livestream.room.hub import Hub, total_viewers, viewers_key
from livestream.room.lines import Client, Send, body
from livestream.room.refusing import Headers, Receive, refuse

SPARE_FILES = 256  # left to pages, databases and logs
MACOS_FILES = 10_240  # the most it really gives to one process
NUMBER = re.compile(r"\d{1,18}")
RETRY = b"retry: 1000\n\n"
STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]

hub = Hub()


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Serve one viewer for as long as he listens, or the process's own life."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path_params"].get("door") == "reactions":
        await tapping.serve(hub, scope, receive, send)
    elif scope["method"] != "GET":
        await refuse(send, 405, "method_not_allowed", [(b"allow", b"GET")])
    elif hub.is_ending or hub.clients >= _most_clients():
        await refuse(send, 503, "too_many_viewers", [(b"retry-after", b"3")])
    else:
        try:
            after = _after(scope)
        except ValueError:
            await refuse(send, 400, "number_unreadable")
        else:
            await _serve(scope, after, receive, send)


def viewers(session_id: int) -> int:
    """How many listen to a session just now, in all processes; 0 if Redis is away."""
    return viewers_of([session_id]).get(session_id, 0)


def viewers_of(sessions: Sequence[int]) -> dict[int, int]:
    """The same of several sessions, asked for at once; empty if Redis is away."""
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for session_id in sessions:
                pipeline.hgetall(viewers_key(session_id))
            counts = pipeline.execute()
    except RedisError:
        return {}
    now = int(time.time())
    totals = [total_viewers(count, now) for count in counts]
    return dict(zip(sessions, totals, strict=True))


async def _serve(
    scope: Mapping[str, Any], after: int | None, receive: Receive, send: Send
) -> None:
    client = Client(send, is_viewer="crew" not in _asked(scope))
    try:
        room = await hub.enter(scope["path_params"]["session_id"], client)
    except db.Error:
        await refuse(send, 503, "log_unreadable", [(b"retry-after", b"3")])
        return
    if room is None:
        await refuse(send, 404, "not_found")
        return
    try:
        await client.begin(STREAM_HEADERS)
        await send(body(RETRY))
        await hub.catch_up(room, client, after)
        while (await receive())["type"] != "http.disconnect":
            pass
    except (TimeoutError, db.Error):
        client.cut()
    except asyncio.CancelledError:
        if not client.is_cut:
            raise
    finally:
        hub.leave(room, client)


def _asked(scope: Mapping[str, Any]) -> dict[str, list[str]]:
    return parse_qs(scope["query_string"].decode("latin-1"))


def _after(scope: Mapping[str, Any]) -> int | None:
    """The number to resume behind. The header is newer than the address."""
    given = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    if not given:
        given = _asked(scope).get("after", [""])[0]
    if not given:
        return None
    if not NUMBER.fullmatch(given):
        raise ValueError(given)
    return int(given)


async def _live(receive: Receive, send: Send) -> None:
    """ASGI's lifespan: begin with the process, end with it."""
    await receive()
    _open_files()
    hub.start()
    _end_streams_on_signal(asyncio.get_running_loop())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await hub.stop()
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_on_signal(loop: asyncio.AbstractEventLoop) -> None:
    """End all streams when the process is told to stop.

    uvicorn waits for open responses before it tells us of its shutdown, and a stream
    never ends by itself; so we listen to the signals, too, and pass them on.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def pass_on(
            number: int,
            frame: FrameType | None,
            before: Callable[[int, FrameType | None], Any] = before,
        ) -> None:
            loop.call_soon_threadsafe(hub.end)
            before(number, frame)

        signal.signal(number, pass_on)


def _open_files() -> None:
    """A full room needs more than the 1,024 files a process may usually open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (most, MACOS_FILES):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
            return
        except (OSError, ValueError):  # macOS says "unlimited" and means less
            continue


@cache
def _most_clients() -> int:
    """What the setting allows, and half of the files at least, whatever their limit."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return settings.EVENT_STREAM_CLIENTS
    return min(settings.EVENT_STREAM_CLIENTS, max(files // 2, files - SPARE_FILES))


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1)

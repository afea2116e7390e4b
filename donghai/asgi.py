"""The door: event streams stay on the loop, all else is Django's in a pool of threads.

Django's own ASGI handler gives every request a new thread, so psycopg2 can't keep its
connections: eight times fewer pages a second. `a2wsgi` keeps a pool but crosses
between loop and thread three times for a page and at each read of a body: 2.4 times the
CPU of this on a page without middleware, 2.9 times with a form of 20 kB in it.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any
from wsgiref.util import FileWrapper

from django.conf import settings
from django.utils.module_loading import import_string

from donghai.api import PROBLEM_JSON, document
from donghai.bare import BareHandler
from donghai.media import Media
from donghai.wsgi import application as django_pages

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
Wsgi = Callable[..., Iterable[bytes]]

ROOMS = re.compile(r"/api/v1/sessions/(\d{1,18})/(events|reactions)/?")
SHEETS = re.compile(r"/stall/\d{1,18}/sheets/")  # with an archive of photos
VIDEO = re.compile(r"/api/v1/video/\d{1,18}/\d{1,9}/[\w/]+")  # of a camera, in pieces
PRICES = re.compile(r"/live/\d{1,18}/prices/[\w/-]+/")  # of a room, at one door
VIDEO_MAX = 5 << 20  # bytes; `livestream.video.ingest` says what a fragment may have
IN_MEMORY = 1 << 20  # a larger request body goes to a file
BLOCK = 1 << 16  # of a file that is answered
PATIENCE = 60  # seconds a reader may take for one block before he loses his thread


class BodyTooLarge(Exception):
    """The request's body is over what its page may be sent."""


class Pages:
    """A WSGI application in a fixed pool of threads.

    The request's body is read first, a large one into a file, so that a slow sender
    holds no thread. A page is run whole and crosses between loop and thread once each
    way; a streamed answer crosses for each block and goes at its reader's pace.
    """

    def __init__(self, wsgi: Wsgi, threads: ThreadPoolExecutor) -> None:
        self.wsgi = wsgi
        self.threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            answer = _Answer(receive, send)
            try:
                size = await _read(receive, content, _most(scope["path"]))
                environ = _environ(scope, content, size)
                rest = await asyncio.get_running_loop().run_in_executor(
                    self.threads, answer.run, self.wsgi, environ
                )
                for message in rest:
                    await send(message)
            except BodyTooLarge:
                for message in TOO_LARGE:
                    await send(message)
            except ConnectionAbortedError:
                pass  # nobody is there to be told
            finally:
                answer.stop_watching()


class _Answer:
    """What one WSGI call answers, on its way from its thread to the loop."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Future[Message] | None = None
        self._head: Message = {}

    def run(self, wsgi: Wsgi, environ: dict[str, Any]) -> list[Message]:
        """In a thread: call, pass on what is streamed, return what is left to send."""
        chunks = wsgi(environ, self._start_response)
        try:
            # Django's plain answers say that they don't stream, and come in one piece
            if not getattr(chunks, "streaming", True):
                return [self._head, _body(b"".join(chunks), more=False)]
            self._pass_on(self._head)
            for chunk in chunks:
                self._pass_on(_body(chunk))
            return [_body(b"", more=False)]
        finally:
            getattr(chunks, "close", lambda: None)()

    def stop_watching(self) -> None:
        if self._gone is not None:
            self._gone.cancel()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> None:
        self._head = _start(
            int(status[:3]),
            [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        )

    def _pass_on(self, message: Message) -> None:
        sending = asyncio.run_coroutine_threadsafe(self._deliver(message), self._loop)
        try:
            sending.result(PATIENCE)
        except TimeoutError:
            sending.cancel()
            raise ConnectionAbortedError from None

    async def _deliver(self, message: Message) -> None:
        """Send, unless the reader left: after the body that is all we can receive."""
        if self._gone is None:
            self._gone = asyncio.ensure_future(self._receive())
        if self._gone.done():
            raise ConnectionAbortedError
        await self._send(message)


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


def _most(path: str) -> int:
    """How large a request's body may be, in bytes."""
    if SHEETS.fullmatch(path):
        return int(settings.SHEETS_BODY_MAX)
    if VIDEO.fullmatch(path):
        return VIDEO_MAX
    return int(settings.REQUEST_BODY_MAX)


async def _read(receive: Receive, content: IO[bytes], most: int) -> int:
    """Take in the request's body and say its size; stop as soon as it's over `most`."""
    more, size = True, 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise BodyTooLarge
        content.write(chunk)
        more = message.get("more_body", False)
    content.seek(0)
    return size


def _environ(scope: Scope, content: IO[bytes], size: int) -> dict[str, Any]:
    """The request as WSGI wants it: bytes in the clothes of latin-1 text."""
    name, port = scope.get("server") or ("localhost", None)
    address, _ = scope.get("client") or ("", None)
    root = scope.get("root_path", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.encode().decode("latin-1"),
        "PATH_INFO": scope["path"].removeprefix(root).encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": name,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": content,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": lambda file, _: FileWrapper(file, BLOCK),
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper(), raw_value.decode("latin-1")
        if "_" in name or name == "CONTENT-LENGTH":
            continue  # X_REAL_IP would pass for the proxy's X-REAL-IP
        key = name.replace("-", "_")
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


# For programs: no person sends as much by a form of ours
TOO_LARGE = [
    _start(413, [(b"connection", b"close"), (b"content-type", PROBLEM_JSON.encode())]),
    _body(
        json.dumps(document("body_too_large", "Too large.", 413)).encode(), more=False
    ),
]

VIDEO_FILES = f"/{settings.MEDIA_URL}video/".replace("//", "/")

threads = ThreadPoolExecutor(settings.WEB_THREADS, "pages")
pages = Pages(django_pages, threads)
bare = Pages(BareHandler(), threads)
media = Media(directory=settings.MEDIA_ROOT / "video", check_dir=False)
events = import_string(settings.EVENT_STREAM)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """What the web process serves: rooms' events, pages, and its own life's ends."""
    if scope["type"] == "lifespan":
        await events(scope, receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close"})
    elif scope["path"].startswith(VIDEO_FILES) and not settings.PRODUCTION:
        await media({**scope, "root_path": VIDEO_FILES.rstrip("/")}, receive, send)
    elif found := ROOMS.fullmatch(scope["path"]):
        room = {"session_id": int(found[1]), "door": found[2]}
        await events({**scope, "path_params": room}, receive, send)
    elif VIDEO.fullmatch(scope["path"]) or PRICES.fullmatch(scope["path"]):
        await bare(scope, receive, send)
    else:
        await pages(scope, receive, send)

"""The door between the event loop and Django's threads, played with by hand."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from donghai.asgi import BLOCK, ROOMS, Pages, application

Wsgi = Callable[[dict[str, Any], Callable[..., None]], Iterable[bytes]]


def scope(path: str = "/", headers: Iterable[tuple[bytes, bytes]] = ()) -> Any:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "query_string": b"q=%E6%99%B6",
        "headers": list(headers),
        "server": ("shop", 80),
        "client": ("10.1.2.3", 5000),
    }


def ask(wsgi: Wsgi, *chunks: bytes, leave_after: int = -1, **asked: Any) -> list[Any]:
    """Send a body in `chunks` through `Pages` and return the messages it answers.

    With `leave_after` the reader is gone after so many of them.
    """
    answered: list[Any] = []
    gone = asyncio.Event()
    parts = iter(
        [
            {"type": "http.request", "body": chunk, "more_body": place < len(chunks)}
            for place, chunk in enumerate(chunks or (b"",), start=1)
        ]
    )

    async def receive() -> Any:
        part = next(parts, None)
        if part is None:
            await gone.wait()
            return {"type": "http.disconnect"}
        return part

    async def send(message: Any) -> None:
        answered.append(message)
        if len(answered) == leave_after:
            gone.set()
            await asyncio.sleep(0)

    async def play() -> None:
        pages = Pages(wsgi, ThreadPoolExecutor(2))
        try:
            await pages(scope(**asked), receive, send)
        finally:
            pages.threads.shutdown()

    asyncio.run(play())
    return answered


def echo(environ: dict[str, Any], start: Callable[..., None]) -> HttpResponse:
    content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start("200 OK", [("X-Path", environ["PATH_INFO"])])
    return HttpResponse(content)


def test_a_page_gets_the_whole_body_and_answers_in_one_piece():
    start, body = ask(echo, b"amethyst, ", b"citrine", path="/水晶")

    assert start["status"] == 200
    assert start["headers"] == [(b"x-path", "/水晶".encode())]
    assert body == {
        "type": "http.response.body",
        "body": b"amethyst, citrine",
        "more_body": False,
    }


def test_a_body_over_the_limit_is_refused_and_not_read_on(settings):
    settings.REQUEST_BODY_MAX = 10

    start, body = ask(echo, b"x" * 8, b"x" * 8, b"never taken")

    assert start["status"] == 413
    assert json.loads(body["body"])["code"] == "body_too_large"


def test_headers_become_django_names_and_cannot_pass_for_others():
    seen: dict[str, Any] = {}

    def note(environ: dict[str, Any], start: Callable[..., None]) -> HttpResponse:
        seen.update(environ)
        return echo(environ, start)

    headers = [
        (b"content-type", b"text/plain"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-real-ip", b"10.9.9.9"),
        (b"x_real_ip", b"6.6.6.6"),
    ]
    ask(note, headers=headers)

    assert seen["CONTENT_TYPE"] == "text/plain"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_X_REAL_IP"] == "10.9.9.9"
    assert (seen["REMOTE_ADDR"], seen["QUERY_STRING"]) == ("10.1.2.3", "q=%E6%99%B6")


def test_a_file_goes_out_in_blocks(tmp_path):
    path = tmp_path / "replay.mp4"
    path.write_bytes(b"x" * (2 * BLOCK + 5))

    def serve(environ: dict[str, Any], start: Callable[..., None]) -> Any:
        response: Any = FileResponse(path.open("rb"))
        start("200 OK", list(response.items()))
        response.file_to_stream.close = response.close  # as Django's handler does
        return environ["wsgi.file_wrapper"](response.file_to_stream, 4096)

    _, *bodies = ask(serve)

    assert [len(body["body"]) for body in bodies] == [BLOCK, BLOCK, 5, 0]
    assert [body["more_body"] for body in bodies] == [True, True, True, False]


def test_a_reader_who_leaves_ends_a_stream_and_frees_its_thread():
    closed = threading.Event()

    def without_end() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    def serve(
        environ: dict[str, Any], start: Callable[..., None]
    ) -> StreamingHttpResponse:
        start("200 OK", [])
        return StreamingHttpResponse(without_end())

    answered = ask(serve, leave_after=4)

    assert closed.wait(10)
    assert all(message.get("more_body", True) for message in answered)


def test_a_sender_who_leaves_in_the_middle_calls_no_page():
    async def receive() -> Any:
        return next(parts)

    async def send(message: Any) -> None:
        pytest.fail("nobody is there")

    parts = iter(
        [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    pages = Pages(lambda environ, start: pytest.fail("called"), ThreadPoolExecutor(1))

    asyncio.run(pages(scope(), receive, send))
    pages.threads.shutdown()


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/api/v1/sessions/12/events", "12"),
        ("/api/v1/sessions/12/events/", "12"),
        ("/api/v1/sessions/12", None),
        ("/api/v1/sessions/7/reactions", "7"),
        ("/api/v1/sessions/-1/events", None),
        (f"/api/v1/sessions/{10**18}/events", None),
    ],
)
def test_only_a_sessions_events_and_reactions_bypass_django(path, number):
    found = ROOMS.fullmatch(path)

    assert (found and found[1]) == number


def test_there_are_no_websockets():
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application({"type": "websocket"}, receive, send))

    assert sent == [{"type": "websocket.close"}]

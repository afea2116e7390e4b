"""A merchant's system as it may be: good, late, broken, hanging, sending elsewhere."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """What came in, and how to behave: set `mood` at any time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.mood = "good"
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.over = threading.Event()

    @property
    def ids(self) -> Counter[str]:
        return Counter(headers["webhook-id"] for headers, _ in self.received)

    def handle_error(self, *args: Any) -> None:
        """Who hangs up on us is no fault of a test."""


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:  # who sent it died meanwhile
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append((headers, body))
        getattr(self, f"be_{self.server.mood}")()

    do_GET = do_POST

    def be_good(self) -> None:
        self.answer(200, b"thank you")

    def be_late(self) -> None:
        self.server.over.wait(0.3)
        self.answer(204)

    def be_broken(self) -> None:
        self.answer(500, b"<h1>Oops</h1>\x00 " + b"x" * 5000)

    def be_gone(self) -> None:
        self.answer(410)

    def be_elsewhere(self) -> None:
        self.send_response(302)
        self.send_header("location", f"{self.server.url}/elsewhere")
        self.end_headers()

    def be_hanging(self) -> None:
        self.server.over.wait(60)

    def be_dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b".")
            time.sleep(0.1)

    def be_endless(self) -> None:
        self.send_response(500)
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b"x" * 65536)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        receiver.shutdown()
        receiver.server_close()
        thread.join()

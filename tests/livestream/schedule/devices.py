"""A push service on this machine, and devices that decrypt what it is given."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from livestream.schedule.push import Device, raw

KEY = ec.generate_private_key(ec.SECP256R1())
SECRET = os.urandom(16)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def make_device(endpoint: str) -> Device:
    """What a browser would tell of itself."""
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Device(endpoint, _text(point), _text(SECRET))


def read(body: bytes) -> dict[str, str]:
    """What the device shows of what it was sent."""
    words = http_ece.decrypt(
        body, private_key=KEY, auth_secret=SECRET, version="aes128gcm"
    )
    return json.loads(words)


def claims(authorization: str) -> dict[str, str]:
    """What we say of ourselves to the service."""
    token = authorization.removeprefix("vapid t=").partition(",")[0]
    return json.loads(raw(token.split(".")[1]))


@contextmanager
def push_service(*busy: tuple[int, str]) -> Iterator[tuple[str, list]]:
    """Its address, and what it is sent: (path, headers, body).

    First it answers `busy`, a status and Retry-After each; then it takes all.
    """
    sent: list = []
    answers = list(busy)

    class Service(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append((self.path, dict(self.headers), body))
            status, wait = answers.pop(0) if answers else (201, "")
            self.send_response(410 if self.path.endswith("gone") else status)
            if wait:
                self.send_header("Retry-After", wait)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()

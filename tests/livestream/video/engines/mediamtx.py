"""MediaMTX as our adapter meets it: its questions, its notices, its control API."""

import base64
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from django.test import Client

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "a-hook-secret-of-the-tests"
SOURCE = "1f5a3a3e-6d5c-4c02-a9a5-9a8f0e6d2c11"
HOOKS = "/api/v1/media/mediamtx"


def payload(name, **facts):
    text = (PAYLOADS / name).read_text().strip()
    for fact, value in facts.items():
        text = text.replace(f"{{{fact}}}", value)
    return text


def path_in(url):
    """The stream's path in an address of MediaMTX."""
    return re.search(r"(live|rehearsal)/[\w-]{20}", urlsplit(url).path)[0]


def basic(secret=SECRET):
    return "Basic " + base64.b64encode(f"mediamtx:{secret}".encode()).decode()


def ask(name, *, path, token="", secret=SECRET):
    """The status of our answer to a question about a client."""
    return Client().post(
        f"{HOOKS}/auth",
        payload(name, path=path, token=token),
        content_type="application/json",
        headers={"Authorization": basic(secret)},
    )


def tell(name, *, path, source=SOURCE, secret=SECRET):
    return Client().post(
        f"{HOOKS}/event",
        payload(name, path=path, source=source),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": basic(secret)},
    )


class ControlApi(BaseHTTPRequestHandler):
    """Knows one publisher, and notes who is to be kicked."""

    kicked: list[str] = []
    asked: list[str] = []
    path_status = 200

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = path_in(self.path)
        self._say(self.path_status, payload("paths-get.json", path=path))

    def do_POST(self) -> None:
        self.kicked.append(self.path)
        self._say(200, json.dumps({"status": "ok"}))

    def _say(self, status: int, written: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written.encode())

    def log_message(self, *args: object) -> None:
        pass


def control_api():
    server = ThreadingHTTPServer(("127.0.0.1", 0), ControlApi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

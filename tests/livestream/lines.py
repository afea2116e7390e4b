"""Both ends of a room's stream: a web process of its own, and one who watches."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


class Web:
    """A web process like those of production, with the tests' database."""

    def __init__(self, redis: str, module: str, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
            address = urlsplit(settings.DATABASE_URL)
            name = connection.settings_dict["NAME"]
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *options, str(door.fileno())],
                env=os.environ
                | {
                    "DATABASE_URL": address._replace(path=f"/{name}").geturl(),
                    "REDIS_URL": redis,
                    "LOG_LEVEL": "WARNING",
                },
                cwd=settings.BASE_DIR,
                pass_fds=[door.fileno()],
            )

    def wait(self) -> None:
        """Until it serves."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port)) as line:
            line.request("GET", "/healthz")
            assert line.getresponse().status == 200

    def stop(self) -> float:
        """Tell it to end as the supervisor does; say how long it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - started


class Viewer:
    """A browser's EventSource, as far as the room can tell."""

    def __init__(self, web: Web) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)

    def ask(
        self,
        session_id: int,
        after: object = None,
        last_event_id: object = None,
        method: str = "GET",
    ) -> None:
        address = f"/api/v1/sessions/{session_id}/events"
        if after is not None:
            address += f"?after={after}"
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        self.line.request(method, address, headers=headers)
        self.answer = self.line.getresponse()

    def next(self) -> dict[str, str]:
        """The fields of the next event; heartbeats are skipped."""
        fields: dict[str, str] = {}
        while (line := self.answer.readline()) != b"\n" or "data" not in fields:
            if not line:
                raise EOFError
            name, _, value = line.decode().rstrip("\n").partition(": ")
            fields[name] = value
        return fields

    def next_of(self, kind: str) -> dict[str, Any]:
        while (found := self.next())["event"] != kind:
            pass
        return json.loads(found["data"])

    def numbers(self, until: int) -> list[int]:
        """The numbers of all stored events up to `until`."""
        seen: list[int] = []
        while until not in seen:
            fields = self.next()
            if fields["event"] == "chat":
                assert json.loads(fields["data"])["number"] == int(fields["id"])
                seen.append(int(fields["id"]))
        return seen

    def leave(self) -> None:
        if hasattr(self, "answer"):
            self.answer.close()
        self.line.close()

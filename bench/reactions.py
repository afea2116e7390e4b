"""What a tap costs: requests for reactions against one that Django answers.

One web process as in production, 16 lines that are kept open. The peer is a door of
Django's that asks the database nothing: an act of the crew, refused to a stranger. Both
take turns; the middle one of their rounds counts.
"""

import http.client
import json
import threading
from collections.abc import Mapping
from statistics import median

from bench.events import cpu_seconds, new_room, served_by
from bench.ground import empty_database
from bench.report import Figure, say, show

LINES = 16
REQUESTS = 150  # of each line in a round
ROUNDS = 3
TAP = json.dumps({"kind": "heart", "count": 5})


def main() -> None:
    taps, pages = [], []
    with empty_database():
        session_id = new_room()
        with served_by("donghai.local.web") as (server, port):
            room = f"/api/v1/sessions/{session_id}"
            for number in range(ROUNDS + 1):
                doors = f"{room}/reactions", f"{room}/chat/slow"
                tap, page = (cost(server.pid, port, door) for door in doors)
                say(
                    f"round {number} of {ROUNDS}: a tap {tap:.0f} us, Django {page:.0f}"
                )
                if number:  # the first only warms up
                    taps.append(tap)
                    pages.append(page)
    show(
        [
            Figure(
                "tap_us",
                median(taps),
                "us",
                "a door of Django's that asks no database",
                median(pages),
                "a fifth at most",
            ),
            Figure("taps_a_second_of_a_core", 1e6 / median(taps), "requests"),
        ]
    )


def cost(server: int, port: int, path: str) -> float:
    """Microseconds of the server's CPU for each request."""
    before = cpu_seconds(server)
    senders = [
        threading.Thread(target=send, args=(port, path, {"Viewer": str(number)}))
        for number in range(LINES)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return (cpu_seconds(server) - before) / (LINES * REQUESTS) * 1e6


def send(port: int, path: str, headers: Mapping[str, str]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(REQUESTS):
        line.request("POST", path, TAP, {"Content-Type": "application/json", **headers})
        line.getresponse().read()
    line.close()


if __name__ == "__main__":
    main()

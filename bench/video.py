"""How late viewers see what the camera sees, what a cut line does, what a stream costs.

Two Chromiums on the real pages: the host's camera is a canvas that writes the time into
its picture as blocks, the viewer's page reads them back from what it shows. Then the
host's line is cut for 3 and for 10 seconds. Then as many cameras as a busy process may
have send what was just recorded, each fragment with its own time, and the CPU of the
web process and of PostgreSQL is read.

    bin/bench video [--seconds 30] [--streams 20]
"""

import argparse
import http.client
import os
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.events import cpu_seconds as cpu_of
from bench.events import new_room, served_by
from bench.ground import cpu_seconds, empty_database
from bench.report import Figure, say, show
from donghai.local.postgres import Postgres

LIMIT = 2.5  # seconds from glass to glass
GOAL = 0.6  # per cent of a core for a stream
EVERY = 0.5  # seconds between two fragments of a camera
OPENED = 6  # times the room is opened; the first one warms the server
CUTS = (3, 10)  # seconds without a line
STAMPED = (Path(__file__).parent / "stamped.js").read_text()
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--autoplay-policy=no-user-gesture-required", "--disable-renderer-backgrounding"),
    *(
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
    ),
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a lost line did: how long the picture stood, and how late it was after."""

    seconds: int
    frozen: float
    late: float


@dataclass(frozen=True, slots=True)
class Show:
    """What two browsers met."""

    starts: float
    lateness: list[float]
    cuts: list[Cut]
    lost: float


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=int, default=30)
    asked.add_argument("--streams", type=int, default=20)
    options = asked.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is idle here
    with empty_database() as places:
        session_id = new_room()
        with served_by("donghai.local.web") as (server, port):
            met = two_browsers(session_id, port, options.seconds)
            say(f"late by {median(met.lateness):.2f} s in the middle")
            database = Postgres(places).process()
            assert database is not None
            web, base = streams_cost(
                session_id, server, port, database, options.streams
            )
    show(figures(met, web, base))


def figures(met: Show, web: float, base: float) -> list[Figure]:
    late = met.lateness
    found = [
        Figure(
            "glass_to_glass_p50_s", median(late), "s", "the limit", LIMIT, "at most 2.5"
        ),
        Figure("glass_to_glass_p95_s", quantiles(late, n=20)[-1], "s"),
        Figure("first_picture_s", met.starts, "s", "the limit", 1.0, "under 1"),
        Figure("stream_cpu_pct", web, "% of a core", "the goal", GOAL, "at most 0.6"),
        Figure("stream_database_pct", base, "% of a core"),
        Figure("lost_s", met.lost, "s of video", goal="0"),
    ]
    for cut in met.cuts:
        found += [
            Figure(f"cut_{cut.seconds}s_frozen_s", cut.frozen, "s"),
            Figure(f"cut_{cut.seconds}s_late_after_s", cut.late, "s"),
        ]
    return found


# ---- two browsers ----


def two_browsers(session_id: int, port: int, seconds: int) -> Show:
    with sync_playwright() as playwright:
        host_browser, viewer_browser = (
            playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            for _ in range(2)
        )
        host = open_page(host_browser, port, host_cookies(session_id, port))
        host.goto(f"/studio/{session_id}/desk/")
        host.click("[data-camera=start]")
        host.wait_for_function("document.querySelector('#signal').dataset.how==='good'")
        time.sleep(3)
        starts = []
        for _ in range(OPENED):  # each with an empty cache
            viewer = open_page(viewer_browser, port, [])
            viewer.goto(f"/live/{session_id}/", wait_until="commit")
            viewer.wait_for_function("window.seen?.length > 0")
            starts.append(
                viewer.evaluate("(seen[0][0] - performance.timeOrigin) / 1000")
            )
            if len(starts) < OPENED:
                viewer.close()
        say(f"first picture after {', '.join(f'{one:.2f}' for one in starts)} s")
        time.sleep(5)
        viewer.evaluate("seen.length = 0")
        time.sleep(seconds)
        lateness = [
            (shown - filmed) / 1000 for shown, filmed in viewer.evaluate("seen")
        ]
        cuts = [cut_line(host, viewer, length) for length in CUTS]
        lost = seconds_lost(session_id)
        host_browser.close()
        viewer_browser.close()
    return Show(median(starts[1:]), lateness, cuts, lost)


def open_page(browser: Browser, port: int, cookies: list[Any]) -> Page:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{port}", viewport={"width": 390, "height": 844}
    )
    context.add_init_script(STAMPED)
    context.add_cookies(cookies)
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def cut_line(host: Page, viewer: Page, length: int) -> Cut:
    """Take the host's line away for some seconds; see what the viewer sees."""
    viewer.evaluate("seen.length = 0")
    host.context.set_offline(True)
    time.sleep(length)
    host.context.set_offline(False)
    time.sleep(12)
    seen = viewer.evaluate("seen")
    stood = max(b[0] - a[0] for a, b in pairwise(seen)) / 1000
    late = median([shown - filmed for shown, filmed in seen[-60:]]) / 1000
    say(f"cut for {length} s: stood {stood:.1f} s, then {late:.1f} s late")
    return Cut(length, stood, late)


def seconds_lost(session_id: int) -> float:
    """Video between the first and the last fragment that isn't there."""
    from livestream.models import Stream
    from livestream.video.streams import recording

    time.sleep(1)
    stored = recording(Stream.objects.get(session=session_id))
    whole = stored[-1].filmed + stored[-1].seconds - stored[0].filmed
    return round(max(0.0, whole - sum(entry.seconds for entry in stored)), 2)


def host_cookies(session_id: int, port: int) -> list[Any]:
    from django.test import Client

    from livestream.models import LiveSession

    client = Client()
    client.force_login(
        LiveSession.objects.get(pk=session_id).host.user,
        "allauth.account.auth_backends.AuthenticationBackend",
    )
    return [
        {"name": name, "value": cookie.value, "url": f"http://127.0.0.1:{port}"}
        for name, cookie in client.cookies.items()
    ]


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        raise SystemExit("This needs Chromium: apt install chromium, or CHROMIUM=/path")
    return found


# ---- many cameras ----


def streams_cost(
    session_id: int,
    server: subprocess.Popen[bytes],
    port: int,
    database: psutil.Process,
    count: int,
) -> tuple[float, float]:
    """Per cent of a core for a stream: of the web process, and of PostgreSQL."""
    from livestream.models import Stream
    from livestream.video import folders

    recorded = Stream.objects.get(session=session_id)
    folder = folders.folder(recorded.secret) / "0"
    header = (folder / "init.mp4").read_bytes()
    pieces = [(folder / f"{number}.m4s").read_bytes() for number in range(20, 50)]
    size = sum(map(len, pieces)) / len(pieces) / 1000
    say(f"{count} cameras, {size:.0f} kB a fragment")
    cameras = [Camera(new_room(), port, header) for _ in range(count)]
    send_all(cameras, pieces[:6], 0)
    before, base_before, begun = cpu_of(server.pid), cpu_seconds(database), time.time()
    send_all(cameras, pieces, 6)
    went = time.time() - begun
    spent, base = cpu_of(server.pid) - before, cpu_seconds(database) - base_before
    return 100 * spent / went / count, 100 * base / went / count


class Camera:
    """Sends fragments over one lasting connection, as a browser does."""

    def __init__(self, session_id: int, port: int, header: bytes) -> None:
        from livestream.models import LiveSession
        from livestream.video import streams

        session = LiveSession.objects.select_related("host").get(pk=session_id)
        stream, token = streams.claim_camera(host=session.host, session_id=session_id)
        self.line = http.client.HTTPConnection("127.0.0.1", port)
        self.path = f"/api/v1/video/{stream.pk}/0/"
        self.headers = {"Authorization": f"Bearer {token}"}
        self.scales = timescales(header)
        self.put("init", header)

    def put(self, name: object, body: bytes) -> None:
        self.line.request("PUT", f"{self.path}{name}", body, self.headers)
        answer = self.line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {said[:200]!r}")

    def send(self, number: int, piece: bytes) -> None:
        self.put(number, moved(piece, number * EVERY, self.scales))


def send_all(cameras: Sequence[Camera], pieces: Sequence[bytes], first: int) -> None:
    """Each camera sends a fragment every half second, none at the same moment."""
    begun = time.monotonic()

    def run(place: int, camera: Camera) -> None:
        for number, piece in enumerate(pieces):
            due = begun + (number + place / len(cameras)) * EVERY
            time.sleep(max(0, due - time.monotonic()))
            camera.send(first + number, piece)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(cameras)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def timescales(header: bytes) -> dict[int, int]:
    from livestream.video.boxes import read_init

    return {track.number: track.timescale for track in read_init(header)}


def moved(piece: bytes, seconds: float, scales: dict[int, int]) -> bytes:
    """A fragment that begins when it's said to."""
    data, place = bytearray(piece), 0
    while (place := piece.find(b"tfhd", place + 1)) > 0:
        (number,) = struct.unpack_from(">I", piece, place + 8)
        at = piece.index(b"tfdt", place) + 4
        shape = ">Q" if piece[at] else ">I"
        struct.pack_into(shape, data, at + 4, int(seconds * scales[number]))
    return bytes(data)


if __name__ == "__main__":
    main()

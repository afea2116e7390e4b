"""A web process with the tests' database, and a Chromium to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

expect.set_options(timeout=15_000)  # machines are shared

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
CAMERA = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright's loop runs in this thread, and Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


@pytest.fixture(scope="session")
def chromium_with_camera(playwright: Playwright) -> Browser:
    """With a camera and a microphone that aren't there, and leave to use them."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *CAMERA])


@pytest.fixture
def surroundings() -> dict[str, str]:
    """What else the web process is told, and may ask; a module's own fixture says."""
    return {}


def begin(door: socket.socket, *program: str, **options: Any) -> subprocess.Popen[str]:
    """Start one of our programs on an open socket and the tests' database."""
    database = urlsplit(settings.DATABASE_URL)
    name = connection.settings_dict["NAME"]
    told = {
        "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
        "SITE_URL": address_of(door),
        "LOG_LEVEL": "WARNING",
    }
    return subprocess.Popen(
        [sys.executable, "-m", *program, str(door.fileno())],
        env=os.environ | told | options.pop("surroundings", {}),
        cwd=settings.BASE_DIR,
        pass_fds=[door.fileno()],
        text=True,
        **options,
    )


def address_of(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture(scope="session")
def nursery(django_db_setup: None) -> Iterator[tuple[str, Callable[[str], None]]]:
    """An address, and who begins and ends a web process there when told to."""
    with ExitStack() as at_the_end:
        door = at_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))
        pipe = subprocess.PIPE
        process = begin(door, "tests.browser.nursery", stdin=pipe, stdout=pipe)
        at_the_end.enter_context(process)
        assert process.stdin and process.stdout
        told, says = process.stdin, process.stdout

        def order(what: str) -> None:
            told.write(f"{what}\n")
            told.flush()
            assert says.readline() == "done\n"

        assert says.readline() == "done\n"
        yield address_of(door), order
        told.close()


@pytest.fixture
def site(
    transactional_db: None, surroundings: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[str]:
    """Where a web process like those of production serves the test's rows."""
    with ExitStack() as at_the_end:
        if surroundings:
            door = at_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))
            url = address_of(door)
            process = begin(door, "donghai.local.web", surroundings=surroundings)
            at_the_end.enter_context(process)
            at_the_end.callback(process.terminate)
        else:
            url, order = request.getfixturevalue("nursery")
            order("begin")
            at_the_end.callback(order, "end")
        with urlopen(f"{url}/healthz", timeout=90) as answer:  # machines are shared
            assert answer.status == 200
        yield url


@pytest.fixture
def open_phone(
    chromium: Browser, site: str, surroundings: dict[str, str]
) -> Iterator[Callable[..., Page]]:
    """Open a phone of its own, or what `options` make of it.

    Whatever its pages complain of, or ask of anybody but us, fails the test.
    """
    complaints: list[str] = []
    contexts = []
    ours = (f"{site}/", "blob:", "data:", *(f"{x}/" for x in surroundings.values()))

    def note_outside(request: Request) -> None:
        if not request.url.startswith(ours):
            complaints.append(f"asked {request.url}")

    def open_one(scripts: bool = True, **options: Any) -> Page:
        phone: dict[str, Any] = {
            "viewport": {"width": 390, "height": 844},
            "is_mobile": True,
            "has_touch": True,
            "timezone_id": "Europe/Berlin",
        }
        context = chromium.new_context(
            base_url=site, java_script_enabled=scripts, **phone | options
        )
        contexts.append(context)
        context.on("request", note_outside)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{error} {error.stack}"))
        page.set_default_timeout(15_000)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []

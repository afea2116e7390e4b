"""`bin/run`, or `manage.py up`: all of Donghai on this machine, until Ctrl-C.

Reads the settings but loads no app: what serves and works runs in children.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from types import FrameType

from django.conf import settings

from donghai.local.machine import cores
from donghai.local.places import DoesNotStart
from donghai.local.screen import Screen
from donghai.local.stack import Stack

USUAL_URL = "http://127.0.0.1:8000"  # the default of SITE_URL
PLACES = [
    ("Shop", "/"),
    ("Host studio", "/studio/"),
    ("Admin", "/admin/"),
    ("API", "/api/docs/"),
]
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """Start all, show where it is, wait for Ctrl-C, end all; returns the exit code."""
    wanted = parser().parse_args(arguments)
    screen = Screen()
    stack = Stack(
        settings.VAR_DIR,
        host=wanted.host,
        port=wanted.port,
        web_processes=wanted.web,
        database_url=settings.DATABASE_URL,
        redis_url=settings.REDIS_URL,
        seed=not wanted.no_seed,
        screen=screen,
        extra_environment=chosen(),
    )
    listen_to_signals(stack)
    try:
        with stack:
            welcome(screen, stack)
            wait_for_ctrl_c()
            screen.say()
            with screen.step("Stopped"):
                stack.stop()
    except KeyboardInterrupt:
        screen.say("  Stopped before it was up.")
    except DoesNotStart as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        "bin/run",
        description="Start all of Donghai on this machine; PostgreSQL and Redis too, "
        "unless DATABASE_URL and REDIS_URL are given.",
    )
    options.add_argument("--host", default="127.0.0.1", help="0.0.0.0: all networks")
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--web", type=int, default=cores(), help="web processes")
    options.add_argument("--no-seed", action="store_true", help="no demo market")
    return options


def chosen() -> dict[str, str]:
    """What a person may have set that a stack would otherwise decide by itself."""
    own = {
        "CUSTOMS_WINDOW": settings.CUSTOMS_WINDOW,
        "CUSTOMS_FOLDER": str(settings.CUSTOMS_FOLDER),
    }
    if settings.SITE_URL != USUAL_URL:
        own["SITE_URL"] = settings.SITE_URL
    return own


def listen_to_signals(stack: Stack) -> None:
    """The first Ctrl-C ends all in order; the second does not wait for anybody."""

    def end(number: int, frame: FrameType | None) -> None:
        for each in ENDS:
            signal.signal(each, hurry)
        raise KeyboardInterrupt

    def hurry(number: int, frame: FrameType | None) -> None:
        stack.supervisor.hurry()

    for each in ENDS:
        signal.signal(each, end)


def wait_for_ctrl_c() -> None:
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


def welcome(screen: Screen, stack: Stack) -> None:
    """The addresses, who can log in, and what to try first."""
    screen.say()
    screen.say(screen.paint("  Donghai is open.", "bold"))
    screen.say()
    for name, path in PLACES:
        screen.say(f"    {name:<14} {screen.paint(stack.url + path, 'bold')}")
    if find_spec("donghai.demo"):
        show_demo(screen, stack)
    screen.say()
    logs = os.path.relpath(stack.places.logs)
    screen.say(screen.paint(f"  Logs are in {logs}. Ctrl-C stops everything.", "dim"))
    screen.say()


def show_demo(screen: Screen, stack: Stack) -> None:
    """Who can log in to the demo market, and what to try first."""
    demo = import_module("donghai.demo")
    screen.say()
    for who, email, password in demo.LOG_INS:
        screen.say(f"    {who:<14} {email:<28} {password}")
    screen.say()
    for errand in demo.TO_TRY:
        screen.say(f"    - {errand.replace(USUAL_URL, stack.url)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What surrounds the runs: real processes, a Redis or none, and the weather."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings
from django.db import connection
from django.test import override_settings

from donghai import local
from donghai.local.children import REPOSITORY
from livestream.events import services as events
from orders.payments import sandbox
from tests.chaos.traps import Traps

CELERY = ("redis", "worker-1", "worker-2", "beat", "web", "office")
BY_HAND = ("steps-1", "steps-2", "web", "office")  # no Redis, no Celery
PATIENCE = 120.0


class World:
    """Processes on the tests' database while the `with` lasts; Redis is its own."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self.folder = Path(
                undo.enter_context(tempfile.TemporaryDirectory(prefix="donghai-"))
            )
            self.traps = Traps(self.folder)
            self.redis = redis.Redis.from_url(local.redis_url(self.folder))
            undo.callback(self.redis.close)
            self._enter_settings(undo)
            self._start_nursery(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._undo.close()

    @property
    def office(self) -> Path:
        return self.folder / "customs"

    def tell(self, order: str, name: str) -> None:
        """Have a child killed, held or released."""
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(f"{order} {name}\n")
        self.nursery.stdin.flush()

    def flush_redis(self) -> None:
        with suppress(redis.ConnectionError):  # it was killed and comes up empty
            self.redis.flushall()

    def faults(self) -> list[str]:
        """Processes that ended by themselves."""
        written = self.folder / "faults"
        return written.read_text().splitlines() if written.exists() else []

    def last_words(self) -> str:
        """The ends of all logs, to find out what happened."""
        logs = [log for log in sorted(self.folder.glob("*.log")) if log.stat().st_size]
        return "\n".join(f"== {log.name}\n{tail_of(log)}" for log in logs)

    def _enter_settings(self, undo: ExitStack) -> None:
        """Buyers live in this process, and have the same Redis or none."""
        undo.enter_context(override_settings(REDIS_URL=local.redis_url(self.folder)))
        events._client.cache_clear()
        undo.callback(events._client.cache_clear)
        undo.callback(setattr, sandbox, "LATE", sandbox.LATE)
        sandbox.LATE = timedelta(seconds=2)

    def _start_nursery(self, undo: ExitStack) -> None:
        listener = undo.enter_context(
            socket.create_server(("127.0.0.1", 0), backlog=2048)
        )
        number = listener.fileno()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        log = undo.enter_context((self.folder / "nursery.log").open("w"))
        command = [sys.executable, "-m", "tests.chaos.nursery", str(self.folder)]
        self.nursery = undo.enter_context(
            subprocess.Popen(
                [*command, str(number), *self.names],
                cwd=REPOSITORY,
                env=os.environ | self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[number],
            )
        )
        assert self.nursery.stdout is not None
        ready = self.nursery.stdout.readline()
        assert ready == "ready\n", (self.folder / "nursery.log").read_text()

    def _environment(self) -> dict[str, str]:
        database = urlsplit(settings.DATABASE_URL)
        name = f"/{connection.settings_dict['NAME']}"
        return {
            "DATABASE_URL": urlunsplit(database._replace(path=name)),
            "REDIS_URL": local.redis_url(self.folder),
            "DONGHAI_VAR": str(self.folder),
            "CUSTOMS_FOLDER": str(self.office),
            "SITE_URL": self.url,
            "SANDBOX_DELIVERY_SECONDS": "1",
            "DJANGO_SETTINGS_MODULE": "donghai.settings",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }


def tail_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-25:]
    return "\n".join(line[:400] for line in lines)


class Storm:
    """What goes wrong during one run, and when; a seed decides all of it."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.begun = time.monotonic()
        self.plan: list[tuple[float, Callable[..., Any], tuple[Any, ...]]] = []
        for name in world.names:
            if name != "beat" and chance.random() < 0.5:
                self._plan(chance.uniform(0, 5), world.tell, "kill", name)
        if "beat" in world.names:
            for _ in range(chance.randint(0, 3)):
                self._plan(chance.uniform(0, 5), world.flush_redis)
            if chance.random() < 0.5:
                stopped = chance.uniform(0, 3)
                self._plan(stopped, world.tell, "hold", "beat")
                again = stopped + chance.uniform(0.5, 2)
                self._plan(again, world.tell, "release", "beat")
        self.plan.sort(key=lambda planned: planned[0])

    def _plan(self, at: float, act: Callable[..., Any], *facts: Any) -> None:
        self.plan.append((at, act, facts))

    def until(self, is_so: Callable[[], Any], what: str) -> Any:
        """Let it rage until something is so; what that is, is returned."""
        deadline = time.monotonic() + PATIENCE
        while not (found := is_so()):
            self._rage()
            assert time.monotonic() < deadline, f"it never came to {what}"
            time.sleep(0.1)
        return found

    def _rage(self) -> None:
        while self.plan and self.plan[0][0] < time.monotonic() - self.begun:
            _, act, facts = self.plan.pop(0)
            act(*facts)

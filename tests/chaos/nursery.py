"""Keeps the processes that are to be killed: loads the program once, forks the rest.

`python -m tests.chaos.nursery FOLDER SOCKET NAME...` starts a child of each name and
another when it is gone. On its standard input it hears `kill NAME`, `hold NAME` and
`release NAME`; when that ends, so do all. A child that ends by itself, with an error,
is written down in FOLDER/faults.
"""

import contextlib
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from celery.beat import PersistentScheduler

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
OFTEN = 0.6  # seconds between two hints
HEAVY = (  # what the children would each load again
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.request",
    "donghai.asgi",
    "kombu.transport.redis",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)


class Twice(PersistentScheduler):
    """Delivers each message two times."""

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **options: Any
    ) -> Any:
        super().apply_async(entry, producer, advance, **options)
        return super().apply_async(entry, producer, advance=False, **options)


class Nursery:
    """The children, by name."""

    def __init__(self, folder: Path, socket: int, names: Sequence[str]) -> None:
        self.folder, self.socket = folder, socket
        self.wanted = set(names)
        self.living: dict[str, int] = {}

    def run(self) -> None:
        """Care for the children until nobody speaks to us any more."""
        heard = b""
        while True:
            self._tend()
            if not select.select([0], [], [], 0.02)[0]:
                continue
            more = os.read(0, 4096)
            if not more:
                break
            *lines, heard = (heard + more).split(b"\n")
            for line in lines:
                self._obey(*line.decode().split())
        for name in list(self.living):
            self._kill(name)

    def _tend(self) -> None:
        for name, pid in list(self.living.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self.living[name]
                code = os.waitstatus_to_exitcode(status)
                if code not in (0, -signal.SIGKILL):
                    self._note(f"{name} ended by itself with {code}")
        for name in self.wanted - self.living.keys():
            self.living[name] = self._fork(name)

    def _note(self, fault: str) -> None:
        with (self.folder / "faults").open("a") as faults:
            faults.write(f"{fault}\n")
        time.sleep(0.2)  # it may be a fault that comes again at once

    def _obey(self, order: str, name: str) -> None:
        if order == "release":
            self.wanted.add(name)
            return
        if order == "hold":
            self.wanted.discard(name)
        self._kill(name)

    def _kill(self, name: str) -> None:
        if pid := self.living.pop(name, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _fork(self, name: str) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        with contextlib.suppress(BaseException):
            self._become(name)
            code = 0
        os._exit(code)

    def _become(self, name: str) -> None:
        """Be that child; its words go to a log of its own."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        log = os.open(self.folder / f"{name}.log", flags, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            self._children()[name.partition("-")[0]](name)
        except BaseException:
            traceback.print_exc()
            raise

    def _children(self) -> dict[str, Callable[[str], object]]:
        from django.conf import settings
        from django.core.management import call_command

        from donghai.celery import app
        from donghai.local import valkey, web
        from donghai.local.places import Places
        from orders.customs.office import __main__ as office
        from orders.customs.office.desk import Pace

        def be_redis(name: str) -> None:
            places = Places.of(self.folder)
            places.sockets.mkdir(mode=0o700, exist_ok=True)
            program = str(valkey.binary())
            where = ["--port", "0", "--unixsocket", str(places.redis_socket)]
            forgetful = ["--save", "", "--dir", str(self.folder)]
            os.execv(program, [program, *where, *forgetful])

        def be_office(name: str) -> None:
            office.PACES["here"] = Pace(0.01, 0.05, look=0.05)
            sys.argv = [name, str(settings.CUSTOMS_FOLDER), "--pace", "here"]
            office.main()

        threads = ["-P", "threads", "-c", "2", "-Q", "celery,merchants"]
        work = ["worker", *threads, *QUIET]
        return {
            "worker": lambda name: app.worker_main([*work, "-n", name]),
            "beat": lambda name: app.Beat(scheduler=Twice, quiet=True).run(),
            "steps": lambda name: call_command("steps", seconds=3),
            "web": lambda name: web.main(self.socket),
            "office": be_office,
            "redis": be_redis,
        }


def load() -> None:
    """Have in memory what every child needs."""
    django.setup()
    from donghai.celery import app

    for module in HEAVY:
        import_module(module)
    app.loader.import_default_modules()
    schedule = app.conf.beat_schedule
    del schedule["sweep media"]  # nobody draws here
    for entry in schedule.values():
        if isinstance(entry["schedule"], float):  # else some time of day
            entry["schedule"] = min(entry["schedule"], OFTEN)


def main(folder: Path, socket: int, *names: str) -> None:
    load()
    from tests.chaos import traps

    traps.set_up()
    print("ready", flush=True)
    Nursery(folder, socket, names).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])

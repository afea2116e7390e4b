"""The whole of Donghai on this machine: servers, database, web, worker, beat, customs.

`manage.py up` runs one for people. `night`, and tests that kill things, run their own:

    with Stack.fresh() as stack:
        stack.supervisor["worker-1"].kill()  # it is started again
        stack.supervisor.hold("beat")  # it is not, until release("beat")
        stack.manage("truths")
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from donghai.local import cores, database_url, redis_url
from donghai.local.children import Child
from donghai.local.places import REPOSITORY, DoesNotStart, Places, tail
from donghai.local.screen import Note, Screen
from donghai.local.servers import Servers
from donghai.local.supervisor import Supervisor, alone_in, end_left_overs

CELERY = (sys.executable, "-m", "celery", "-A", "donghai")
OFFICE = REPOSITORY / "orders" / "customs" / "office"
HOPELESS = 3  # deaths of one child during the start


def worker_command(name: str, *options: str) -> list[str]:
    """What starts one Celery worker; nobody here listens to what they could gossip."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return [*CELERY, "worker", "-n", f"{name}@%h", *options, *quiet]


def worker_commands(*options: str) -> dict[str, list[str]]:
    """What starts the workers of a stack, by name.

    Two with two threads each, whose sweeps call another in a rush, did 2,300 to 2,800
    steps a second where one with four did 400 to 1,400 (`bin/bench steps`): threads of
    one process wait for Python's lock.
    """
    names = ("worker-1", "worker-2")
    threads = ("-P", "threads", "-c", "2", "-l", "INFO", *options)
    return {name: worker_command(name, *threads) for name in names}


def sender_command() -> list[str]:
    """What starts who sends to merchants' machines: many may hang, and none of ours."""
    threads = ("-P", "threads", "-c", "8", "-l", "INFO")
    return worker_command("sender", *threads, "-Q", "merchants")


def patient_commands() -> dict[str, list[str]]:
    """What starts those who do heavy and long work, one thing at a time, by name."""
    return {
        name: ["nice", *worker_command(name, "-P", "solo", "-Q", name, "-l", "INFO")]
        for name in ("media", "bulk")
    }


def video_command() -> list[str]:
    """What starts the one who sees to live video, with children of its own."""
    return [sys.executable, "-m", "livestream.media.worker"]


@dataclass
class Stack:
    """Everything that runs, in one folder, while the `with` lasts.

    A database and a Redis that are named are used; else the embedded ones are started.
    Port 0 is any free port. Of a port that is taken it says so, and uses the next.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0
    web_processes: int = field(default_factory=cores)
    database_url: str = ""
    redis_url: str = ""
    seed: bool = True
    screen: Screen = field(default_factory=lambda: Screen(None))
    extra_environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = Places.of(self.folder)
        embedded = database_url(self.folder), redis_url(self.folder)
        self.database_url = self.database_url or embedded[0]
        self.redis_url = self.redis_url or embedded[1]
        self.needs_servers = self.database_url in embedded or self.redis_url in embedded
        self.url = ""
        self._undo = ExitStack()
        self.supervisor = Supervisor(self.folder, [])

    @classmethod
    @contextmanager
    def fresh(cls, **options: object) -> Iterator["Stack"]:
        """A stack on a free port, with a new database in a folder that goes with it."""
        with (
            tempfile.TemporaryDirectory(prefix="donghai-") as folder,
            cls(Path(folder), **options) as stack,  # type: ignore[arg-type]
        ):
            yield stack

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            announce = undo.enter_context(alone_in(self.places))
            end_left_overs(self.places)
            self.places.logs.mkdir(exist_ok=True)
            if self.needs_servers:
                with self.screen.step("PostgreSQL and Redis"):
                    undo.enter_context(Servers(self.folder))
            with self.screen.step("Tables and demo market") as note:
                self._prepare(note)
            listener = undo.enter_context(self._open_port())
            announce(self.url)
            with self.screen.step("Web, worker, beat, customs office"):
                self.supervisor = Supervisor(self.folder, self._stages(listener))
                undo.enter_context(self.supervisor)
                self._wait_until_ready()
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything that was started here, in order; again does nothing."""
        self._undo.close()

    @property
    def environment(self) -> dict[str, str]:
        """What every process of the stack finds in its environment."""
        return {
            **os.environ,
            "SITE_URL": self.url,
            "CUSTOMS_WINDOW": "sandbox",
            "CUSTOMS_FOLDER": str(self.places.folder / "customs"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "DONGHAI_VAR": str(self.places.folder),
            "DJANGO_SETTINGS_MODULE": "donghai.settings",
            "PYTHONUNBUFFERED": "1",
            "CELERY_SKIP_CHECKS": "1",  # they would load every page into the worker
            **self.extra_environment,
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a manage.py command on this stack's database; its output is returned."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def _prepare(self, note: Note) -> None:
        """Bring the tables up to date; an empty database gets the demo market."""
        command = [sys.executable, "manage.py", "prepare"]
        with subprocess.Popen(
            command + ["--seed"] * self.seed,
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as preparing:
            assert preparing.stdout is not None
            said = []
            for line in preparing.stdout:
                said.append(line)
                note.text = line.strip()
        if preparing.returncode != 0:
            reason = "".join(said[-12:])
            raise DoesNotStart(f"The database cannot be prepared:\n{reason}")

    @contextmanager
    def _open_port(self) -> Iterator[socket.socket]:
        """The socket all web processes share; the next free port if ours is taken."""
        wanted = range(self.port, self.port + 50) if self.port else [0]
        for port in wanted:
            try:
                listener = socket.create_server((self.host, port), backlog=2048)
            except OSError:
                continue
            with listener:
                got = listener.getsockname()[1]
                if self.port and got != self.port:
                    text = f"Port {self.port} is taken, so this one uses {got}."
                    self.screen.say(f"  {self.screen.paint(text, 'yellow')}")
                shown = "127.0.0.1" if self.host == "0.0.0.0" else self.host
                self.port, self.url = got, f"http://{shown}:{got}"
                yield listener
            return
        raise DoesNotStart(f"No port from {self.port} on is free; give another: --port")

    def _stages(self, listener: socket.socket) -> list[list[Child]]:
        """The children in the order in which they are to end."""
        number = listener.fileno()
        serve = [sys.executable, "-m", "donghai.local.web", str(number)]
        webs = [
            self._child(f"web-{count + 1}", serve, (number,))
            for count in range(self.web_processes)
        ]
        workers = [self._child(*each) for each in worker_commands().items()]
        patient = [self._child(*each) for each in patient_commands().items()]
        stages = [
            webs,
            [*workers, self._child("sender", sender_command()), *patient],
            [self._child("video", video_command())],
            [self._child("beat", [*CELERY, "beat", "-l", "INFO"])],
        ]
        environment = self.environment
        if environment.get("TRANSLATOR"):
            talker = worker_command("talker", "-P", "threads", "-c", "4", "-Q", "talk")
            stages[1].append(self._child("talker", talker))
        if OFFICE.exists() and environment["CUSTOMS_WINDOW"] == "sandbox":
            office = [sys.executable, "-m", "orders.customs.office"]
            command = [*office, environment["CUSTOMS_FOLDER"]]
            stages.append([self._child("office", command)])
        return stages

    def _child(
        self, name: str, command: Sequence[str], sockets: tuple[int, ...] = ()
    ) -> Child:
        log = self.places.logs / f"{name}.log"
        return Child(name, command, self.environment, log, self._tell, sockets)

    def _tell(self, name: str, text: str) -> None:
        """Show what a child has to say, but not that /readyz told us to wait."""
        if not text.endswith("/readyz"):
            self.screen.line_of(name, text)

    def _wait_until_ready(self, patience: float = 120) -> None:
        """Wait for /readyz; a child that dies again and again ends the waiting.

        Late steps are no reason to wait: they are late as nothing ran until now.
        """
        deadline = time.monotonic() + patience
        while answer := self.ask("/readyz"):
            with suppress(ValueError):
                if {v for k, v in json.loads(answer).items() if k != "steps"} == {"ok"}:
                    break
            for child in self.supervisor:
                if child.deaths >= HOPELESS:
                    said = tail(child.log)
                    raise DoesNotStart(f"{child.name} does not start:\n{said}")
            if time.monotonic() > deadline:
                raise DoesNotStart(f"{self.url}/readyz is not ready: {answer}")
            time.sleep(0.1)

    def ask(self, path: str) -> str:
        """Empty when the page answers 200, else what is the matter."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5):
                return ""
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.read().decode(errors="replace")[:500]
        except OSError as error:
            return str(error)

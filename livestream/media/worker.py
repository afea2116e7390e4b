"""The process that sees to live video: starts a child for each long job, ends it again.

    python -m livestream.media.worker

What is to be done stands in the database and is looked at every second (`jobs`). Any
number may run, on any machine that has the files: a lease keeps two from doing one job.
A child that fails is started again after a pause that grows to half a minute; while the
database is away children go on, until a lease could be somebody else's.
"""

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from livestream.media import jobs  # noqa: E402
from livestream.media.jobs import Job, Wanted  # noqa: E402
from livestream.platforms import pushing  # noqa: E402
from livestream.video import folders  # noqa: E402
from livestream.video.models import Stream  # noqa: E402

log = logging.getLogger("livestream.media.worker")

LOOK = 1.0  # seconds
LONGEST_PAUSE = 30.0
STEADY = 20.0  # seconds of life after which earlier failures are forgiven
PICTURES = Job("PICTURES", 0)  # each worker has one child for those, without a lease


class Child:
    """A process that does one job, started again when it fails."""

    def __init__(self, module: str, task: Any) -> None:
        self.module, self.task = module, task
        self.failures = 0
        self._next_start = 0.0
        self._started = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._last_words: list[Any] = []

    def tend(self) -> None:
        """Start it, unless it lives or should rest."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._mourn(self._process)
        if time.monotonic() >= self._next_start:
            self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._started = time.monotonic()
        self.say(self.task)

    def _mourn(self, process: subprocess.Popen[bytes]) -> None:
        """A child that went: what was well goes on soon, what failed waits longer."""
        lived = time.monotonic() - self._started
        self.failures = 0 if lived > STEADY else self.failures + 1
        pause = min(0.5 * 2.0 ** min(self.failures, 10), LONGEST_PAUSE)
        self._next_start = time.monotonic() + pause * random.uniform(0.5, 1.0)
        self._last_words = list(self.heard())
        self._close(process)

    def say(self, task: Any) -> None:
        """Give it a task; one that is gone gets it when it's started again."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps(task).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return

    def heard(self) -> Iterator[Any]:
        """What it told since."""
        yield from self._last_words
        self._last_words = []
        if self._process is None or self._process.stdout is None:
            return
        self._rest += self._process.stdout.read() or b""
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield json.loads(line)

    def end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close(self._process)

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process, self._rest = None, b""


class Worker:
    """Keeps the children level with what is wanted."""

    def __init__(self) -> None:
        self.name = uuid4()
        self.children: dict[Job, Child] = {}
        self.is_over = False
        self._held_at = time.monotonic()
        self._pictures = Child("livestream.media.pictures", {})

    def run(self) -> None:
        """Until told to end."""
        while not self.is_over:
            begun = time.monotonic()
            try:
                self.look()
            except (OperationalError, InterfaceError) as trouble:
                log.warning("no database", extra={"error": type(trouble).__name__})
                connection.close()
                if time.monotonic() - self._held_at > jobs.LEASE:
                    self._end(set(self.children))
            time.sleep(max(0.05, LOOK - (time.monotonic() - begun)))
        self.stop()

    def look(self) -> None:
        """One round: leases, children, what they tell, pictures."""
        wanted = {one.job: one for one in jobs.wanted()}
        begun = time.monotonic()
        held = jobs.hold(self.name, wanted.keys())
        self._held_at = begun
        gone = set(self.children) - held
        self._end(gone)
        jobs.let_go(self.name, gone)
        for job in held:
            self._care(wanted[job])
        self._make_pictures()

    def _care(self, wanted: Wanted) -> None:
        child = self.children.get(wanted.job)
        if child is None:
            module = jobs.MODULES[wanted.job.kind]
            child = self.children[wanted.job] = Child(module, dict(wanted.task))
        for told in child.heard():
            if wanted.job.kind == jobs.PUSH:
                pushing.note(wanted.job.subject, told)
        child.tend()

    def _make_pictures(self) -> None:
        for told in self._pictures.heard():
            Stream.objects.filter(pk=told["stream"]).update(poster=told["name"])
        self._pictures.tend()
        for due in jobs.posters_due():
            folder = str(folders.folder(due.secret))
            task = {"stream": due.id, "folder": folder}
            self._pictures.say(task | {"epoch": due.epoch, "number": due.number})

    def _end(self, gone: set[Job]) -> None:
        for job in gone:
            self.children.pop(job).end()

    def stop(self) -> None:
        """End the children and let others have their jobs."""
        gone = set(self.children)
        self._end(gone)
        self._pictures.end()
        try:
            jobs.let_go(self.name, gone)
        except (OperationalError, InterfaceError):
            return  # the leases end by themselves

    def ask_to_end(self, number: int, frame: FrameType | None) -> None:
        self.is_over = True


def main() -> None:
    worker = Worker()
    signal.signal(signal.SIGTERM, worker.ask_to_end)
    signal.signal(signal.SIGINT, worker.ask_to_end)
    worker.run()


if __name__ == "__main__":
    main()

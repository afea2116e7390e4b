"""Keeps a handful of processes alive, and leaves none behind however it ends itself.

Three things see to that. Leaving the `with` ends the children in order. If the
supervisor is killed, a shell that waits at the end of a pipe sees the pipe close, and
tidies up. If that is killed too, the next start ends what stands in the record.
"""

import fcntl
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from donghai.local import servers
from donghai.local.children import Child
from donghai.local.places import REPOSITORY, DoesNotStart, Places
from donghai.local.processes import end_known, kill_group

GUARD = 'read -r _; exec "$0" -m donghai.local tidy "$1"'
BEAT = 0.05  # seconds between two looks at the children


class AlreadyRuns(DoesNotStart):
    """Another supervisor has this folder."""


class Supervisor:
    """Runs the children of one folder while the `with` lasts; safe from any thread.

    Children are started and ended stage by stage, all of one stage together.
    """

    def __init__(self, folder: Path, stages: Iterable[Iterable[Child]]) -> None:
        self.stages = [list(stage) for stage in stages]
        self.places = Places.of(folder)
        self.is_hurried = False
        self._held: set[str] = set()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._guard: subprocess.Popen[bytes] | None = None

    def __getitem__(self, name: str) -> Child:
        return next(child for child in self if child.name == name)

    def __iter__(self) -> Iterator[Child]:
        return (child for stage in self.stages for child in stage)

    def __enter__(self) -> Self:
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, sys.executable, self.places.folder],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            with self._lock:
                for child in self:
                    child.start()
                self._write_record()
        except BaseException:
            self.stop()
            raise
        self._watching.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def guard_pid(self) -> int | None:
        """The number of the shell that tidies up if we are killed."""
        return self._guard.pid if self._guard else None

    def hold(self, name: str) -> None:
        """End a child and leave it ended until `release`."""
        with self._lock:
            self._held.add(name)
            self._end([self[name]])

    def release(self, name: str) -> None:
        """Let a held child run again."""
        with self._lock:
            self._held.discard(name)
            self[name].start()
            self._write_record()

    def hurry(self) -> None:
        """Somebody does not want to wait: whoever is still ending is killed."""
        self.is_hurried = True

    def stop(self) -> None:
        """End all children, stage by stage, then the guard."""
        self._is_over.set()
        if self._watching.is_alive():
            self._watching.join()
        with self._lock:
            for stage in self.stages:
                self._end(stage)
            record_of(self.places).unlink(missing_ok=True)
        if self._guard is not None:
            kill_group(self._guard.pid)
            self._guard.communicate()

    def _end(self, children: list[Child]) -> None:
        for child in children:
            child.ask_to_end()
        for child in children:
            child.wait_until_ended(lambda: self.is_hurried)

    def _watch(self) -> None:
        """Start again what died, until told that it is over."""
        while not self._is_over.wait(BEAT):
            with self._lock:
                cared_for = [child for child in self if child.name not in self._held]
                if [child for child in cared_for if child.tend()]:
                    self._write_record()

    def _write_record(self) -> None:
        """Note each child's number and birth, by which it can be known again."""
        living = {}
        for child in self:
            with suppress(psutil.NoSuchProcess):
                if child.pid is not None:
                    created_at = psutil.Process(child.pid).create_time()
                    living[child.name] = [child.pid, created_at]
        fresh = record_of(self.places).with_suffix(".new")
        fresh.write_text(json.dumps(living))
        fresh.replace(record_of(self.places))


def record_of(places: Places) -> Path:
    return places.folder / "processes.json"


def end_left_overs(places: Places) -> None:
    """End children that outlived a killed supervisor, by the record it kept."""
    record = record_of(places)
    if record.exists():
        with suppress(ValueError):
            end_known(json.loads(record.read_text()).values())
        record.unlink()


def tidy(folder: Path | str | None) -> None:
    """After a killed supervisor: end its children, then the servers nobody uses.

    Where a new supervisor has taken over meanwhile, that one has done it already.
    """
    places = Places.of(folder)
    with suppress(AlreadyRuns), alone_in(places):
        end_left_overs(places)
    servers.leave(folder)


@contextmanager
def alone_in(places: Places, patience: float = 30) -> Iterator[Callable[[str], object]]:
    """Be the folder's only supervisor; gives a function that notes down our address.

    Whoever has no address yet is just starting or tidying up, so it is waited for.
    """
    places.folder.mkdir(parents=True, exist_ok=True)
    with (places.folder / "supervisor.lock").open("a+") as lock:
        deadline = time.monotonic() + patience
        while not _is_ours(lock.fileno()):
            lock.seek(0)
            if (address := lock.read()) or time.monotonic() > deadline:
                raise AlreadyRuns(
                    f"Donghai runs already, at {address or 'this folder'}"
                )
            time.sleep(0.1)
        lock.truncate(0)

        def announce(address: str) -> None:
            lock.write(address)
            lock.flush()

        try:
            yield announce
        finally:
            lock.truncate(0)


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

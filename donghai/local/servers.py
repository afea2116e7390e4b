"""PostgreSQL and Redis of one folder, started together, shared by all who need them.

Any number of processes may ask at once: a lock lets one of them do the starting. Each
user holds a shared lock while it needs the servers; the system drops it even when the
process is killed, so the last one out knows that it is the last.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from donghai.local.places import (
    DoesNotStart,
    Places,
    broker_url,
    database_url,
    redis_url,
)
from donghai.local.postgres import Postgres
from donghai.local.valkey import Valkey


class Servers:
    """Both servers for as long as the `with` lasts; the last user stops them.

    Servers that were up before by `ensure` stay up.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.places = Places.of(folder)
        self.database_url = database_url(folder)
        self.redis_url = redis_url(folder)
        self.broker_url = broker_url(self.redis_url)
        self._use: IO[str] | None = None

    def __enter__(self) -> Self:
        with _alone_in(self.places):
            _start(self.places)
            self._use = _users(self.places)
            fcntl.flock(self._use, fcntl.LOCK_SH)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _alone_in(self.places):
            if self._use is not None:
                self._use.close()
            stop_unless_used(self.places)


def ensure(folder: Path | str | None = None) -> None:
    """Start both servers if they are not up, and leave them up until `stop`."""
    places = Places.of(folder)
    with _alone_in(places):
        _start(places)
        _kept(places).touch()


def stop(folder: Path | str | None = None) -> None:
    """Stop both servers, whoever may still use them."""
    places = Places.of(folder)
    if not places.folder.exists():
        return
    with _alone_in(places):
        _kept(places).unlink(missing_ok=True)
        _stop(places)


def is_up(folder: Path | str | None = None) -> bool:
    """Whether both take connections now."""
    places = Places.of(folder)
    return Postgres(places).answers() == 0 and Valkey(places).answers()


def leave(folder: Path | str | None = None) -> None:
    """Stop both servers if nobody uses them and nobody asked to keep them."""
    places = Places.of(folder)
    with _alone_in(places):
        stop_unless_used(places)


def stop_unless_used(places: Places) -> None:
    """As `leave`, by a caller that holds the folder's lock."""
    if _kept(places).exists():
        return
    with _users(places) as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _stop(places)


def _start(places: Places) -> None:
    places.logs.mkdir(exist_ok=True)
    places.sockets.mkdir(mode=0o700, exist_ok=True)
    if places.sockets.stat().st_uid != os.geteuid():
        raise DoesNotStart(f"{places.sockets} belongs to somebody else; remove it.")
    Valkey(places).start()
    Postgres(places).start()


def _stop(places: Places) -> None:
    Valkey(places).stop()
    Postgres(places).stop()
    with suppress(OSError):  # one in /tmp would be left there for ever
        places.sockets.rmdir()


def _users(places: Places) -> IO[str]:
    return (places.folder / "users.lock").open("w")


def _kept(places: Places) -> Path:
    return places.folder / "keep-servers"


@contextmanager
def _alone_in(places: Places) -> Iterator[None]:
    """Wait until no other process starts or stops servers in this folder."""
    places.folder.mkdir(parents=True, exist_ok=True)
    with (places.folder / "servers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

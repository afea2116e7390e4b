"""Where everything of one folder lives, and the addresses that follow from it."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

REPOSITORY = Path(__file__).resolve().parents[2]
# Socket paths are cut at 104 bytes (macOS) or 108, and a comma would end a host name.
FIT_FOR_SOCKETS = re.compile(r"[A-Za-z0-9/._ -]{1,80}")


class DoesNotStart(Exception):
    """A server or process could not be started; the message says why."""


def default_folder() -> Path:
    """DONGHAI_VAR, or `var`; both beside manage.py unless absolute."""
    return REPOSITORY / os.environ.get("DONGHAI_VAR", "var")


@dataclass(frozen=True)
class Places:
    """The paths inside one folder; nothing is created by asking for them."""

    folder: Path

    @classmethod
    def of(cls, folder: Path | str | None) -> "Places":
        return cls(REPOSITORY / folder if folder else default_folder())

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def sockets(self) -> Path:
        """Inside the folder, or under a hash of its name in /tmp if it does not fit."""
        inside = self.folder / "sockets"
        if FIT_FOR_SOCKETS.fullmatch(str(inside)):
            return inside
        name = hashlib.sha256(f"{os.getuid()} {self.folder}".encode()).hexdigest()[:12]
        return Path("/tmp") / f"donghai-{name}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"


def database_url(folder: Path | str | None = None) -> str:
    """Address of the folder's PostgreSQL, whether it runs or not."""
    sockets = quote(str(Places.of(folder).sockets))
    return f"postgresql://donghai@/donghai?host={sockets}"


def redis_url(folder: Path | str | None = None) -> str:
    """Address of the folder's Redis, as redis-py wants it, whether it runs or not."""
    return f"unix://{quote(str(Places.of(folder).redis_socket))}?db=0"


def broker_url(address: str) -> str:
    """The same Redis as Celery wants it; addresses over TCP stay as they are."""
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return address
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def tail(log: Path, lines: int = 6) -> str:
    """The last lines of a log, for a message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

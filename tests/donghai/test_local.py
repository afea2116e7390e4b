"""The ground that starts everything: real servers, real processes, real kills."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from donghai import local
from donghai.local import postgres, servers
from donghai.local.children import Child, serious_part
from donghai.local.places import REPOSITORY, Places
from donghai.local.postgres import Postgres
from donghai.local.processes import is_gone
from donghai.local.screen import Screen
from donghai.local.servers import Servers
from donghai.local.stack import Stack
from donghai.local.supervisor import AlreadyRuns, Supervisor, alone_in, end_left_overs
from donghai.local.valkey import Valkey

SLEEPER = [sys.executable, "-c", "import time; time.sleep(300)"]
STUBBORN = [
    *(sys.executable, "-c"),
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ERROR: deaf', flush=True); time.sleep(300)",
]
SUPERVISE = """
import sys, time
from pathlib import Path
from donghai.local.children import Child
from donghai.local.supervisor import Supervisor, alone_in, end_left_overs
from donghai.local.places import REPOSITORY, Places

folder = Path(sys.argv[1])
with alone_in(Places(folder)) as announce:
    announce("http://here")
    child = Child("sleeper", sys.argv[2:], {}, folder / "sleeper.log")
    with Supervisor(folder, [[child]]) as supervisor:
        print(child.pid, supervisor.guard_pid, flush=True)
        time.sleep(300)
"""


def eventually(is_so: Callable[[], object], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def has_ended(pid: int) -> bool:
    try:
        return is_gone(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return True


def ask(folder: Path, statement: str) -> None:
    with psycopg2.connect(local.database_url(folder)) as database:
        database.cursor().execute(statement)
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    servers.stop(tmp_path / "var")


def make_child(folder: Path, command: list[str], name: str = "child") -> Child:
    folder.mkdir(exist_ok=True)
    return Child(name, command, dict(os.environ), folder / f"{name}.log")


def test_addresses_follow_from_the_folder_and_create_nothing(tmp_path):
    folder = tmp_path / ("x" * 40) / ("y" * 40)

    assert local.database_url(folder) == local.database_url(folder)
    assert len(str(Places.of(folder).redis_socket)) < 100
    assert list(tmp_path.iterdir()) == []


def test_celery_gets_the_same_redis_in_its_own_words():
    assert local.broker_url("unix:///a/b.sock?db=3") == (
        "redis+socket:///a/b.sock?virtual_host=3"
    )
    assert local.broker_url("redis://there:6379/1") == "redis://there:6379/1"


def test_the_last_user_of_the_servers_stops_them(folder):
    with Servers(folder):
        with Servers(folder):
            assert servers.is_up(folder)
        assert servers.is_up(folder)
    assert not servers.is_up(folder)


def test_servers_that_were_asked_to_stay_stay(folder):
    servers.ensure(folder)
    with Servers(folder):
        pass
    assert servers.is_up(folder)


def test_two_processes_that_start_the_servers_at_once_share_one_pair(folder):
    environment = os.environ | {"DONGHAI_VAR": str(folder)}
    command = [sys.executable, "-m", "donghai.local", "ensure"]
    starting = [
        subprocess.Popen(command, cwd=REPOSITORY, env=environment) for _ in range(2)
    ]
    assert [each.wait(60) for each in starting] == [0, 0]

    ours = [p for p in psutil.process_iter(["cmdline"]) if _is_server(p, folder)]
    assert len(ours) == 2


def _is_server(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in process.info["cmdline"] or ())


def test_killed_servers_come_back_with_what_was_committed(folder):
    with Servers(folder):
        ask(folder, "CREATE TABLE kept AS SELECT 1 AS one")
        for server in (Postgres(Places(folder)), Valkey(Places(folder))):
            process = server.process()
            assert process is not None
            process.kill()
        with Servers(folder):
            ask(folder, "SELECT one FROM kept")


def test_a_lock_left_by_a_number_that_is_now_somebody_elses_does_not_stop_us(folder):
    servers.ensure(folder)
    servers.stop(folder)
    lock = folder / "postgres" / "data" / "postmaster.pid"
    with subprocess.Popen(SLEEPER) as somebody:
        lock.write_text(f"{somebody.pid}\n{folder}\n0\n5432\n\n\n0 0\n")
        servers.ensure(folder)
        assert somebody.poll() is None
        somebody.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must take another number")
def test_where_root_may_not_make_namespaces_postgres_runs_as_nobody(
    folder, monkeypatch
):
    servers.ensure(folder)
    servers.stop(folder)
    folder.chmod(0o700)
    postgres._disguise.cache_clear()
    monkeypatch.setattr(postgres, "WAYS", [postgres.AS_NOBODY])

    with Servers(folder):
        process = Postgres(Places(folder)).process()
        assert process is not None
        assert process.uids().effective == postgres.NOBODY
        ask(folder, "CREATE TABLE written AS SELECT 1")
    postgres._disguise.cache_clear()


def test_a_child_that_dies_is_started_again(tmp_path):
    child = make_child(tmp_path, SLEEPER)
    with Supervisor(tmp_path, [[child]]):
        first = child.pid
        child.kill()
        assert eventually(lambda: child.pid not in (None, first))
    assert child.pid is None


def test_a_held_child_stays_down_until_released(tmp_path):
    child = make_child(tmp_path, SLEEPER)
    with Supervisor(tmp_path, [[child]]) as supervisor:
        supervisor.hold("child")
        time.sleep(0.3)
        assert child.pid is None
        supervisor.release("child")
        assert child.pid is not None


def test_a_child_that_does_not_listen_is_killed_when_patience_ends(tmp_path):
    child = make_child(tmp_path, STUBBORN)
    child.patience = 0.2
    with Supervisor(tmp_path, [[child]]):
        assert eventually(lambda: "deaf" in child.log.read_text())
        begun = time.monotonic()
    assert 0.2 < time.monotonic() - begun < 30
    assert child.pid is None


def test_who_hurries_does_not_wait_for_the_deaf(tmp_path):
    child = make_child(tmp_path, STUBBORN)
    child.patience = 300
    with Supervisor(tmp_path, [[child]]) as supervisor:
        assert eventually(lambda: "deaf" in child.log.read_text())
        threading.Timer(0.1, supervisor.hurry).start()
        begun = time.monotonic()
    assert time.monotonic() - begun < 30


def test_children_of_a_killed_supervisor_end_by_its_guard(tmp_path):
    supervisor, (child, guard) = _supervise(tmp_path)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: has_ended(child) and has_ended(guard))


def test_children_whose_guard_was_killed_too_end_at_the_next_start(tmp_path):
    supervisor, (child, guard) = _supervise(tmp_path)
    os.kill(guard, signal.SIGKILL)
    supervisor.kill()
    supervisor.wait()
    assert not has_ended(child)

    with alone_in(Places(tmp_path)):
        end_left_overs(Places(tmp_path))
    assert has_ended(child)


def test_a_second_supervisor_of_a_folder_is_told_where_the_first_is(tmp_path):
    supervisor, _ = _supervise(tmp_path)
    with pytest.raises(AlreadyRuns, match="http://here"), alone_in(Places(tmp_path)):
        pass
    supervisor.kill()
    supervisor.wait()


def _supervise(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor in a process of its own, and the numbers of its child and guard."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, folder, *SLEEPER],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdout is not None
    with supervisor.stdout as said:
        return supervisor, [int(number) for number in said.readline().split()]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"levelname": "INFO", "message": "ready"}', ""),
        ('{"levelname": "ERROR", "message": "no"}', "no"),
        (
            '{"levelname": "ERROR", "message": "no", "exc_info": "Trace\\nOops: 1"}',
            "no Oops: 1",
        ),
        ("Traceback (most recent call last):", ""),
        ("ModuleNotFoundError: No module", "ModuleNotFoundError: No module"),
        ("[ERROR] lost", "[ERROR] lost"),
        ("0 errors", ""),
    ],
)
def test_a_person_sees_only_what_is_serious(line, shown):
    assert serious_part(line) == shown


def test_the_whole_stack_starts_on_the_next_port_heals_and_leaves_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = Stack(tmp_path, port=port, web_processes=1, seed=False)
        with stack:
            assert stack.url != f"http://127.0.0.1:{port}"
            web, pids = stack.supervisor["web-1"], [c.pid for c in stack.supervisor]
            web.kill()
            assert eventually(lambda: stack.ask("/healthz") == "")
            assert redis.Redis.from_url(stack.redis_url).flushall()
            assert stack.manage("check").returncode == 0
            pids += [c.pid for c in stack.supervisor]
    assert all(has_ended(pid) for pid in pids if pid)
    assert not servers.is_up(tmp_path)


def test_the_screen_is_silent_without_a_stream():
    screen = Screen(None)
    with screen.step("nothing"):
        screen.say("unseen")

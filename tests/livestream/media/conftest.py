"""The video worker and an RTMP server, as they run outside of tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection

NGINX = """
load_module {module};
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen 127.0.0.1:{rtmp}; chunk_size 4096;
  application live {{ live on;
    record all; record_unique on; record_path {folder}; }} }} }}
http {{ access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{http};
    location /stat {{ rtmp_stat all; }} location /control {{ rtmp_control all; }} }} }}
"""
MODULES = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")


def wait_for(found: Callable[[], object], seconds: float = 120) -> object:
    """What `found` answers, once that is something."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return answer


@pytest.fixture
def worker(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """The video worker, at work on the test's rows and files."""
    address = urlsplit(settings.DATABASE_URL)
    name = connection.settings_dict["NAME"]
    url = address._replace(path=f"/{name}").geturl()
    process = subprocess.Popen(
        [sys.executable, "-m", "livestream.media.worker"],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "LOG_LEVEL": "WARNING",
            "PUSH_TRUSTS": os.environ.get("PUSH_TRUSTS", ""),
        },
        cwd=settings.BASE_DIR,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(20)


class Rtmp:
    """A real nginx with its RTMP module, in a folder and on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self._http = free_port(), free_port()
        module = next(
            f"{place}/ngx_rtmp_module.so"
            for place in MODULES
            if Path(place, "ngx_rtmp_module.so").exists()
        )
        said = NGINX.format(
            module=module, folder=folder, rtmp=self.port, http=self._http
        )
        (folder / "nginx.conf").write_text(said)
        self._process = subprocess.Popen(
            [nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")],
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError):
            return bool(self.stat())
        return False

    def stat(self) -> str:
        return self._get("stat")

    def drop(self, name: str) -> None:
        self._get(f"control/drop/publisher?app=live&name={name}")

    def _get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self._http}/{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def recorded(self, name: str) -> list[Path]:
        return sorted(self.folder.glob(f"{name}-*.flv"))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def nginx() -> str:
    return shutil.which("nginx") or "/usr/sbin/nginx"


def has_nginx() -> bool:
    modules = (Path(place, "ngx_rtmp_module.so") for place in MODULES)
    return Path(nginx()).exists() and any(module.exists() for module in modules)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture
def rtmp(tmp_path: Path) -> Iterator[Rtmp]:
    if not has_nginx():
        if os.environ.get("CI") == "true":
            pytest.fail("No nginx with its RTMP module here, and CI never skips this.")
        pytest.skip("apt install nginx libnginx-mod-rtmp")
    server = Rtmp(tmp_path)
    yield server
    server.stop()

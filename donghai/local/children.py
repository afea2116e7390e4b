"""One process that is kept alive: started, listened to, started again, ended."""

import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from donghai.local.places import REPOSITORY
from donghai.local.processes import kill_group

LONG_LOG = 10_000_000
STEADY_AFTER = 10.0  # seconds of life after which earlier deaths are forgiven
LONGEST_PAUSE = 30.0
TELL_AGAIN_AFTER = 60.0
NUMBERS = re.compile(r"[0-9a-f-]{8,}|\d+")
SERIOUS = {"ERROR", "CRITICAL"}
SERIOUS_TEXT = re.compile(r"\b(ERROR|CRITICAL|FATAL)\b|^[\w.]*(Error|Exception)\b")

Tell = Callable[[str, str], None]


def nobody_listens(name: str, text: str) -> None:
    """Where a child's news go when no screen is there."""


@dataclass
class Child:
    """A command that should be running. Its group ends with it: no orphans.

    Not safe to use from several threads: the supervisor holds the lock.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    tell: Tell = nobody_listens
    sockets: tuple[int, ...] = ()
    patience: float = 5.0
    deaths: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _start_again_at: float | None = None
    _reader: threading.Thread | None = field(default=None, repr=False)
    _told: dict[str, tuple[float, int]] = field(default_factory=dict, repr=False)

    @property
    def pid(self) -> int | None:
        """Its process number, None while it is down."""
        return self._process.pid if self._process and self.is_alive else None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it in a group of its own: Ctrl-C is for the supervisor alone."""
        self._start_again_at = None
        self._started_at = time.monotonic()
        self.log.touch()
        self._process = subprocess.Popen(
            self.command,
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.sockets,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._listen, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def tend(self) -> bool:
        """Start it again if it died and its pause is over; True when it was started."""
        if self.is_alive:
            return False
        now = time.monotonic()
        if self._start_again_at is None:
            self._start_again_at = now + self._mourn(now)
        if now < self._start_again_at:
            return False
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Tell it to finish what it does and go."""
        if self._process is not None and self.is_alive:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def kill(self) -> None:
        """End it and its whole group this instant, as a lost machine would."""
        if self._process is not None:
            kill_group(self._process.pid)

    def wait_until_ended(self, is_hurried: Callable[[], bool] = lambda: False) -> None:
        """Wait for its end; when patience runs out or somebody hurries, kill it."""
        if self._process is None:
            return
        deadline = time.monotonic() + self.patience
        while self.is_alive and time.monotonic() < deadline and not is_hurried():
            time.sleep(0.02)
        self.kill()
        self._process.wait()
        if self._reader is not None:
            self._reader.join(timeout=1)

    def _mourn(self, now: float) -> float:
        """Clear up after a death and say so; returns the pause before a new start."""
        if self._process is None:
            return 0
        if now - self._started_at > STEADY_AFTER:
            self.deaths = 0
        pause = min(0.2 * 2 ** min(self.deaths, 10), LONGEST_PAUSE)
        self.deaths += 1
        code = self._process.returncode
        why = signal.Signals(-code).name if code < 0 else f"code {code}"
        self.tell(self.name, f"ended ({why}); starts again in {pause:.1f} s")
        self.kill()
        return pause

    def _listen(self, output: IO[bytes]) -> None:
        """Everything it says goes to its log; what is serious is also told."""
        with output:
            for line in output:
                with suppress(OSError):  # a full disk must not stop the child, too
                    self._write_down(line)
                if text := serious_part(line.decode(errors="replace").rstrip()):
                    self._complain(text)

    def _write_down(self, line: bytes) -> None:
        """Add a line to the log; one that grew long makes room for a new one."""
        with self.log.open("ab") as log:
            log.write(line)
            is_long = log.tell() > LONG_LOG
        if is_long:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _complain(self, text: str) -> None:
        """Tell it, but the same thing not again for a while."""
        kind, now = NUMBERS.sub("#", text), time.monotonic()
        last_told, untold = self._told.get(kind, (-TELL_AGAIN_AFTER, 0))
        if now - last_told < TELL_AGAIN_AFTER:
            self._told[kind] = (last_told, untold + 1)
            return
        self._told[kind] = (now, 0)
        again = f" ({untold} more like this since)" if untold else ""
        self.tell(self.name, text + again)


def serious_part(line: str) -> str:
    """What of a log line a person should see at once; empty for most lines."""
    if line.startswith("{"):
        with suppress(ValueError):
            entry = json.loads(line)
            if entry.get("levelname") not in SERIOUS:
                return ""
            trace = str(entry.get("exc_info") or "").rstrip().rpartition("\n")[2]
            return " ".join(filter(None, (str(entry.get("message", "")), trace)))
    return line if SERIOUS_TEXT.search(line) else ""

"""Knowing processes again and seeing them to their end, ours or not."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil


def is_gone(process: psutil.Process) -> bool:
    """Ended. A zombie has ended too, though in a container nobody may ever reap it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def are_gone_within(seconds: float, processes: Iterable[psutil.Process]) -> bool:
    """Wait for all to end, at most so long; whether they did."""
    deadline = time.monotonic() + seconds
    for process in processes:
        while not is_gone(process):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
    return True


def kill_group(leader: int) -> None:
    """Kill a process and all that it started in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_known(births: Iterable[tuple[int, float]]) -> None:
    """End groups by their leader's number and birth; spares numbers used anew."""
    known = []
    for pid, created_at in births:
        with suppress(psutil.NoSuchProcess):
            if (process := psutil.Process(pid)).create_time() == created_at:
                process.terminate()
                known.append(process)
    are_gone_within(3, known)
    for process in known:
        kill_group(process.pid)

"""What a person at the terminal sees: few lines, each in its place."""

import itertools
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 34
COLOURS = {"dim": "2", "bold": "1", "red": "31", "green": "32", "yellow": "33"}
CHILD_COLOURS = ("36", "35", "34", "33", "32")


class Screen:
    """Writes steps with their time, and lines of children with their name before them.

    With `stream=None` nothing is shown. Safe to use from several threads.
    """

    def __init__(self, stream: TextIO | None = sys.stdout) -> None:
        self.stream = stream
        self._lock = threading.Lock()
        self._is_live = stream is not None and stream.isatty()
        self._has_colour = self._is_live and "NO_COLOR" not in os.environ
        encoding = (getattr(stream, "encoding", None) or "ascii").lower()
        self._good, self._bad, self._bar = (
            ("✓", "✗", "│") if "utf" in encoding else ("+", "!", "|")
        )
        self._spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if "utf" in encoding else "-\\|/"
        self._is_passing = False  # whether the last line will be written over

    def paint(self, text: str, colour: str) -> str:
        code = COLOURS.get(colour, colour)
        return f"\033[{code}m{text}\033[0m" if self._has_colour else text

    def say(self, text: str = "") -> None:
        """One line that stays."""
        with self._lock:
            self._write(text + "\n")

    def line_of(self, name: str, text: str) -> None:
        """One line of a child, with its name before it in its own colour."""
        colour = CHILD_COLOURS[sum(name.encode()) % len(CHILD_COLOURS)]
        room = max(shutil.get_terminal_size((160, 0)).columns - 14, 40)
        cut = text if len(text) <= room else f"{text[: room - 3]}..."
        self.say(f"  {self.paint(f'{name:>8} {self._bar}', colour)} {cut}")

    @contextmanager
    def step(self, title: str) -> Iterator["Note"]:
        """A thing that takes a while: shown as it goes, then with the time it took."""
        note, begun, ended = Note(), time.monotonic(), threading.Event()
        turning = threading.Thread(
            target=self._turn, args=(title, note, ended), daemon=True
        )
        if self._is_live:
            turning.start()
        mark = self.paint(self._bad, "red")
        try:
            yield note
            mark = self.paint(self._good, "green")
        finally:
            ended.set()
            if self._is_live:
                turning.join()
            took = self.paint(f"{time.monotonic() - begun:5.1f} s", "dim")
            self.say(f"  {mark} {title:<{WIDTH}} {took}")

    def _turn(self, title: str, note: "Note", ended: threading.Event) -> None:
        room = shutil.get_terminal_size().columns - WIDTH - 6
        for sign in itertools.cycle(self._spinner):
            text = self.paint(note.text[: max(room, 0)], "dim")
            with self._lock:
                self._write(f"  {sign} {title:<{WIDTH}} {text}", passing=True)
            if ended.wait(0.1):
                return

    def _write(self, text: str, *, passing: bool = False) -> None:
        if self.stream is None:
            return
        try:
            self.stream.write(f"\r\033[K{text}" if self._is_passing else text)
            self.stream.flush()
        except OSError:  # the terminal was closed, which must not keep us from ending
            self.stream = None
        self._is_passing = passing


class Note:
    """What a step says about itself at the moment."""

    text = ""

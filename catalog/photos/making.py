"""From a photo as it was sent to the files that are shown, in a process of its own."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from django.conf import settings

from catalog.photos.models import SIZES, Photo

WHOLE = (0.0, 0.0, 1.0, 1.0)
PATIENCE = 25  # seconds; two of them end within the lease of a batch
UNTRIED = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)  # ended from outside

Reason = Photo.Reason


class Unusable(Exception):
    """Nothing can be made of this file, however often it is tried."""

    def __init__(self, reason: Photo.Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Unmade(Exception):
    """The process ended for no fault of the picture: worth another try."""


@dataclass(frozen=True, slots=True)
class Files:
    """What was made, as long as the folder is there."""

    folder: Path
    width: int
    height: int
    colour: str  # without its #

    def each(self) -> Iterator[tuple[int, str, Path]]:
        """Size, kind and place of each file."""
        for size in SIZES:
            for kind in ("jpg", "webp"):
                yield size, kind, self.folder / f"{size}.{kind}"


@contextmanager
def made_from(original: IO[bytes], crop: Sequence[float] | None) -> Iterator[Files]:
    """Make all sizes of a photo; raises Unusable with the reason, or Unmade."""
    with tempfile.TemporaryDirectory(prefix="donghai-photo-") as name:
        folder = Path(name)
        with (folder / "original").open("wb") as copy:
            copyfileobj(original, copy)
        answer = json.loads(_run(folder, crop or WHOLE))
        if "unfit" in answer:
            raise Unusable(Reason(answer["unfit"]))
        width, height = answer["size"]
        yield Files(folder, width, height, answer["colour"].removeprefix("#"))


def _run(folder: Path, crop: Sequence[float]) -> str:
    """What the child says. Without our environment: it opens what strangers send."""
    command = [sys.executable, "-m", "catalog.photos.child", str(folder)]
    try:
        ended = subprocess.run(
            [*command, json.dumps(list(crop))],
            cwd=settings.BASE_DIR,
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unmade("took too long") from None
    if ended.returncode == 0:
        return ended.stdout
    if ended.returncode < 0 and -ended.returncode not in UNTRIED:
        raise Unusable(Reason.TOO_COSTLY)  # its time was up, or a decoder broke
    raise Unmade(ended.stderr[-300:] or f"ended by {ended.returncode}")

"""Where the files of a stream lie: `media/video/<secret>/`, served as they are.

live.m3u8           while it's on air; replaced in one step with every fragment
<epoch>/init.mp4    what a player needs before an epoch's first fragment
<epoch>/<n>.m4s     the fragments; a name is never used for other bytes
replay.m3u8         the whole recording, once it's over
"""

import os
import shutil
from pathlib import Path

from django.conf import settings

LIVE, REPLAY = "live.m3u8", "replay.m3u8"


def folder(secret: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "video" / secret


def live(secret: str) -> Path:
    return folder(secret) / LIVE


def init(secret: str, epoch: int) -> Path:
    return folder(secret) / str(epoch) / "init.mp4"


def fragment(secret: str, epoch: int, number: int) -> Path:
    return folder(secret) / str(epoch) / f"{number}.m4s"


def live_url(secret: str) -> str:
    """Where a browser finds the live playlist; that of the replay lies beside it."""
    return f"{settings.MEDIA_URL}video/{secret}/{LIVE}"


def replay_url(secret: str) -> str:
    return f"{settings.MEDIA_URL}video/{secret}/{REPLAY}"


def write(path: Path, content: bytes, *, hidden: bool = False) -> None:
    """Put a file in its place in one step: nobody ever reads half of it.

    One that is still `hidden`, as nothing names it, needs no such care.
    """
    beside = path if hidden else path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        beside.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
    if not hidden:
        beside.replace(path)


def remove(secret: str) -> None:
    shutil.rmtree(folder(secret), ignore_errors=True)

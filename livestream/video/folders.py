"""Where a stream's files lie: `media/video/<secret>/`, served as they are (`files`)."""

import shutil
from pathlib import Path

from django.conf import settings

from livestream.video import files
from livestream.video.files import LIVE, MP4, REPLAY, write

__all__ = ["LIVE", "MP4", "REPLAY", "write"]


def folder(secret: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "video" / secret


def private(secret: str) -> Path:
    """For what came and is not served: recordings that wait to be turned into video."""
    return Path(settings.PRIVATE_ROOT) / "video" / secret


def live(secret: str) -> Path:
    return folder(secret) / LIVE


def init(secret: str, epoch: int) -> Path:
    return files.init(folder(secret), epoch)


def fragment(secret: str, epoch: int, number: int) -> Path:
    return files.fragment(folder(secret), epoch, number)


def url(secret: str, name: str) -> str:
    return f"{settings.MEDIA_URL}video/{secret}/{name}"


def live_url(secret: str) -> str:
    """Where a browser finds the live playlist; that of the replay lies beside it."""
    return url(secret, LIVE)


def replay_url(secret: str) -> str:
    return url(secret, REPLAY)


def remove(secret: str) -> None:
    shutil.rmtree(folder(secret), ignore_errors=True)
    remove_private(secret)


def remove_private(secret: str) -> None:
    shutil.rmtree(private(secret), ignore_errors=True)

"""The files of one stream inside its folder, by name; needs no settings.

live.m3u8           while it's on air; replaced in one step with every fragment
aac.m3u8            the same, where somebody wants AAC
<epoch>/init.mp4    what a player needs before an epoch's first fragment
<epoch>/<n>.m4s     the fragments; a name is never used for other bytes
<epoch>/<n>-aac.m4s the same with AAC, and its init-aac.mp4
poster/<name>.jpg   how it looks now and then; chapters/<n>.jpg how pieces looked
replay.m3u8         the whole recording, once it's over; replay.mp4 in one file
"""

import os
from pathlib import Path

LIVE, REPLAY, AAC_LIST, MP4 = "live.m3u8", "replay.m3u8", "aac.m3u8", "replay.mp4"
AAC = "-aac"


def init(folder: Path, epoch: int, suffix: str = "") -> Path:
    return folder / str(epoch) / f"init{suffix}.mp4"


def fragment(folder: Path, epoch: int, number: int, suffix: str = "") -> Path:
    return folder / str(epoch) / f"{number}{suffix}.m4s"


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

"""What all children of the video worker do: read their task, and end with their parent.

The task comes as a line of JSON on stdin, never as an argument that others could
read. When stdin closes the parent is gone. What they have to tell goes to stdout.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import av

NICENESS = 5  # pages come first


def begin() -> dict[str, Any]:
    """The task; from now on this ends with its parent."""
    task = next(tasks())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return task


def tasks() -> Iterator[dict[str, Any]]:
    """Tasks as they come, until the parent is gone."""
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    os.nice(NICENESS)
    av.logging.set_level(None)  # libav would print addresses with their keys
    av.logging.set_libav_level(av.logging.PANIC)
    while line := sys.stdin.buffer.readline():
        yield json.loads(line)


def tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def _end_with_parent() -> None:
    while os.read(0, 1024):  # past Python's own lock, which would outlive us
        pass
    os._exit(0)

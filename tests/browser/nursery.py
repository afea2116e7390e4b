"""Loads the program once and is a web process for each test that wants one.

`python -m tests.browser.nursery SOCKET` forks one that serves on the open socket when
it hears `begin`, ends it at `end`, and says `done` after each. What a process remembers
goes with it, so no test finds what another left.
"""

import gc
import os
import signal
import sys

import django
from django.db import connections
from django.urls import get_resolver


def load() -> None:
    """Have in memory what every page needs, and no line to the database."""
    django.setup()
    import donghai.asgi  # noqa: F401

    assert get_resolver().url_patterns
    connections.close_all()
    gc.freeze()


def main(number: int) -> None:
    load()
    print("done", flush=True)
    for order in sys.stdin:
        if order == "begin\n":
            child = os.fork()
            if not child:
                from donghai.local import web

                web.main(number)
                os._exit(0)
        else:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
        print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""One web process on a socket that was opened for it: `python -m donghai.local.web 5`.

All web processes share the supervisor's socket, so while one of them is gone the others
go on answering and new connections wait instead of being refused.
"""

import gc
import socket
import sys

import uvicorn


def main(number: int) -> None:
    """Serve on the open socket `number` until told to end."""
    config = uvicorn.Config(
        "donghai.asgi:application",
        log_config=None,  # Django's own logging speaks for it
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,  # event streams never end by themselves
    )
    config.load()
    leave_alone_what_stays()
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=number)])


def leave_alone_what_stays() -> None:
    """Spare the garbage collector what lives as long as the process.

    A page makes and drops thousands of objects, none of them in circles for long: with
    Python's usual threshold a twentieth of its CPU went into looking for some.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The ground measurements stand on: servers of their own, in a folder that goes away.

What needs models is in `bench.market`, to be imported after one of these was entered.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

from bench.report import say
from donghai.local.places import Places
from donghai.local.servers import Servers
from donghai.local.stack import Stack

QUIET = {"LOG_LEVEL": "WARNING"}


@contextmanager
def empty_database() -> Iterator[Places]:
    """PostgreSQL and Redis, all tables, no rows."""
    with (
        tempfile.TemporaryDirectory(prefix="donghai-bench-") as folder,
        Servers(folder) as servers,
    ):
        _live_in(
            {
                "DATABASE_URL": servers.database_url,
                "REDIS_URL": servers.redis_url,
                "DONGHAI_VAR": folder,
            }
        )
        from django.core.management import call_command

        say("migrating an empty database")
        call_command("migrate", verbosity=0)
        yield servers.places


@contextmanager
def web_alone() -> Iterator[Stack]:
    """The web processes as `bin/run` starts them, and nobody who does later work."""
    say("starting all of Donghai on an empty database, then ending all but the web")
    with Stack.fresh(seed=False, extra_environment=QUIET) as stack:
        for child in stack.supervisor:
            if not child.name.startswith("web"):
                stack.supervisor.hold(child.name)
        _live_in(stack.environment)
        yield stack


def cpu_seconds(process: psutil.Process) -> float:
    """Of a process, its children that live and those that have ended."""
    spent = 0.0
    for each in (process, *process.children(recursive=True)):
        times = each.cpu_times()
        spent += times.user + times.system
        spent += times.children_user + times.children_system
    return spent


def _live_in(environment: Mapping[str, str]) -> None:
    import django

    os.environ.update(
        {**QUIET, **environment, "DJANGO_SETTINGS_MODULE": "donghai.settings"}
    )
    django.setup()

"""`manage.py night`: play an evening of selling on a running server, and check it."""

import asyncio
import json
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

import environ
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from donghai.local.screen import Note, Screen
from donghai.local.stack import Stack
from donghai.money import Money
from orders.management import truths
from orders.management.evening import Evening, Tally

PATIENCE = 300.0  # seconds for the work that follows
FAST = {"SANDBOX_DELIVERY_SECONDS": "1", "LOG_LEVEL": "WARNING"}


class Command(BaseCommand):
    help = "Play an evening of selling, then check the truths. Exit 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hosts", type=int, default=5)
        parser.add_argument("--buyers", type=int, default=200)
        parser.add_argument("--seconds", type=float, default=60)
        parser.add_argument("--json", action="store_true", help="print only JSON")
        parser.add_argument(
            "--url",
            default="",
            help="a running server whose database this command can reach; "
            "without it a whole stack is started and stopped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        screen = Screen(None) if options["json"] else Screen()
        with self._server(options["url"], screen) as (url, is_ours):
            evening = Evening(
                url,
                hosts=options["hosts"],
                buyers=options["buyers"],
                seconds=options["seconds"],
            )
            with screen.step("Evening") as note, _telling(note, evening.tally):
                tally = asyncio.run(evening.play())
            orders = None if is_ours else tally.orders
            with screen.step("Work that follows") as note:
                left = _wait_for_the_rest(note, orders)
            with screen.step("Truths"):
                broken = [*tally.faults, *left, *truths.broken()]
        self._report(tally, broken, options["json"])
        if broken:
            raise CommandError(f"{len(broken)} truths are broken")

    @contextmanager
    def _server(self, url: str, screen: Screen) -> Iterator[tuple[str, bool]]:
        """The server's address, and whether the whole database is this evening's."""
        if url:
            yield url.rstrip("/"), False
            return
        screen.say("Starting a whole stack for this evening")
        with (
            Stack.fresh(screen=screen, seed=False, extra_environment=FAST) as stack,
            _database_of(stack),
        ):
            with screen.step("Demo market"):
                stack.manage("seed", "--no-pictures").check_returncode()
            yield stack.url, True

    def _report(self, tally: Tally, broken: list[str], as_json: bool) -> None:
        facts = {
            **tally.counts,
            "claim_ms": _spread(tally.claim_seconds),
            "pay_ms": _spread(tally.pay_seconds),
            "money": {
                code: str(Money(sum_, code)) for code, sum_ in tally.paid.items()
            },
            "broken": broken,
        }
        if as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        self.stdout.write("")
        for name, value in facts.items():
            if name != "broken":
                shown = value if not isinstance(value, dict) else _row(value)
                self.stdout.write(f"  {name:<16} {shown}")
        self.stdout.write("")
        for sentence in broken:
            self.stdout.write(f"  BROKEN: {sentence}")
        if not broken:
            self.stdout.write("  All truths hold.")


@contextmanager
def _database_of(stack: Stack) -> Iterator[None]:
    """Let this process look into the stack's database."""
    before = connections.settings
    connections.close_all()
    del connections["default"]
    config = environ.Env.db_url_config(stack.database_url)
    settings.DATABASES["default"].update(config)
    connections.settings = connections.configure_settings(settings.DATABASES)
    try:
        yield
    finally:
        connections.close_all()
        connections.settings = before


@contextmanager
def _telling(note: Note, tally: Tally) -> Iterator[None]:
    """Keep the line on the screen up to date."""
    over = threading.Event()

    def tell() -> None:
        while not over.wait(0.3):
            counts = tally.counts
            note.text = (
                f"{counts['claims']} claims, {counts['told sold out']} sold out, "
                f"{counts['paid']} paid, {counts['events seen']} events seen"
            )

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _wait_for_the_rest(note: Note, orders: list[str] | None) -> list[str]:
    """Until declared, delivered, converted and shared out; what is left if not."""
    deadline = time.monotonic() + PATIENCE
    while left := list(truths.unfinished(orders)):
        note.text = "; ".join(left)
        if time.monotonic() > deadline:
            return left
        time.sleep(0.5)
    return []


def _spread(seconds: list[float]) -> dict[str, int]:
    if len(seconds) < 2:
        return {}
    cuts = quantiles(seconds, n=100)
    return {f"p{point}": round(cuts[point - 1] * 1000) for point in (50, 95, 99)}


def _row(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())

"""Places at which a process kills itself, once, when a test has laid a trap there.

A trap is a file. Whoever comes by takes it away and is gone that instant, as after a
power cut: no handler runs, nothing is flushed. Nothing of this is in the program; it is
put around its jobs, its rounds and its adapters by the process that is to be killed.

    before   the work is claimed, nothing is done yet
    calling  outside it is done, and the answer never reaches us
    writing  everything is written, nothing is committed
    after    it is committed, and nobody hears of it
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from catalog.connections import outbox, posting
from catalog.stock import services as catalog
from donghai import steps
from donghai.steps import services as step_services
from donghai.steps.models import Step
from orders.customs import answers, exchange
from orders.customs import services as customs
from orders.payments import sandbox as sandbox_provider
from orders.payments import services as payments
from orders.settlement import bank
from orders.settlement import services as settlement
from orders.shipping import sandbox as sandbox_carrier
from orders.shipping import services as shipping

Service = Callable[..., Any]

INSIDE = ("before", "writing", "after")
OUTSIDE = ("before", "calling", "writing", "after")
JOBS = {
    "catalog.deliver_webhook": OUTSIDE,
    "orders.send_sandbox_notice": OUTSIDE,
    "orders.refund_payment": OUTSIDE,
    "orders.pack_order": INSIDE,
    "orders.close_parcel": INSIDE,
    "orders.declare_order": OUTSIDE,
    "orders.declare_waybill": OUTSIDE,
    "orders.declare_list": OUTSIDE,
    "orders.hand_over": OUTSIDE,
    "orders.track": OUTSIDE,
    "orders.tell_room": INSIDE,
    "orders.book_payment": INSIDE,
    "orders.clear_funds": INSIDE,
    "orders.convert_funds": OUTSIDE,
    "orders.make_payable": INSIDE,
    "orders.book_refund": OUTSIDE,
}
ROUNDS = {
    "catalog.stock.services.expire_holds": INSIDE,
    "catalog.connections.outbox.write_messages": INSIDE,
    "orders.payments.services.reconcile": OUTSIDE,
    "orders.customs.services.read_receipts": OUTSIDE,
}
# What no night of sales comes to: tests of their own kill these
ASIDE = {
    "catalog.recompose",
    "catalog.send_invitation",
    "catalog.tell_applicant",
    "catalog.tell_low_stock",
    "catalog.tell_webhook_off",
    "catalog.translate_story",
    "livestream.confirm_follow",
    "livestream.finish_video",
    "livestream.remind",
    "livestream.translate_line",
    "livestream.warn_of_removal",
}
ASIDE_ROUNDS = {
    "catalog.connections.outbox.forget_old",
    "catalog.sheets.services.forget_old",
    "catalog.stocktaking.alarms.look",
    "orders.checkout.waiting.move_all",
    "livestream.platforms.codes.retire",
    "livestream.room.samples.count",
    "livestream.chat.forgetting.forget_old",
    "livestream.schedule.following.forget_old",
    "livestream.schedule.reminders.look",
    "livestream.schedule.series.fill_horizon",
    "livestream.sold.services.refresh_search",
    "livestream.video.retention.look",
}
DOORS = {"orders.payments.services.take_notice": OUTSIDE}
WRITERS = (  # what rounds and doors write in one transaction
    (answers, "take_in"),
    (payments, "settle_payment"),
    (payments, "decline_payment"),
    (catalog, "_expire_stale"),
    (outbox, "tell"),
)
PLACES = [
    f"{name}@{point}"
    for name, points in (JOBS | ROUNDS | DOORS).items()
    for point in points
]

_mine = threading.local()  # `work` is what this thread is at


class Traps:
    """The traps of a folder, as the test sees them."""

    def __init__(self, folder: Path) -> None:
        self.laid, self.sprung = folder / "laid", folder / "sprung"
        for place in (self.laid, self.sprung):
            place.mkdir(parents=True, exist_ok=True)

    def lay(self, places: Iterable[str]) -> None:
        for place in places:
            (self.laid / place).touch()

    def take_sprung(self) -> list[str]:
        """Where somebody died since the last look."""
        found = sorted(self.sprung.iterdir())
        for trap in found:
            trap.unlink()
        return [trap.name for trap in found]


def set_up() -> None:
    """Put traps around all that this process will do, and make it a quick one."""
    _hurry()
    for name, job in step_services.jobs().items():
        action = _working(name, job.action)
        step_services._jobs[name] = replace(job, action=action, attempts=100)
    for dotted in [*(service for service, _ in settings.ROUNDS), *DOORS]:
        module, _, name = dotted.rpartition(".")
        service = _working(dotted, import_string(dotted))
        setattr(import_string(module), name, service)
    for place, name in WRITERS:
        setattr(place, name, _writing(getattr(place, name)))
    for place, name, surrounded in _surroundings():
        setattr(place, name, surrounded)


def _hurry() -> None:
    """What takes minutes in life takes a second here; giving up would take hours."""
    step_services.LEASE = step_services.LONGEST_WAIT = timedelta(seconds=1)
    payments.ASK_AFTER = timedelta(seconds=1)
    settlement.LOOK_AGAIN_SECONDS = 0.2
    sandbox_carrier.SandboxCarrier.look_again_seconds = 0.2


def _surroundings() -> Iterator[tuple[Any, str, Any]]:
    """What stands between our services and the outside."""
    provider, carrier, dealer = payments.provider, shipping.carrier, bank.bank
    window = customs.window
    asked = ("charge", "find", "cancel", "refund")
    yield payments, "provider", lambda: _Outside(provider(), *asked)
    yield shipping, "carrier", lambda: _Outside(carrier(), "accept", "where")
    yield bank, "bank", lambda: _Outside(dealer(), "deal")
    yield customs, "window", lambda: _Outside(window(), "done")
    # to send is to lay a file out, and then to keep a copy
    yield exchange, "lay", _calling(exchange.lay)
    yield sandbox_provider, "httpx", _Outside(httpx, "post")
    yield posting, "post", _calling(posting.post)
    yield steps, "finishing", _finishing


def _step_on(place: str) -> None:
    folder = settings.VAR_DIR  # of this process, which is the world's
    try:
        (folder / "laid" / place).rename(folder / "sprung" / place)
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()  # for the system to see to it: not one line more


def _at(point: str) -> None:
    if work := getattr(_mine, "work", ""):
        _step_on(f"{work}@{point}")


def _working(name: str, action: Service) -> Service:
    """Die before it, or after it when it came to something."""

    def work(*args: Any, **facts: Any) -> Any:
        _mine.work = name
        try:
            _at("before")
            done = action(*args, **facts)
            if done != 0:  # a round that found nothing to do
                _at("after")
            return done
        finally:
            _mine.work = ""

    return work


@contextmanager
def _finishing(step: Step) -> Iterator[None]:
    with step_services.finishing(step):
        yield
        _at("writing")


def _writing(service: Service) -> Service:
    def write(*args: Any, **facts: Any) -> Any:
        with transaction.atomic():
            written = service(*args, **facts)
            _at("writing")
        return written

    return write


def _calling(call: Service) -> Service:
    def ask(*args: Any, **facts: Any) -> Any:
        answer = call(*args, **facts)
        _at("calling")
        return answer

    return ask


class _Outside:
    """An adapter whose answers may come too late for us."""

    def __init__(self, adapter: Any, *names: str) -> None:
        self._adapter = adapter
        for name in names:
            setattr(self, name, _calling(getattr(adapter, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

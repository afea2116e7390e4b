"""The status line: what happened to an order, what is next, and when, as dated facts.

Days that nobody promised are left out rather than guessed; what is late says so and
says who has it. Reads only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.checkout.models import Order, QuoteLine
from orders.shipping.models import Parcel, TrackingEvent

FOR_CUSTOMS = timedelta(days=1)
FOR_THE_FLIGHT = timedelta(days=2)
GRACE = timedelta(hours=2)  # nobody calls a thing late for that


class State(StrEnum):
    DONE = "DONE"
    NOW = "NOW"
    LATER = "LATER"


@dataclass(frozen=True, slots=True)
class Fact:
    """One dot of the line. `at` is when it happened, `due` when it should."""

    code: str
    title: str
    at: datetime | None
    due: datetime | None
    state: State
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A dot not yet judged by the clock: `takes` counts from the one before."""

    code: str
    title: str | Promise
    at: datetime | None
    takes: timedelta | None
    note: str = ""
    due: datetime | None = None
    owner: str | Promise = ""


def status_line(
    order: Order, parcel: Parcel | None, list_number: str = ""
) -> list[Fact]:
    """Paid, packed, declared and released, left China, delivered.

    `parcel` is the order's, once it is in one; `list_number` is customs' number of the
    export list, when it is known there.
    """
    if order.status == Order.Status.CANCELLED:
        return [Fact("CANCELLED", _("Cancelled"), None, None, State.NOW)]
    stages = [_paid(order), _packed(order, parcel), _released(parcel, list_number)]
    return _dated([*stages, *_under_way(order, parcel)], timezone.now())


def _paid(order: Order) -> Stage:
    lines = order.lines.all()
    pieces = sum(line.quantity for line in lines)
    sessions = len({line.session_id for line in lines})
    note = _("%(pieces)s, %(sessions)s") % {
        "pieces": ngettext("%(n)s piece", "%(n)s pieces", pieces) % {"n": pieces},
        "sessions": ngettext("%(n)s session", "%(n)s sessions", sessions)
        % {"n": sessions},
    }
    return Stage("PAID", gettext_lazy("Paid"), order.paid_at, None, note)


def _packed(order: Order, parcel: Parcel | None) -> Stage:
    cut_off = order.placed_at + timedelta(hours=settings.PARCEL_CUTOFF_HOURS)
    note = ""
    if parcel is not None and parcel.closed_at:
        note = _("%(weight)s g") % {"weight": parcel.weight_g}
    elif parcel is not None and parcel.closes_at > timezone.now():
        note = _("Your parcel is open: what you buy tonight travels in it.")
    elif parcel is not None:
        note = _("Your parcel takes no more and is being packed.")
    return Stage(
        "PACKED",
        gettext_lazy("Packed"),
        parcel.closed_at if parcel else None,
        None,
        note,
        due=parcel.closes_at if parcel else cut_off,
        owner=gettext_lazy("the packing hub in Donghai"),
    )


def _released(parcel: Parcel | None, list_number: str) -> Stage:
    return Stage(
        "RELEASED",
        gettext_lazy("Declared and released"),
        parcel.released_at if parcel else None,
        FOR_CUSTOMS,
        _("List %(number)s") % {"number": list_number} if list_number else "",
        owner=gettext_lazy("our customs desk"),
    )


def _under_way(order: Order, parcel: Parcel | None) -> list[Stage]:
    seen = parcel.tracking_events.order_by("at") if parcel else ()
    at = {event.code: event.at for event in seen}
    delays = [event.note for event in seen if event.code == TrackingEvent.Code.DELAYED]
    days = _days_on_the_way(order)
    waybill = parcel.waybill if parcel else None
    return [
        Stage(
            "LEFT_CHINA",
            gettext_lazy("Left China"),
            at.get(TrackingEvent.Code.LEFT_CHINA),
            FOR_THE_FLIGHT,
            " ".join([waybill or "", *delays]).strip(),
            owner=gettext_lazy("the carrier"),
        ),
        Stage(
            "DELIVERED",
            gettext_lazy("Delivered"),
            parcel.delivered_at if parcel else None,
            timedelta(days=days[1]) if days else None,
            _("%(least)s to %(most)s days on the way")
            % {"least": days[0], "most": days[1]}
            if days
            else _("The carrier gives no date."),
            owner=gettext_lazy("the carrier"),
        ),
    ]


def _days_on_the_way(order: Order) -> list[int] | None:
    """The least and most days the freight card named when the price was made."""
    lines = sorted(order.quote.lines.all(), key=attrgetter("position"))
    freight = [line.working for line in lines if line.kind == QuoteLine.Kind.FREIGHT]
    return next((working["days"] for working in freight if "days" in working), None)


def _dated(stages: list[Stage], now: datetime) -> list[Fact]:
    """Give each stage its state and its day, counted on from the stage before it."""
    last = max((i for i, stage in enumerate(stages) if stage.at), default=-1)
    facts: list[Fact] = []
    before: datetime | None = None
    for i, stage in enumerate(stages):
        if i <= last:
            state, due = State.DONE, None
        else:
            state = State.NOW if i == last + 1 else State.LATER
            due = stage.due or _later(before, stage.takes)
        fact = Fact(stage.code, str(stage.title), stage.at, due, state, stage.note)
        if state == State.NOW and due and due + GRACE < now:
            fact = _late(fact, stage)
        facts.append(fact)
        before = stage.at or (due and max(due, now)) or (before if i <= last else None)
    return facts


def _later(moment: datetime | None, takes: timedelta | None) -> datetime | None:
    return moment + takes if moment and takes else None


def _late(fact: Fact, stage: Stage) -> Fact:
    words = _("Later than expected. It is with %(owner)s.") % {"owner": stage.owner}
    return replace(fact, is_late=True, note=f"{fact.note} {words}".strip())

"""Reading what customs answered: every receipt is kept, few of them change anything.

Receipts come late, twice and out of order, so a message moves only forward, by the rank
of its status. What its messages say together is the state of a declaration.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from donghai import steps
from orders.customs import receipts
from orders.customs.exchange import Window
from orders.customs.models import Declaration, Message, Receipt
from orders.shipping import services as shipping

SEND_LIST = "orders.declare_list"
BATCH = 50
LONGEST_LOOK = 15.0  # seconds
ONE_READER = 603_604  # the advisory lock: two readers would only wait for each other

KINDS = Message.Kind
JUDGES = {"304": KINDS.ORDER, "506": KINDS.WAYBILL, "604": KINDS.LIST}
UNREADABLE = "BAD"
NOT_SENT_ON, REJECTED = 4, 100
IN_DATABASE, SENT_BACK, RELEASED, CLOSED = 120, 700, 800, 899
# A later life of a list outranks an earlier one. An error (below zero) is outranked by
# being taken in: "declared twice" may overtake the 120 of the first.
ORDER_OF_LIFE = (0, 1, 2, 3, NOT_SENT_ON, -1, 120, 300, 399, 500, REJECTED)
LAST_WORDS = (501, 502, 503, 599, SENT_BACK, RELEASED, CLOSED)
RANK = {status: rank for rank, status in enumerate(ORDER_OF_LIFE + LAST_WORDS)}
MOVED_BY_ANSWERS = (
    "state",
    "last_status",
    "reason",
    "pre_no",
    "invt_no",
    "released_at",
    "closed_at",
)
STATES = {
    RELEASED: Declaration.State.RELEASED,
    CLOSED: Declaration.State.CLOSED,
    SENT_BACK: Declaration.State.RETURNED,
}


def rank(status: int) -> int:
    """How far along a status is; 0 for one we don't know."""
    return RANK.get(max(status, -1), 0)


def refuses(status: int) -> bool:
    return status < 0 or status in (NOT_SENT_ON, REJECTED)


def holds(status: int) -> bool:
    """Whether customs has a message of this status in its database."""
    return status >= IN_DATABASE


def step_key(declaration: Declaration) -> str:
    """Steps of the first try are written by shipping, which knows no tries."""
    return str(declaration.attempt) if declaration.attempt > 1 else ""


def read(window: Window) -> int:
    """Take in waiting files until none is left or a look takes too long."""
    taken, begun = 0, monotonic()
    waiting = window.received()
    while monotonic() - begun < LONGEST_LOOK:
        files = list(islice(waiting, BATCH))
        if not files or not take_in(files=files):
            break
        for name, _content in files:
            window.done(name)
        taken += len(files)
    return taken


@transaction.atomic
def take_in(*, files: Sequence[tuple[str, bytes]]) -> bool:
    """Keep and apply the receipts of some files; a repeat changes nothing.

    Locks: one reader at a time (False when there is another), then the declarations by
    id, then parcels. What can't be read is kept as well, for a person to look at.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_READER])
        if not cursor.fetchone()[0]:
            return False
    answers = _unknown([answer for file in files for answer in _read(*file)])
    desk = _Desk.of(answers)
    rows = [desk.judge(answer) for answer in answers]
    desk.settle()
    Receipt.objects.bulk_create(rows)
    return True


def _read(name: str, content: bytes) -> list[receipts.Receipt]:
    try:
        return receipts.read(content)
    except ValueError as error:
        digest = hashlib.sha256(content).hexdigest()
        text = f"{name}: {error}"
        first_day = datetime(2000, 1, 1, tzinfo=UTC)
        return [receipts.Receipt(UNREADABLE, (digest,), 0, first_day, text)]


def _unknown(answers: Iterable[receipts.Receipt]) -> list[receipts.Receipt]:
    """Those we don't keep yet, each once, in the order customs gave them."""
    found = {answer.fingerprint: answer for answer in answers}
    kept = Receipt.objects.filter(fingerprint__in=found).values_list(
        "fingerprint", flat=True
    )
    for fingerprint in kept:
        del found[fingerprint]
    return sorted(found.values(), key=lambda answer: answer.returned_at)


@dataclass
class _Desk:
    """The declarations that some answers are about, locked, with their messages."""

    declarations: dict[int, Declaration]
    by_key: dict[tuple[str, str], Message]
    by_guid: dict[str, Message]
    moved: dict[int, Message] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: Sequence[receipts.Receipt]) -> "_Desk":
        keys = ["/".join(answer.natural_key) for answer in answers]
        about = Q(natural_key__in=keys) | Q(guid__in=[key.upper() for key in keys])
        ids = Message.objects.filter(about).values_list("declaration_id", flat=True)
        locked = (
            Declaration.objects.select_for_update(no_key=True)
            .filter(pk__in=set(ids))
            .defer("snapshot")
            .order_by("pk")
        )
        declarations = {declaration.pk: declaration for declaration in locked}
        # The newest try comes last and wins its key.
        all_of_them = list(
            Message.objects.filter(declaration_id__in=declarations)
            .defer("content")
            .order_by("attempt")
        )
        return cls(
            declarations,
            {(message.kind, message.natural_key): message for message in all_of_them},
            {message.guid: message for message in all_of_them},
        )

    def judge(self, answer: receipts.Receipt) -> Receipt:
        """The row that keeps an answer, and its effect on message and declaration."""
        key = "/".join(answer.natural_key)
        if answer.kind in JUDGES:
            message = self.by_key.get((JUDGES[answer.kind], key))
        else:  # a message that could not be read has no natural key yet
            message = self.by_guid.get(key.upper())
        applied = message is not None and self._advance(message, answer)
        return Receipt(
            kind=answer.kind,
            natural_key=key,
            message=message,
            status=answer.status,
            text=answer.text,
            returned_at=answer.returned_at,
            fingerprint=answer.fingerprint,
            received_at=timezone.now(),
            applied=applied,
        )

    def _advance(self, message: Message, answer: receipts.Receipt) -> bool:
        """Move a message forward; False for what is old news or of an earlier try."""
        if message.deaf_until and answer.returned_at <= message.deaf_until:
            return False
        if rank(answer.status) <= rank(message.status):
            return False
        message.status = answer.status
        self.moved[message.pk] = message
        declaration = self.declarations[message.declaration_id]
        declaration.last_status = answer.status
        declaration.pre_no = answer.pre_no or declaration.pre_no
        declaration.invt_no = answer.invt_no or declaration.invt_no
        if refuses(answer.status):
            declaration.reason = answer.text or str(answer.status)
        if answer.status in (RELEASED, CLOSED):
            declaration.released_at = declaration.released_at or answer.returned_at
        if answer.status == CLOSED:
            declaration.closed_at = answer.returned_at
        return True

    def settle(self) -> None:
        """Save what moved, and have done what follows from it.

        What didn't move is left alone: a rejection by our own gate stays one.
        """
        Message.objects.bulk_update(self.moved.values(), ["status"])
        papers: dict[int, dict[str, Message]] = {}
        for message in self.by_guid.values():
            papers.setdefault(message.declaration_id, {})[message.kind] = message
        for pk in sorted({m.declaration_id for m in self.moved.values()}):
            _settle(self.declarations[pk], papers[pk])


def _settle(declaration: Declaration, papers: dict[str, Message]) -> None:
    """Give a declaration the state its papers have, and write down what comes next."""
    statuses = {kind: _counts(declaration, paper) for kind, paper in papers.items()}
    listed = statuses.get(KINDS.LIST, 0)
    if any(refuses(status) for status in statuses.values()):
        declaration.state = Declaration.State.REJECTED
    else:
        declaration.state, declaration.reason = _state_of(listed), ""
    declaration.save(update_fields=MOVED_BY_ANSWERS)
    if listed in (RELEASED, CLOSED):
        shipping.note_released(parcel_id=declaration.parcel_id)
    papers_are_in = all(
        holds(statuses.get(kind, 0)) for kind in (KINDS.ORDER, KINDS.WAYBILL)
    )
    if papers_are_in and not listed:
        steps.schedule(
            SEND_LIST, subject_id=declaration.parcel_id, key=step_key(declaration)
        )


def _counts(declaration: Declaration, paper: Message) -> int:
    """A refusal of an earlier try is forgotten when the next one began."""
    old = paper.attempt < declaration.attempt
    return 0 if old and refuses(paper.status) else paper.status


def _state_of(listed: int) -> Declaration.State:
    if listed in STATES:
        return STATES[listed]
    if 500 <= listed <= 599:
        return Declaration.State.HELD
    taken_in = listed >= IN_DATABASE
    return Declaration.State.ACCEPTED if taken_in else Declaration.State.SENT

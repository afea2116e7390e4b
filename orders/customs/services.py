"""From a packed parcel to its release by customs, and what is done about a refusal.

    shipping closes a parcel -> send_order, send_waybill
    customs holds both       -> send_list (answers.py reads what customs says)
    customs releases         -> shipping.note_released

Messages are written once, kept, and sent as often as it takes: the window sends a name
once, and customs answers a repeat from its book.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai import steps
from donghai.errors import Refused
from donghai.steps.models import Step
from orders.customs import answers, assembly, gate, messages, validate
from orders.customs.exchange import FolderWindow, Window, wrap
from orders.customs.models import Declaration, Message, Receipt, Route
from orders.customs.signing import SandboxSigner, Signer
from orders.customs.snapshot import ParcelSnapshot
from orders.shipping.models import Parcel

KINDS = Message.Kind
SEND = {
    KINDS.ORDER: "orders.declare_order",
    KINDS.WAYBILL: "orders.declare_waybill",
    KINDS.LIST: answers.SEND_LIST,
}
DEMO_ROUTE = {
    "exporter_code": "91320722MA1DH6TR4K",
    "exporter_name": "东海水晶国际贸易有限公司",
    "carrier_code": "91320722MA27TR2D08",
    "carrier_name": "中国邮政速递物流连云港公司",
    "dxp_id": "DXPENT0000012345",
    "customs_code": "2301",
    "port_code": "2349",
}


class NoRoute(Refused):
    code = "no_customs_route"
    title = _("No customs route is set up for the channel %(channel)s")


class NotRejected(Refused):
    code = "not_rejected"
    title = _("Declaration %(number)s is not rejected, so there is nothing to mend")


def window() -> Window:
    """The shared folders; behind them sits the port's client or the sandbox office."""
    return FolderWindow(settings.CUSTOMS_FOLDER)


def signer() -> Signer | None:
    """Who signs lists. With real customs it's the client, by the card in its reader."""
    return SandboxSigner() if settings.CUSTOMS_WINDOW == "sandbox" else None


def open_demo_route() -> Route:
    """The route of the demo market, which the sandbox office knows."""
    route, _made = Route.objects.get_or_create(channel="", defaults=DEMO_ROUTE)
    return route


def send_order(step: Step) -> None:
    """Send a parcel's order (303). Of the step, the key is the try (see answers)."""
    _send(step, KINDS.ORDER)


def send_waybill(step: Step) -> None:
    """Send a parcel's waybill (505)."""
    _send(step, KINDS.WAYBILL)


def send_list(step: Step) -> None:
    """Sign and send a parcel's list (603), once customs holds its order and waybill."""
    _send(step, KINDS.LIST)


def read_receipts() -> int:
    """Take in what customs answered since the last look; how many files that were."""
    return answers.read(window())


@transaction.atomic
def open_declaration(*, parcel_id: int) -> Declaration:
    """The declaration of a packed parcel, opened once; locks the parcel.

    What our own gate refuses is opened as REJECTED, with every reason.
    """
    parcel = Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)
    known = Declaration.objects.filter(parcel=parcel).select_related("route").first()
    if known is not None:
        return known
    route = _route_of(parcel)
    snapshot = assembly.snapshot_of(parcel, route)
    declaration = Declaration.objects.create(
        parcel=parcel, route=route, cop_no=parcel.number, snapshot=snapshot.to_json()
    )
    found = gate.problems(snapshot)
    if found:
        _reject(declaration, "\n".join(map(str, found)))
        return declaration
    for kind in (KINDS.ORDER, KINDS.WAYBILL):
        if _write(declaration, kind) is None:
            break
    return declaration


@transaction.atomic
def mend(*, declaration_id: int) -> Declaration:
    """Declare a rejected parcel again, from its facts as they are now.

    Only what changed or was refused goes again. Locks the declaration. Refuses one that
    isn't rejected, and with the gate's first reason one that still can't be declared.
    """
    declaration = (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("parcel", "route")
        .get(pk=declaration_id)
    )
    if declaration.state != Declaration.State.REJECTED:
        raise NotRejected(number=declaration.cop_no)
    snapshot = assembly.snapshot_of(declaration.parcel, declaration.route)
    gate.check(snapshot)
    declaration.snapshot = snapshot.to_json()
    declaration.attempt += 1
    declaration.state, declaration.reason = Declaration.State.READY, ""
    declaration.save(update_fields=["snapshot", "attempt", "state", "reason"])
    again = [
        kind
        for kind in (KINDS.ORDER, KINDS.WAYBILL)
        if _must_go_again(declaration, kind, snapshot)
    ]
    for kind in again:
        if _write(declaration, kind) is None:
            return declaration
    steps.schedule(
        *(SEND[kind] for kind in again or [KINDS.LIST]),
        subject_id=declaration.parcel_id,
        key=answers.step_key(declaration),
    )
    return declaration


def _send(step: Step, kind: Message.Kind) -> None:
    """Send what this try has to say, and note it. A superseded try sends nothing."""
    declaration = open_declaration(parcel_id=step.subject_id)
    message = None
    if (
        step.key == answers.step_key(declaration)
        and declaration.state != Declaration.State.REJECTED
    ):
        message = _message(declaration, kind)
    if message is not None:
        written = messages.Written(kind, message.guid, message.content.encode())
        envelope = wrap(written, declaration.route.sender, message.written_at)
        window().send(f"CEB{kind}-{message.guid}.xml", envelope)
    with steps.finishing(step):
        if message is not None:
            _note_sent(message)


def _note_sent(message: Message) -> None:
    now = timezone.now()
    Message.objects.filter(pk=message.pk, sent_at=None).update(sent_at=now)
    declarations = Declaration.objects.filter(pk=message.declaration_id)
    declarations.filter(state=Declaration.State.READY).update(
        state=Declaration.State.SENT
    )
    if message.kind == KINDS.LIST:
        declarations.update(sent_at=now)


def _message(declaration: Declaration, kind: Message.Kind) -> Message | None:
    """The message of this try. A list is only written now: its signer is outside."""
    known = Message.objects.filter(
        declaration=declaration, kind=kind, attempt=declaration.attempt
    ).first()
    if known is not None or kind != KINDS.LIST:
        return known
    statuses = {m.kind: m.status for m in declaration.messages.current()}
    gate.check_papers(statuses.get(KINDS.ORDER, 0), statuses.get(KINDS.WAYBILL, 0))
    return _write(declaration, kind)


def _write(declaration: Declaration, kind: Message.Kind) -> Message | None:
    """Write a message down once, or reject the declaration if the schema would."""
    snapshot = declaration.facts
    natural_key = natural_key_of(kind, snapshot, declaration.cop_no)
    former = _newest(declaration, kind)
    change = bool(
        former and former.natural_key == natural_key and answers.holds(former.status)
    )
    sending = _sending(declaration, declaration.attempt, timezone.now(), change=change)
    written = _built(kind, snapshot, sending, declaration.cop_no)
    try:
        validate.check(written.content)
    except validate.NotValid as refusal:
        _reject(declaration, str(refusal))
        return None
    heard = Receipt.objects.filter(message=former).order_by("-returned_at").first()
    Message.objects.bulk_create(
        [
            Message(
                declaration=declaration,
                kind=kind,
                attempt=declaration.attempt,
                is_change=change,
                guid=written.guid,
                natural_key=natural_key,
                content=written.content.decode(),
                deaf_until=heard.returned_at if former and heard else None,
                written_at=sending.at,
            )
        ],
        ignore_conflicts=True,  # another worker may have written the same one
    )
    return declaration.messages.get(kind=kind, attempt=declaration.attempt)


def _built(
    kind: Message.Kind,
    snapshot: ParcelSnapshot,
    sending: messages.Sending,
    cop_no: str,
) -> messages.Written:
    if kind == KINDS.ORDER:
        return messages.order(snapshot, sending)
    if kind == KINDS.WAYBILL:
        return messages.waybill(snapshot, sending)
    return messages.export_list(snapshot, sending, cop_no=cop_no, signer=signer())


def natural_key_of(kind: Message.Kind, snapshot: ParcelSnapshot, cop_no: str) -> str:
    """What customs' answers will name this message by."""
    parts = {
        KINDS.ORDER: (
            snapshot.platform.code,
            snapshot.seller.code,
            snapshot.parcel_no,
        ),
        KINDS.WAYBILL: (snapshot.carrier.code, snapshot.waybill_no),
        KINDS.LIST: (snapshot.agent.code, cop_no),
    }
    return "/".join(parts[kind])


def _must_go_again(
    declaration: Declaration, kind: Message.Kind, now: ParcelSnapshot
) -> bool:
    """Whether customs doesn't hold this paper yet, or holds something else."""
    former = _newest(declaration, kind)
    if former is None or not answers.holds(former.status):
        return True
    sending = _sending(
        declaration, former.attempt, former.written_at, change=former.is_change
    )
    same = _built(kind, now, sending, declaration.cop_no)
    return same.content.decode() != former.content


def _newest(declaration: Declaration, kind: Message.Kind) -> Message | None:
    return declaration.messages.filter(kind=kind).order_by("-attempt").first()


def _sending(
    declaration: Declaration, attempt: int, at: datetime, *, change: bool
) -> messages.Sending:
    return messages.Sending(
        key=f"{declaration.cop_no}/{attempt}",
        at=at,
        sender=declaration.route.sender,
        app_type=messages.CHANGE if change else messages.NEW,
    )


def _reject(declaration: Declaration, reason: str) -> None:
    declaration.state, declaration.reason = Declaration.State.REJECTED, reason
    declaration.save(update_fields=["state", "reason"])


def _route_of(parcel: Parcel) -> Route:
    own = Route.objects.filter(channel__in=["", parcel.channel]).order_by("-channel")
    route = own.first()
    if route is None and settings.CUSTOMS_WINDOW == "sandbox":
        return open_demo_route()
    if route is None:
        raise NoRoute(channel=parcel.channel)
    return route

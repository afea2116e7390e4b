"""The office at work: takes files in, judges them, says what it has to say.

1. A file is moved from `out/` to `desk/` under a token of its own, so that one arrival
   is one arrival even if we are killed now.
2. One transaction notes the token, judges the content and writes down the whole life of
   the entry: which status when, and which receipt files when.
3. Only then the file goes away. Killed before: the token is known, nothing doubles.
4. Receipts that are due are laid into `in/` and marked. Killed between: the same file
   is laid again, as happens in real life.
"""

import base64
import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from lxml import etree

from orders.customs import codes, schema
from orders.customs.exchange import DXP, Envelope, lay, parse, unwrap
from orders.customs.messages import BEIJING
from orders.customs.office import checks
from orders.customs.office.checks import CEB, REJECTED, Wrong, said
from orders.customs.office.register import Entry, Move, Register

NODES = {"303": "Order", "505": "Logistics", "603": "Inventory"}
ANSWERS = {
    "303": ("CEB304Message", "OrderReturn"),
    "505": ("CEB506Message", "LogisticsReturn"),
    "603": ("CEB604Message", "InventoryReturn"),
}
TAKING_IN = (1, 2, 3, 120)
TURNING_AWAY = (1, 2, 3, REJECTED)
CLEARING = (399, 800, 899)
CLEARING_WITH_A_LOOK = (300, 399, 500, 800, 899)
ALREADY_THERE = {"303": -301010, "505": -504012, "603": -621004}
CHANGE = "2"
LOOKED_AT, LATE, DOUBLED, UNTIDY = 0.05, 0.2, 0.2, 0.2  # how often


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one status to the next, and between two looks into the folder."""

    shortest: float
    longest: float
    look: float


PACES = {"fast": Pace(0.002, 0.008, 0.005), "normal": Pace(0.5, 3.0, 0.2)}


class Office:
    """One office on one folder."""

    def __init__(self, folder: Path, pace: Pace, seed: int) -> None:
        self.out, self.desk, self.inbox = (
            folder / name for name in ("out", "desk", "in")
        )
        for place in (self.out, self.desk, self.inbox):
            place.mkdir(parents=True, exist_ok=True)
        self.pace, self.seed = pace, seed
        self.register = Register(folder)

    def work(self, now: float) -> bool:
        """Look once at everything; whether there was anything to do."""
        for path in sorted(self.out.glob("[!.]*.xml")):
            token = f"{time.time_ns()}-{uuid4().hex[:8]}"
            path.rename(self.desk / f"{token}_{path.name}")
        taken = sorted(self.desk.iterdir())
        for path in taken:
            self._take_in(path, now)
        return self._speak(now) or bool(taken)

    def _take_in(self, path: Path, now: float) -> None:
        token, _, name = path.name.partition("_")
        content = path.read_bytes()
        with self.register.db:
            if self.register.arrive(token, name, now):
                self._open(content, now, random.Random(f"{self.seed}/{name}"))
        path.unlink()

    def _speak(self, now: float) -> bool:
        due = self.register.due(now)
        for _number, name, content in due:
            lay(self.inbox, name, content)
        with self.register.db:
            self.register.laid(number for number, _name, _content in due)
        return bool(due)

    def _open(self, content: bytes, now: float, chance: random.Random) -> None:
        try:
            envelope = unwrap(content)
        except ValueError as error:
            wrong = Wrong(-1, f"-0001:{error}")
            self._return(Envelope("", "", content), wrong, now, chance)
            return
        try:
            root = _message(envelope)
        except Wrong as wrong:
            self._return(envelope, wrong, now, chance)
            return
        kind = etree.QName(root).localname[3:6]
        signed_wrong = _signature_of(kind, root)
        for node in root.findall(f"{CEB}{NODES[kind]}"):
            self._judge(kind, node, signed_wrong, now)

    def _judge(self, kind: str, node: Any, wrong: Wrong | None, now: float) -> None:
        key, digest = checks.key_of(kind, node), _digest(node)
        known = self.register.find(kind, key, now)
        if known:
            self.register.saw(known)
        if known and not known.rejected and not self._may_change(known, node, now):
            self._repeat(known, node, known.digest == digest, now)
            return
        try:
            if wrong:
                raise wrong
            checks.judge(kind, node, lambda k, of: self._held(k, of, now))
        except Wrong as refusal:
            wrong = refusal
        content = etree.tostring(node, method="c14n")
        self.register.enter(kind, key, digest, content)
        entry = self.register.find(kind, key, now)
        assert entry is not None
        self._live(entry, node, wrong, now)

    def _may_change(self, known: Entry, node: Any, now: float) -> bool:
        """An order or a waybill may be changed until a list stands on it."""
        head = checks.head_of(known.kind, node)
        if known.kind == "603" or said(head, "appType") != CHANGE:
            return False
        name = "orderNo" if known.kind == "303" else "logisticsNo"
        return known.status >= checks.IN_DATABASE and not any(
            said(checks.head_of("603", etree.fromstring(e.content)), name)
            == said(head, name)
            for e in self.register.entries(now, "WHERE kind = :kind", "603")
            if not e.rejected
        )

    def _held(self, kind: str, key: str, now: float) -> tuple[Any, int] | None:
        entry = self.register.find(kind, key, now)
        return (etree.fromstring(entry.content), entry.status) if entry else None

    def _live(self, entry: Entry, node: Any, wrong: Wrong | None, now: float) -> None:
        """Decide everything that will become of an entry, once and for all."""
        chance = random.Random(f"{self.seed}/{entry.kind}/{entry.key}/{entry.attempt}")
        pre_no, invt_no = _numbers(entry, node, now)
        self.register.number(entry, pre_no, "" if wrong else invt_no)
        moves = list(self._moves(entry.kind, wrong, now, chance))
        self.register.plan(entry, moves)
        for move in moves:
            numbers = {"preNo": pre_no, "invtNo": invt_no if move.status >= 120 else ""}
            self._answer(entry.kind, node, move, numbers, chance)

    def _moves(
        self, kind: str, wrong: Wrong | None, now: float, chance: random.Random
    ) -> Iterator[Move]:
        statuses: tuple[int, ...] = TAKING_IN
        if wrong:
            statuses = (wrong.status,) if wrong.status < 0 else TURNING_AWAY
        elif kind == "603":
            looked_at = chance.random() < LOOKED_AT
            statuses += CLEARING_WITH_A_LOOK if looked_at else CLEARING
        at = now
        for status in statuses:
            at += self._a_while(chance)
            refused = wrong and status == wrong.status
            yield Move(status, at, wrong.text if wrong and refused else _named(status))

    def _repeat(self, known: Entry, node: Any, same: bool, now: float) -> None:
        """The same again hears where it stands; anything else, that it's too late."""
        if same and not known.status:
            return  # its first receipt is on the way
        chance = random.Random(f"{self.seed}/{known.kind}/{known.key}/again")
        status = known.status if same else ALREADY_THERE[known.kind]
        text = _named(status) if same else f"{status}:重复申报 (declared already)"
        numbers = {"preNo": known.pre_no, "invtNo": known.invt_no}
        move = Move(status, now, text)
        self._answer(known.kind, node, move, numbers, chance)

    def _answer(
        self,
        kind: str,
        node: Any,
        move: Move,
        numbers: dict[str, str],
        chance: random.Random,
    ) -> None:
        message, element = ANSWERS[kind]
        head = checks.head_of(kind, node)
        facts = {child.tag.removeprefix(CEB): child.text or "" for child in head}
        facts |= numbers | _verdict(move)
        self._say(message, element, facts, move.at, chance)

    def _return(
        self, envelope: Envelope, wrong: Wrong, now: float, chance: random.Random
    ) -> None:
        """900: a message that could not even be read."""
        facts = _verdict(Move(wrong.status, now, wrong.text)) | {
            "oriCopMsgId": envelope.message_id,
            "oriMessageType": envelope.kind,
        }
        self._say("CEB900Message", "MessageReturn", facts, now, chance)

    def _say(
        self,
        message: str,
        element: str,
        facts: dict[str, str],
        at: float,
        chance: random.Random,
    ) -> None:
        """Plan a receipt's file: perhaps late, perhaps twice, perhaps untidy."""
        late = 4 * self._a_while(chance) if chance.random() < LATE else 0.0
        for due in [at + late] + [at + 6 * self.pace.longest] * (
            chance.random() < DOUBLED
        ):
            guid = str(UUID(int=chance.getrandbits(128), version=4))
            untidy = chance.random() < UNTIDY
            content = _receipt(
                message, element, facts | {"guid": guid if untidy else guid.upper()}
            )
            inside = b"\xef\xbb\xbf" + content if untidy else content
            self.register.say(due, message, _wrapped(message, guid, inside))

    def _a_while(self, chance: random.Random) -> float:
        return chance.uniform(self.pace.shortest, self.pace.longest)


def _message(envelope: Envelope) -> Any:
    """The business message inside; Wrong when it's not one we can read."""
    try:
        root = parse(envelope.content)
    except ValueError as error:
        raise Wrong(-2, f"-0002:{error}") from error
    name = etree.QName(root).localname
    if name[3:6] not in NODES:
        raise Wrong(-2001, f"-2001:{name} is not taken here")
    form = schema.load(name)
    if not form.validate(root):
        raise Wrong(-2, f"-0002:{form.error_log.last_error.message}"[:1000])
    return root


def _signature_of(kind: str, root: Any) -> Wrong | None:
    try:
        if kind == "603":
            checks.signature(root)
    except Wrong as wrong:
        return wrong
    except ValueError as error:  # not base64
        return Wrong(-621029, f"-621029:签名无效 ({error})")
    return None


def _digest(node: Any) -> str:
    """Of what is declared, without what names only this act of sending."""
    ours = ("guid", "appType", "appTime", "appStatus", "ieDate")
    declared = [
        (str(element.tag), element.text or "")
        for element in node.iter()
        if str(element.tag).removeprefix(CEB) not in ours
    ]
    return hashlib.sha256(repr(declared).encode()).hexdigest()


def _numbers(entry: Entry, node: Any, now: float) -> tuple[str, str]:
    """preNo and invtNo of a list, kept over its attempts."""
    if entry.kind != "603":
        return "", ""
    day = datetime.fromtimestamp(now, BEIJING)
    customs_code = said(checks.head_of("603", node), "customsCode")
    pre_no = entry.pre_no or f"B{day:%Y%m%d}{entry.id:09d}"
    return pre_no, f"{customs_code}{day:%Y}E{entry.id:09d}"


def _named(status: int) -> str:
    return codes.table("return_status")[str(status)].name_zh


def _verdict(move: Move) -> dict[str, str]:
    at = datetime.fromtimestamp(move.at, BEIJING)
    return {
        "returnStatus": str(move.status),
        "returnTime": f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}",
        "returnInfo": move.text,
    }


def _receipt(message: str, element: str, facts: dict[str, str]) -> bytes:
    root = etree.Element(
        f"{CEB}{message}",
        nsmap={"ceb": schema.NAMESPACE},
        guid=facts["guid"],
        version="1.0",
    )
    node = etree.SubElement(root, f"{CEB}{element}")
    for field in schema.fields(message, element):
        if field.mandatory or facts.get(field.element):
            child = etree.SubElement(node, f"{CEB}{field.element}")
            child.text = facts.get(field.element, "")
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def _wrapped(message: str, guid: str, content: bytes) -> bytes:
    root = etree.Element(f"{DXP}DxpMsg", nsmap={"dxp": DXP[1:-1]}, ver="1.0")
    outside = etree.SubElement(root, f"{DXP}TransInfo")
    etree.SubElement(outside, f"{DXP}CopMsgId").text = guid
    etree.SubElement(outside, f"{DXP}MsgType").text = message
    etree.SubElement(root, f"{DXP}Data").text = base64.b64encode(content).decode()
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text

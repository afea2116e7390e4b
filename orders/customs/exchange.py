"""How messages travel: envelopes in files, through folders shared with the client.

The single window's client of the port (or our sandbox office) takes files from `out/`
and lays answers into `in/`. A file appears whole or not at all.
"""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import get_ident
from typing import Protocol

from lxml import etree

from orders.customs.messages import BEIJING, Sender, Written

NAMESPACE = "http://www.chinaport.gov.cn/dxp"
DXP = f"{{{NAMESPACE}}}"
EXPORT_OFFICE = "DXPEDCCEB0000003"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the outside of a message says, and the message."""

    message_id: str
    kind: str
    content: bytes


class Window(Protocol):
    """The customs window: give in a message, take out answers, say what is done."""

    def send(self, name: str, content: bytes) -> None:
        """Hand over one file. The same name with the same content goes once."""

    def received(self) -> Iterator[tuple[str, bytes]]:
        """Answers that wait, oldest name first, until `done`."""

    def done(self, name: str) -> None:
        """Put an answer away; harmless when it's away already."""


class FolderWindow:
    """The file exchange: `out/` and `in/` are shared, `sent/` and `archive/` ours."""

    def __init__(self, folder: Path) -> None:
        self.out, self.sent = folder / "out", folder / "sent"
        self.inbox, self.archive = folder / "in", folder / "archive"
        for place in (self.out, self.sent, self.inbox, self.archive):
            place.mkdir(parents=True, exist_ok=True)

    def send(self, name: str, content: bytes) -> None:
        kept = self.sent / name
        if kept.is_file() and kept.read_bytes() == content:
            return
        lay(self.out, name, content)
        lay(self.sent, name, content)

    def received(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.inbox.glob("[!.]*.xml")):
            try:
                yield path.name, path.read_bytes()
            except FileNotFoundError:  # another reader was faster
                continue

    def done(self, name: str) -> None:
        try:
            (self.inbox / name).rename(self.archive / name)
        except FileNotFoundError:
            return


def lay(folder: Path, name: str, content: bytes) -> None:
    """Write a file that others see whole or not at all, even when the power goes."""
    hidden = folder / f".{name}.{os.getpid()}.{get_ident()}"
    with hidden.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(folder / name)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)  # the name, too
    finally:
        os.close(directory)


def wrap(message: Written, sender: Sender, at: datetime) -> bytes:
    """A message in its envelope, addressed to the export office."""
    root = etree.Element(f"{DXP}DxpMsg", nsmap={"dxp": NAMESPACE}, ver="1.0")
    outside = etree.SubElement(root, f"{DXP}TransInfo")
    etree.SubElement(outside, f"{DXP}CopMsgId").text = message.guid
    etree.SubElement(outside, f"{DXP}SenderId").text = sender.dxp_id
    receivers = etree.SubElement(outside, f"{DXP}ReceiverIds")
    etree.SubElement(receivers, f"{DXP}ReceiverId").text = EXPORT_OFFICE
    created = at.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M:%S")
    etree.SubElement(outside, f"{DXP}CreatTime").text = created
    etree.SubElement(outside, f"{DXP}MsgType").text = f"CEB{message.kind}Message"
    inside = etree.SubElement(root, f"{DXP}Data")
    inside.text = base64.b64encode(message.content).decode()
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return text


def unwrap(content: bytes) -> Envelope:
    """Open an envelope; a bare message is taken as it is. ValueError for anything else.

    A byte order mark before either is forgiven: some senders write one.
    """
    root = parse(content)
    if root.tag != f"{DXP}DxpMsg":
        name = etree.QName(root).localname
        return Envelope(root.get("guid", ""), name, content)
    inside = root.findtext(f"{DXP}Data")
    if not inside:
        raise ValueError("the envelope is empty")
    outside = f"{DXP}TransInfo/{DXP}"
    return Envelope(
        root.findtext(f"{outside}CopMsgId", ""),
        root.findtext(f"{outside}MsgType", ""),
        base64.b64decode(inside, validate=False),
    )


def parse(content: bytes) -> etree._Element:
    """XML from outside: no entities, no network. ValueError when it isn't XML."""
    reader = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(content.removeprefix(b"\xef\xbb\xbf").strip(), reader)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error

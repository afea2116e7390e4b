"""XML from people: no document types, no endless tags, one chunk in memory."""

import re
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _
from lxml import etree

from catalog.sheets.archive import ArchiveTooLarge, DamagedArchive
from donghai.errors import Refused

CHUNK = 1 << 16
LONGEST_TAG = 1 << 20  # bytes without an end of something: no sheet has this
LONGEST_TEXT = 100  # pieces of 8 kB
MOST_NAMES = 1_000  # of elements; the format has fewer
MOST_STRINGS = 1_000_000
MOST_LETTERS = 30_000_000
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class UnsafeSheet(Refused):
    code = "unsafe"
    title = _(
        "This file holds instructions that no spreadsheet program writes. Copy the "
        "table into a new workbook and upload that."
    )
    status = 422


class Roles(dict[str, str]):
    """Element names without their prefix."""

    def __missing__(self, name: str) -> str:
        if len(self) > MOST_NAMES:
            raise UnsafeSheet
        role = self[name] = name.rpartition(":")[2]
        return role


class Pieces(list[str]):
    """The text met since it was last cleared; phonetic readings are left out."""

    depth = 0

    def take(self, said: str) -> None:
        if not self.depth and len(self) < LONGEST_TEXT:
            self.append(said)

    @property
    def text(self) -> str:
        joined = "".join(self)
        return unescaped(joined) if "_x" in joined else joined


def safe_tree(content: bytes) -> Any:
    """A small part as a whole; no entities, nothing fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedArchive from error
    if root.getroottree().docinfo.doctype:
        raise UnsafeSheet
    return root


def safe_parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    pieces: Pieces,
) -> expat.XMLParserType:
    """A parser that meets a document type with a refusal."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.take

    def refuse(*facts: object) -> None:
        raise UnsafeSheet

    parser.StartDoctypeDeclHandler = refuse
    return parser


def fed(parser: expat.XMLParserType, part: IO[bytes], given: int = 0) -> Iterator[int]:
    """Feed a part to its end; after each chunk how many bytes that were."""
    try:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - parser.CurrentByteIndex > LONGEST_TAG:
                raise ArchiveTooLarge
            yield given
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedArchive from error


class SharedStrings:
    """The texts that cells refer to by number."""

    def __init__(self, part: IO[bytes]) -> None:
        self.strings: list[str] = []
        self.pieces, self.roles, self.letters = Pieces(), Roles(), 0
        for _fed in fed(safe_parser(self.start, self.end, self.pieces), part):
            if len(self.strings) > MOST_STRINGS or self.letters > MOST_LETTERS:
                raise ArchiveTooLarge

    def start(self, name: str, facts: dict[str, str]) -> None:
        role = self.roles[name]
        if role == "si":
            self.pieces.clear()
        elif role == "rPh":
            self.pieces.depth += 1

    def end(self, name: str) -> None:
        role = self.roles[name]
        if role == "rPh":
            self.pieces.depth -= 1
        elif role == "si":
            self.strings.append(self.pieces.text)
            self.letters += len(self.strings[-1])


def unescaped(text: str) -> str:
    """What XML can't hold is written as _x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)

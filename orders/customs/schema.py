"""The fields of every message of edition 202205, and the XSD we make of them.

`data/ceb_fields_202205.csv` is the one source: the XSD files in `schemas/` are made
from it (`manage.py customs_schema`), and messages are written in its order.
"""

import csv
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from lxml import etree

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
FOLDER = Path(__file__).parent
XS = "{http://www.w3.org/2001/XMLSchema}"
# Parts that every message writes alike stand in the table once, under this name.
COMMON = "(common)"
DIGITS_ONLY = {"C8", "C14", "C17"}  # dates and moments
GUID = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"
# Receipts are written by others, some of them in lower case.
GUID_IN_RECEIPTS = GUID.replace("A-F", "A-Fa-f")
ALLOWED = {"appType": "[123]", "appStatus": "[12]"}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the table. A field without a format holds other fields."""

    element: str
    least: str
    most: str
    format: str
    label: str

    @property
    def mandatory(self) -> bool:
        return self.least != "0"


Fields = tuple[Field, ...]


@cache
def _table() -> dict[tuple[str, str], Fields]:
    path = FOLDER / "data" / "ceb_fields_202205.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def place(row: dict[str, str]) -> tuple[str, str]:
        return row["message"], row["parent"]

    rows.sort(key=lambda row: (*place(row), int(row["seq"])))
    return {
        where: tuple(
            Field(
                row["element"],
                row["min_occurs"],
                row["max_occurs"],
                row["format"],
                row["label_zh"],
            )
            for row in group
        )
        for where, group in groupby(rows, key=place)
    }


def messages() -> list[str]:
    """All messages of the edition: "CEB303Message" and so on."""
    return sorted({message for message, _ in _table()} - {COMMON})


def fields(message: str, parent: str = "") -> Fields:
    """The fields inside `parent` ("Order/OrderHead") in the order they are written."""
    table = _table()
    return table.get((message, parent)) or table.get((COMMON, parent), ())


@cache
def label(element: str) -> str:
    """What an element is called in Chinese, for people; empty when it has no name."""
    for group in _table().values():
        for field in group:
            if field.element == element:
                return field.label
    return ""


def make(message: str) -> bytes:
    """The XSD of one message."""
    root = etree.Element(
        f"{XS}schema",
        nsmap={"xs": XS[1:-1], "ceb": NAMESPACE},
        targetNamespace=NAMESPACE,
        elementFormDefault="qualified",
    )
    top = etree.SubElement(root, f"{XS}element", name=message)
    inside = _sequence(top, message, "")
    attributes = inside.getparent()
    guid = etree.SubElement(attributes, f"{XS}attribute", name="guid", use="required")
    _pattern(_restriction(guid, "string"), _guid_pattern(message))
    etree.SubElement(
        attributes,
        f"{XS}attribute",
        name="version",
        type="xs:string",
        use="required",
        fixed="1.0",
    )
    text: bytes = etree.tostring(
        root, pretty_print=True, xml_declaration=True, encoding="UTF-8"
    )
    return text


@cache
def load(message: str) -> Any:
    """The committed XSD of one message, ready to judge; KeyError for an unknown one."""
    path = FOLDER / "schemas" / f"{message}.xsd"
    if not path.is_file():
        raise KeyError(message)
    return etree.XMLSchema(file=str(path))


def _is_receipt(message: str) -> bool:
    return not any(f.element == "BaseTransfer" for f in fields(message))


def _guid_pattern(message: str) -> str:
    return GUID_IN_RECEIPTS if _is_receipt(message) else GUID


def _sequence(element: Any, message: str, parent: str) -> Any:
    kind = etree.SubElement(element, f"{XS}complexType")
    sequence = etree.SubElement(kind, f"{XS}sequence")
    for field in fields(message, parent):
        _declare(sequence, message, parent, field)
    return sequence


def _declare(sequence: Any, message: str, parent: str, field: Field) -> None:
    occurs = {"minOccurs": field.least, "maxOccurs": field.most}
    if field.element == "ds:Signature":
        etree.SubElement(
            sequence,
            f"{XS}any",
            namespace=SIGNATURE_NAMESPACE,
            processContents="skip",
            **occurs,
        )
        return
    element = etree.SubElement(sequence, f"{XS}element", name=field.element, **occurs)
    path = f"{parent}/{field.element}".lstrip("/")
    if fields(message, path):
        _sequence(element, message, path)
    elif field.format:
        _simple(element, message, field)


def _simple(element: Any, message: str, field: Field) -> None:
    kind, size = field.format[0], field.format[1:]
    if kind == "N":
        digits, _, places = size.partition(",")
        limits = _restriction(element, "decimal" if places else "integer")
        _facets(limits, minInclusive="0", totalDigits=digits)
        if places:
            _facets(limits, fractionDigits=places)
        return
    limits = _restriction(element, "string")
    least, dots, most = size.partition("..")
    if not dots:
        _facets(limits, length=least)
    else:
        # A receipt may leave a mandatory number empty that does not exist yet.
        empty_is_wrong = field.mandatory and not _is_receipt(message)
        _facets(limits, minLength=least or str(int(empty_is_wrong)), maxLength=most)
    if field.element == "guid":
        _pattern(limits, _guid_pattern(message))
    elif field.element in ALLOWED:
        _pattern(limits, ALLOWED[field.element])
    elif field.format in DIGITS_ONLY:
        _pattern(limits, "[0-9]*")


def _restriction(element: Any, base: str) -> Any:
    kind = etree.SubElement(element, f"{XS}simpleType")
    return etree.SubElement(kind, f"{XS}restriction", base=f"xs:{base}")


def _facets(restriction: Any, **limits: str) -> None:
    for name, value in limits.items():
        etree.SubElement(restriction, f"{XS}{name}", value=value)


def _pattern(restriction: Any, pattern: str) -> None:
    _facets(restriction, pattern=pattern)

"""Lots by the thousand, from a CSV file: all of it or nothing.

code                RL-2026-000123; the same code again sets that lot right
mineral             the market's code, like AMETHYST
origin              two letters, like BR
place               mine or region
weight_kg           like 2400 or 2400.500
importer, supplier  names; the supplier is never shown to the public
declaration_number  18 digits, with declared_on
declared_on, arrived_on   like 2026-03-14
state               EXPECTED, ARRIVED or USED_UP; empty is ARRIVED where it arrived
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.provenance import services
from catalog.provenance.models import RawLot

FIELDS = (
    *("mineral", "origin", "place", "weight_kg", "importer", "declaration_number"),
    *("declared_on", "arrived_on", "supplier", "state"),
)
NEEDED = {"code", "mineral", "origin", "weight_kg"}
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file did. With `errors` it did nothing."""

    new: int = 0
    known: int = 0
    errors: tuple[str, ...] = ()


@transaction.atomic
def load_lots(content: bytes) -> Loaded:
    """Write a file's lots. Repeating it changes nothing.

    Holds the numbers of the years it names and locks the lots it sets right, so that
    nobody uses more of one while its weight is compared.
    """
    lots, errors = _read(content)
    for year in sorted({int(code[3:7]) for code in lots}):
        services.hold_numbers(year)
    known = RawLot.objects.select_for_update().filter(code__in=lots).order_by("pk")
    used = dict(known.values_list("code", "used_g"))
    for code, (number, lot) in lots.items():
        if used.get(code, Decimal(0)) > lot.weight_kg * 1000:
            said = _("%(grams)s g of it have been used, more than that")
            errors.append(_row(number, f"weight_kg: {said % {'grams': used[code]}}"))
    if errors:
        return Loaded(errors=tuple(errors))
    RawLot.objects.bulk_create(
        [lot for _number, lot in lots.values()],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=FIELDS,
    )
    return Loaded(new=len(lots) - len(used), known=len(used))


def _read(content: bytes) -> tuple[dict[str, tuple[int, RawLot]], list[str]]:
    """The good lots by code with their row's number, and what is wrong with others."""
    rows = csv.DictReader(io.StringIO(_text(content), newline=""))
    missing = NEEDED - set(rows.fieldnames or ())
    if missing:
        said = _("These columns are missing: %(names)s")
        return {}, [said % {"names": ", ".join(sorted(missing))}]
    lots: dict[str, tuple[int, RawLot]] = {}
    errors: list[str] = []
    for number, row in enumerate(rows, start=2):
        lot, wrong = _lot({name: (row.get(name) or "").strip() for name in _ours(row)})
        if lot is not None and lot.code in lots:
            wrong = [_("code: it stands in row %(n)s, too") % {"n": lots[lot.code][0]}]
        errors += [_row(number, one) for one in wrong]
        if lot is not None and not wrong:
            lots[lot.code] = number, lot
    return lots, errors


def _ours(row: dict[str, str]) -> Iterator[str]:
    """The columns that are ours; DictReader keeps what is too much under None."""
    return (name for name in row if name == "code" or name in FIELDS)


def _lot(row: dict[str, str]) -> tuple[RawLot | None, list[str]]:
    row = {name: said for name, said in row.items() if said}
    row.setdefault("state", "ARRIVED" if "arrived_on" in row else "EXPECTED")
    lot = RawLot(**row)
    try:
        lot.clean_fields()
        lot.clean()
    except ValidationError as wrong:
        said = wrong.message_dict.items()
        return None, [f"{name}: {one}" for name, many in said for one in many]
    return lot, []


def _row(number: int, wrong: str) -> str:
    return _("Row %(number)s, %(wrong)s") % {"number": number, "wrong": wrong}


def _text(content: bytes) -> str:
    """UTF-8, or else as spreadsheets in China write it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")

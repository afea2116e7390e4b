"""What a row says, as JSON in the database and as a Piece for saving."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from catalog.products.pieces import MEASURES, Piece, Problem

DECIMALS = frozenset({*MEASURES, "weight_g"})
Record = dict[str, Any]
# Beside a piece, and no part of it
CONFIRMED = "is_confirmed"  # a person stood for its customs code
SEEN = "stock_seen"  # what was on hand when the row was checked and shown


def piece(said: Mapping[str, Any]) -> Piece:
    """A record as a piece."""
    facts: Record = {}
    for name, value in said.items():
        if value is None or name in (CONFIRMED, SEEN):
            continue
        if name in DECIMALS:
            facts[name] = Decimal(value)
        elif name == "tiers":
            facts[name] = tuple((many, minor) for many, minor in value)
        else:
            facts[name] = value
    return Piece(**facts)


def record(said: Piece) -> Record:
    """A piece as a record; what it doesn't say is left out."""
    found: Record = {}
    for each in fields(said):
        value = getattr(said, each.name)
        if value in (None, "", {}):
            continue
        found[each.name] = str(value) if each.name in DECIMALS else value
    return found


def of_problem(problem: Problem) -> Record:
    """A problem as it is kept: in the language of who uploaded the file."""
    return {
        "field": problem.field,
        "code": problem.code,
        "says": str(problem.sentence),
        "blocks": problem.blocks,
        "warns": problem.warns,
    }

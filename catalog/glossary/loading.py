"""The glossary that comes with the program, written into an empty or older database.

What a person changed in the admin stays as they left it; all else follows the files.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from catalog.glossary.models import ForbiddenWord, Term, TermName
from donghai import memory

DATA = Path(__file__).parent / "data"
Row = TypeVar("Row", Term, TermName, ForbiddenWord)


@transaction.atomic
def load_glossary() -> int:
    """Add or mend terms, names and forbidden words; how many rows were written.

    A repeat writes nothing. Rows changed by hand are left alone.
    """
    written = _write(Term, [_term(row) for row in _rows("terms.csv")], ("code",))
    keys = dict(Term.objects.values_list("code", "pk"))
    names = [_name(row, keys[row["term"]]) for row in _rows("names.csv")]
    written += _write(TermName, names, ("term_id", "language"))
    words = [ForbiddenWord(**row) for row in _rows("forbidden.csv")]
    written += _write(ForbiddenWord, words, ("language", "pattern"))
    transaction.on_commit(memory.forget)
    return written


def _write(model: type[Row], wanted: list[Row], key: tuple[str, ...]) -> int:
    """Insert what is missing and update what differs, in two statements."""
    fields: list[str] = [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key and field.attname not in (*key, "changed_by_hand")
    ]
    columns = (*key, "changed_by_hand", *fields)
    there = {
        row[: len(key)]: row[len(key) :]
        for row in model._default_manager.values_list(*columns)
    }
    rows = [
        row for row in wanted if _is_stale(there.get(_values(row, key)), row, fields)
    ]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=key, update_fields=fields
    )
    return len(rows)


def _is_stale(there: tuple[Any, ...] | None, wanted: Row, fields: list[str]) -> bool:
    if there is None:
        return True
    changed_by_hand, *values = there
    return not changed_by_hand and tuple(values) != _values(wanted, fields)


def _values(row: models.Model, names: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _term(row: Mapping[str, str]) -> Term:
    return Term(
        code=row["code"],
        kind=row["kind"],
        family=row["family"],
        measures=_listed(row["measures"]),
        implied=_listed(row["implied"]),
        position=int(row["position"]),
        is_active=row["is_active"] == "yes",
    )


def _name(row: Mapping[str, str], term_id: int) -> TermName:
    forms = [form.split("=", 1) for form in row["grammar"].split("; ") if form]
    return TermName(
        term_id=term_id,
        language=row["language"],
        name=row["name"],
        grammar=dict(forms),
        synonyms=_listed(row["synonyms"]),
    )


def _listed(text: str) -> list[str]:
    return text.split("|") if text else []


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)

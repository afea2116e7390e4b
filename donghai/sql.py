"""Statements in our own words, for the few paths that are walked all day long.

The ORM composes every statement anew, and PostgreSQL plans it anew. Measured, the first
is four fifths of what a short statement costs us, and of one that joins six tables the
second is nine tenths of what it costs the database. Here an INSERT is composed once for
each model, all else is written by hand, and a connection plans a statement once.

Write columns out where a table may grow: a planned `SELECT *` fails once it has.
"""

import json
import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, JSONField, Model
from psycopg2.extras import Json

Kind = TypeVar("Kind", bound=Model)

FACT = re.compile(r"%\((\w+)\)s")
MOST_PLANNED = 10  # rows of one INSERT: more are rare, and each number is a plan

_shapes: dict[str, Callable[[Any], Any]] = {}
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def rows(statement: str, **facts: Any) -> list[Any]:
    """What a statement brings; each row knows its columns by name."""
    with _executed(statement, facts) as cursor:
        shape = _shapes.get(statement)
        if shape is None:
            names = [str(column.name) for column in cursor.description]
            shape = _shapes[statement] = _row_of(names)
        return list(map(shape, cursor.fetchall()))


def row(statement: str, **facts: Any) -> Any:
    """The first row of a statement, None when it brings none."""
    return next(iter(rows(statement, **facts)), None)


def one(model: type[Kind], statement: str, **facts: Any) -> Kind | None:
    """The first row as an object. `{columns}` in the statement are the model's own."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    with _executed(statement.format(columns=", ".join(columns)), facts) as cursor:
        found = cursor.fetchone()
    return found and model.from_db(DEFAULT_DB_ALIAS, columns, found)


def change(statement: str, **facts: Any) -> int:
    """How many rows a statement changed."""
    with _executed(statement, facts) as cursor:
        return int(cursor.rowcount)


def insert(*new: Model, unless_there: bool = False) -> bool:
    """Write new rows of one model in one statement; they learn their keys.

    With `unless_there` a row that a unique constraint refuses is left out. Returns
    whether all were written; where some were not, no row learns its key.
    """
    readers, names, statement = _insertion(type(new[0]), len(new), unless_there)
    values = [read(one) for one in new for read in readers]
    facts = dict(zip(names, values, strict=True))
    with _executed(statement, facts, is_planned=len(new) <= MOST_PLANNED) as cursor:
        keys = cursor.fetchall()
    if len(keys) < len(new):
        return False
    for one, (key,) in zip(new, keys, strict=True):
        one.pk, one._state.adding, one._state.db = key, False, DEFAULT_DB_ALIAS
    return True


def _executed(
    statement: str, facts: Mapping[str, Any], *, is_planned: bool = True
) -> Any:
    """A cursor on what a statement brought."""
    database = connections[DEFAULT_DB_ALIAS]
    cursor = database.cursor()
    if is_planned and settings.DATABASE_PLANS:
        name, plan, statement = _plan(statement)
        planned = _planned.setdefault(database.connection, set())
        if name not in planned:
            cursor.execute(plan)
            planned.add(name)
    cursor.execute(statement, facts)
    return cursor


def _row_of(names: list[str]) -> Callable[[Any], Any]:
    """What makes rows of those columns."""
    kind: Any = namedtuple("Row", names)  # type: ignore[misc] # known at run time only
    return kind._make


@cache
def _plan(statement: str) -> tuple[str, str, str]:
    """The name of a statement's plan, how to make it and how to run it."""
    facts = list(dict.fromkeys(FACT.findall(statement)))
    body = FACT.sub(lambda found: f"${facts.index(found[1]) + 1}", statement)
    words = re.sub(r"\W+", " ", statement).strip()[:40]
    name = f'"{words} {sha256(statement.encode()).hexdigest()[:12]}"'
    given = ", ".join(f"%({fact})s" for fact in facts)
    run = f"EXECUTE {name}({given})" if facts else f"EXECUTE {name}"
    return name, f"PREPARE {name} AS {body}", run


@cache
def _insertion(
    model: type[Model], count: int, unless_there: bool
) -> tuple[list[Callable[[Model], Any]], list[str], str]:
    """What reads the values of a row, the facts they become, and the statement."""
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not _by_database(field)]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    rows = [[f"{field.attname}_{n}" for field in fields] for n in range(count)]
    places = ", ".join(f"({', '.join(f'%({name})s' for name in row)})" for row in rows)
    leave = "ON CONFLICT DO NOTHING" if unless_there else ""
    statement = (
        f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES {places} "
        f"{leave} RETURNING {quoted(str(model._meta.pk.column))}"
    )
    return [_reader(field) for field in fields], list(chain(*rows)), statement


def _reader(field: "Field[Any, Any]") -> Callable[[Model], Any]:
    """What takes a value from an object; the driver knows all kinds of it but JSON."""
    read = attrgetter(field.attname)
    if isinstance(field, JSONField):
        return lambda one: Json(read(one), dumps=partial(json.dumps, cls=field.encoder))
    return read


def _by_database(field: "Field[Any, Any]") -> bool:
    """A key it counts itself, a column it computes itself."""
    return bool(field.generated or (field.primary_key and field.db_returning))

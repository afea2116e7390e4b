"""Keyset paging: a page of rows and what the next one starts after."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

WHOLE = re.compile(r"\d{1,18}", re.ASCII)
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, newest first. `next_after` is None on the last page."""

    rows: list[Row]
    next_after: int | None
    is_first: bool


def whole_number(text: str) -> int | None:
    """What a form or an address says; None if it is no number, or none we can keep."""
    return int(text) if WHOLE.fullmatch(text) else None


def page_of(rows: QuerySet[Row], request: HttpRequest, size: int) -> Page[Row]:
    """The page asked for by `?after=`, by falling primary key."""
    after = whole_number(request.GET.get("after", ""))
    is_first = after is None
    found = list(
        (rows if is_first else rows.filter(pk__lt=after)).order_by("-pk")[: size + 1]
    )
    more = len(found) > size
    return Page(found[:size], found[size - 1].pk if more else None, is_first)

"""Keyset paging: a page of rows and what the next one starts after."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, newest first. `next_after` is None on the last page."""

    rows: list[Row]
    next_after: int | None
    is_first: bool


def page_of(rows: QuerySet[Row], request: HttpRequest, size: int) -> Page[Row]:
    """The page asked for by `?after=`, by falling primary key."""
    after = request.GET.get("after", "")
    is_first = not after.isdigit()
    found = list(
        (rows if is_first else rows.filter(pk__lt=int(after))).order_by("-pk")[
            : size + 1
        ]
    )
    more = len(found) > size
    return Page(found[:size], found[size - 1].pk if more else None, is_first)

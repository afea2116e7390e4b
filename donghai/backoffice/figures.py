"""The numbers on the admin's front page: what waits for a person, and where to go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.utils.functional import Promise

from donghai.backoffice.duties import Duties, may

MOST = 1000  # nobody needs to know more exactly, and counting on costs


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, in words, with the list it leads to."""

    title: str | Promise
    value: str | int
    url: str
    tone: Literal["", "ok", "warn", "bad"] = ""
    detail: str | Promise = ""


Source = Callable[[], Figure]
_sources: list[tuple[Duties, Source]] = []


def figure(duties: Duties) -> Callable[[Source], Source]:
    """Put what the function answers on the front page of these duties."""

    def register(source: Source) -> Source:
        _sources.append((duties, source))
        return source

    return register


def shown_to(request: HttpRequest) -> list[Figure]:
    """The figures of the person asking, in the order they were registered."""
    return [source() for duties, source in _sources if may(request, duties)]

"""Sorts, and the place in one where a page ends: that is all a next page needs."""

import base64
import binascii
import json
from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    NEWEST = "newest"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    MOST_SOLD = "most_sold"


@dataclass(frozen=True, slots=True)
class Order:
    """How a sort walks: along which column, then by product; up or down."""

    column: str  # "" where the product alone orders
    rises: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, "product_id") if self.column else ("product_id",)

    @property
    def by(self) -> str:
        way = "ASC" if self.rises else "DESC"
        return ", ".join(f"{column} {way}" for column in self.columns)

    @property
    def beyond(self) -> str:
        """The condition that a row comes after a place."""
        sign = ">" if self.rises else "<"
        places = ["%(after_value)s", "%(after_id)s"][-len(self.columns) :]
        return f"({', '.join(self.columns)}) {sign} ({', '.join(places)})"


ORDERS = {
    Sort.NEWEST: Order(""),
    Sort.CHEAPEST: Order("price_minor", rises=True),
    Sort.DEAREST: Order("price_minor"),
    Sort.MOST_SOLD: Order("sold"),
}
END = 2**62


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: its value in the sort and its product."""

    value: int
    product_id: int


def written(sort: Sort, place: Place) -> str:
    said = json.dumps([sort, place.value, place.product_id]).encode()
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def read(sort: Sort, text: str) -> Place | None:
    """None for what isn't a place in this sort: its first page is shown then."""
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        its_sort, value, product_id = said
        fits = its_sort == sort and all(
            type(number) is int and 0 <= number < END for number in (value, product_id)
        )
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    return Place(value, product_id) if fits else None

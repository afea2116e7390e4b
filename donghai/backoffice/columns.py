"""What stands in lists and forms of the admin: words, money, moments and links.

Each helper takes a dotted path into the row and a title, and makes a column.
"""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

Words = Any  # text, or text that waits for the reader's language
Column = Callable[[Any], Any]


class _Named:
    """A column that says its name, so that a stylesheet knows headings over numbers."""

    do_not_call_in_templates = True

    def __init__(self, show: Column, name: str) -> None:
        self.__dict__.update(vars(show))  # what admin.display said of it
        self.__name__ = name
        self.show = show

    def __call__(self, row: Any) -> Any:
        return self.show(row)

    def __str__(self) -> str:
        return self.__name__


# How a state looks; what isn't named is plain
TONES = {
    "ok": (
        *("DONE", "PAID", "CAPTURED", "CONSUMED", "RELEASED", "HANDED_OVER"),
        *("DELIVERED", "CLOSED", "APPROVED", "LISTED", "ON_AIR"),
    ),
    "warn": (
        *("AWAITING_PAYMENT", "OPEN", "PAYING", "HELD", "APPLIED", "DECLINED"),
        *("CANCELLED", "RETURNED"),
    ),
    "bad": ("PARKED", "REJECTED", "SUSPENDED"),
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


def value(row: Any, dotted: str) -> Any:
    """`row` at a dotted path, calling what can be called; None where it breaks off."""

    def step(at: Any, name: str) -> Any:
        found: Any = getattr(at, name, None)
        return found() if callable(found) else found

    return reduce(step, dotted.split("."), row)


def column(dotted: str, title: Words, *, order: str = "") -> Column:
    """What stands at a path, as it is."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        return _said(value(row, dotted))

    return _named(show, dotted)


def moment(dotted: str, title: Words) -> Column:
    """A moment by the page's clock, short enough for a list, sortable by eye."""

    @admin.display(description=title, ordering=dotted)
    def show(row: Any) -> Any:
        return _said(at_clock(value(row, dotted)))

    return _named(show, dotted)


def at_clock(at: datetime | None) -> SafeString | None:
    if at is None:
        return None
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M}",
    )


def money(dotted: str, title: Words) -> Column:
    """An amount, right-aligned, as the reader writes money."""

    @admin.display(description=title)
    def show(row: Any) -> Any:
        amount = value(row, dotted)
        return format_html('<b class="num">{}</b>', _said(amount))

    return _named(show, f"num_{dotted}")


def side(title: Words, sign: int) -> Column:
    """One of the two columns of a ledger: amounts of this sign, shown without it."""

    @admin.display(description=title)
    def show(posting: Any) -> Any:
        amount = posting.amount * sign
        return format_html('<b class="num">{}</b>', amount if amount.minor > 0 else "")

    return _named(show, "num_side")


def number(dotted: str, title: Words, *, order: str = "") -> Column:
    """A count, right-aligned."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        return format_html('<span class="num">{}</span>', value(row, dotted))

    return _named(show, f"num_{dotted}")


def state(dotted: str, title: Words, *, order: str = "") -> Column:
    """A state in words, coloured by how good it is."""
    holder, _dot, field = dotted.rpartition(".")

    @admin.display(description=title, ordering=order or dotted.replace(".", "__"))
    def show(row: Any) -> Any:
        stated = value(row, holder) if holder else row
        return _said(stated and pill(stated, field))

    return _named(show, dotted)


def link(dotted: str, title: Words, *, order: str = "") -> Column:
    """Another row, by its name, leading to its page."""

    @admin.display(description=title, ordering=order or None)
    def show(row: Any) -> Any:
        other = value(row, dotted)
        return _said(other and link_to(other))

    return _named(show, dotted)


def itself(title: Words) -> Column:
    """The row's own name, leading to its page."""

    @admin.display(description=title)
    def show(row: Any) -> Any:
        return link_to(row)

    return _named(show, "itself")


def pill(row: Any, field: str) -> SafeString:
    """The words of a state in its colour."""
    return format_html(
        '<span class="pill {}">{}</span>',
        TONE_OF.get(getattr(row, field), ""),
        getattr(row, f"get_{field}_display")(),
    )


def page_of(row: models.Model) -> str:
    """The address of a row's page in the admin; empty when it has none."""
    meta = row._meta
    try:
        return reverse(
            f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]
        )
    except NoReverseMatch:
        return ""


def list_of(model: type[models.Model], **query: object) -> str:
    """The address of a list in the admin, filtered."""
    meta = model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    asked = "&".join(f"{name}={wanted}" for name, wanted in query.items())
    return f"{address}?{asked}" if asked else address


def link_to(row: models.Model, text: object = None) -> SafeString:
    """A link to a row's page, or just its name when it has none."""
    address, words = page_of(row), str(row if text is None else text)
    return format_html('<a href="{}">{}</a>', address, words) if address else words  # type: ignore[return-value]


def titled(title: Words) -> type[admin.RelatedFieldListFilter]:
    """A filter by another row that says in the reader's language by what."""

    class Titled(admin.RelatedFieldListFilter):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return Titled


def _said(found: Any) -> Any:
    return "-" if found is None or found == "" else found


def _named(show: Column, dotted: str) -> Column:
    return _Named(show, dotted.replace(".", "_"))

"""What a form changes: what was typed beside what it showed, over what stands now.

A form stands open for hours, and shows all of a product. Meanwhile pieces are sold and
received, prices are set on their page, another device saves. What somebody didn't touch
stays as it stands.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self

from catalog.products import typed
from catalog.products.skus import alike

Typed = Mapping[str, str]
COUNTED = "on_hand"  # moves by as much as it was changed


@dataclass(frozen=True, slots=True)
class Shown:
    """Fields as a form shows them, empty ones left out; of variants by their SKU."""

    product: Typed = field(default_factory=dict)
    variants: Mapping[str, Typed] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Typed, numbers: Sequence[int]) -> Self:
        """What is shown in fields of these names: `mineral`, `v0-sku`."""
        rows = {number: fields_of(said, number) for number in numbers}
        keys = {f"v{number}-{name}" for number, row in rows.items() for name in row}
        return cls(
            {
                name: _plain(text)
                for name, text in said.items()
                if text and name not in keys
            },
            {alike(row["sku"]): row for row in rows.values() if row.get("sku")},
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `written` wrote; None for what isn't that."""
        try:
            said = json.loads(text)
            rows = [said["product"], *said["variants"].values()]
            is_whole = all(
                isinstance(each, str) for row in rows for each in row.values()
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return cls(said["product"], said["variants"]) if is_whole else None

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def fields_of(said: Typed, number: int) -> dict[str, str]:
    """What one variant's fields hold, by their names."""
    begin = f"v{number}-"
    return {
        name.removeprefix(begin): _plain(text)
        for name, text in said.items()
        if name.startswith(begin) and text
    }


def merged(
    said: Typed, numbers: Sequence[int], shown: Shown, now: Shown
) -> dict[str, str]:
    """What the form would hold had it been filled in now.

    Variants that came meanwhile stand in it, and those that went are gone unless
    something of them was typed.
    """
    names = {*shown.product, *now.product}
    found = dict(said) | {
        name: now.product.get(name, "")
        for name in names
        if _plain(said.get(name, "")) == shown.product.get(name, "")
    }
    kept: set[str] = set()
    for number in numbers:
        row = fields_of(said, number)
        sku = alike(row.get("sku", ""))
        kept.add(sku)
        was, stands = shown.variants.get(sku), now.variants.get(sku)
        if was is None or (stands is None and row != was):
            continue
        for name in {*row, *was, *(stands or ())}:
            found.pop(f"v{number}-{name}", None)
        if stands is not None:
            found |= _named(number, _row(row, was, stands))
    number = max(numbers, default=-1)
    for sku in sorted(now.variants.keys() - shown.variants.keys() - kept):
        number += 1
        found |= _named(number, now.variants[sku])
    return found


def _row(row: Typed, was: Typed, stands: Typed) -> dict[str, str]:
    found = {}
    for name in {*row, *was, *stands}:
        said, before, now = (each.get(name, "") for each in (row, was, stands))
        if said == before:
            found[name] = now
        elif name == COUNTED and now != before:
            found[name] = _moved(said, before, now)
        else:
            found[name] = said
    return found


def _moved(said: str, before: str, now: str) -> str:
    """As many more or fewer as somebody wrote; what can't be read stays as it is."""
    try:
        wanted, had, has = (typed.whole(text) for text in (said, before, now))
    except typed.NotANumber:
        return said
    if wanted is None or had is None or has is None:
        return said
    return str(max(0, has + wanted - had))


def _named(number: int, row: Typed) -> dict[str, str]:
    return {f"v{number}-{name}": text for name, text in row.items()}


def _plain(text: str) -> str:
    """Browsers send other ends of lines than they got."""
    return text.replace("\r\n", "\n")

"""A piece as a person or a program says it: a row of a sheet, an API's body, a form.

The editor, the import and the merchants' API all save pieces through `saving.save`, so
that a rule is written once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Self

from django.utils.functional import Promise

MEASURES = (
    "bead_mm",
    "wrist_mm",
    "length_mm",
    "width_mm",
    "height_mm",
    "diameter_mm",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One variant with the facts of its product. Money in fen.

    None and "" are unsaid: what stands is kept (see `over`), but that a title of ""
    takes one away that a person wrote.
    Codes are the glossary's (AMETHYST, BRACELET, NONE, VIOLET). Pieces that share a
    `product` number are variants of one product; without one a piece stands alone.
    `on_hand` is how many there are after saving. `titles` are those a person wrote, by
    language; all others are composed.
    """

    sku: str
    product: str = ""
    mineral: str = ""
    form: str = ""
    treatment: str = ""
    colour: str = ""
    motif: str = ""
    metal: str = ""
    origin: str = ""
    size: str = ""
    bead_mm: Decimal | None = None
    wrist_mm: Decimal | None = None
    length_mm: Decimal | None = None
    width_mm: Decimal | None = None
    height_mm: Decimal | None = None
    diameter_mm: Decimal | None = None
    weight_g: Decimal | None = None
    wholesale_minor: int | None = None
    min_quantity: int | None = None
    tiers: tuple[tuple[int, int], ...] | None = None  # from how many, fen; rising
    suggested_retail_minor: int | None = None
    least_retail_minor: int | None = None
    is_one_off: bool | None = None
    on_hand: int | None = None
    alarm_at: int | None = None
    hs_code: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    story: str = ""

    def over(self, standing: Self) -> Self:
        """What stands, with all that this one says written over it.

        The SKU is the standing one's, in whatever case this one writes it.
        """
        said = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name != "sku" and getattr(self, one.name) not in (None, "", {})
        }
        merged = {**standing.titles, **self.titles}
        said["titles"] = {code: title for code, title in merged.items() if title}
        return replace(standing, **said)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a piece, in a sentence that says what to do.

    `blocks` is False where the piece can be kept as a draft but not be listed; what
    only `warns` keeps nothing back.
    """

    field: str
    code: str
    sentence: str | Promise
    blocks: bool = True
    warns: bool = False

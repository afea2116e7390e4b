"""What people type into fields, read as numbers: 12,5, １２。５ and ¥1,280 alike."""

import re
from decimal import Decimal

from catalog.products.skus import plain

NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
UNIT = re.compile(r"(mm|cm|g|kg|克|毫米|元|块|个|件|pcs)$", re.IGNORECASE)
SIGN = re.compile(r"^[a-z]{0,3}[¥$€£₩]|[¥$€£₩]$", re.IGNORECASE)
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
DOTTED = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", re.ASCII)


class NotANumber(ValueError):
    """What was typed is no number we could mean."""


def decimal(text: str) -> Decimal | None:
    """A number of at most six places, None if nothing was typed."""
    said = plain(text).replace("。", ".")
    said = UNIT.sub("", SIGN.sub("", said).strip()).strip()
    if not said:
        return None
    if THOUSANDS.fullmatch(said):
        said = said.replace(",", "")
    elif DOTTED.fullmatch(said):
        said = said.replace(".", "")
    said = said.replace(",", ".")
    if not NUMBER.fullmatch(said):
        raise NotANumber(text)
    return Decimal(said)


def whole(text: str) -> int | None:
    """A whole number, None if nothing was typed."""
    said = decimal(text)
    if said is None:
        return None
    if said != said.to_integral_value():
        raise NotANumber(text)
    return int(said)


def fen(text: str) -> int | None:
    """Yuan as typed, in fen; None if nothing was typed."""
    said = decimal(text)
    if said is None:
        return None
    minor = said * 100
    if minor != minor.to_integral_value():
        raise NotANumber(text)
    return int(minor)


def tiers(text: str) -> tuple[tuple[int, int], ...]:
    """Price tiers as people write them, in any order: "10: 55, 50: 48.50", by lines."""
    found = []
    for part in re.split(r"[;；\n，]|,\s", plain(text)):
        if not part.strip():
            continue
        quantity, sign, price = re.sub(r"[+>=≥起]", "", part).partition(":")
        many, each = whole(quantity), fen(price)
        if not sign or many is None or each is None:
            raise NotANumber(text)
        found.append((many, each))
    return tuple(sorted(found))


def tiers_in_words(pairs: tuple[tuple[int, int], ...] | None) -> str:
    """The same, to be typed on: 10: 55; 50: 48.50."""
    return "; ".join(f"{many}: {yuan(each)}" for many, each in pairs or ())


def yuan(minor: int | None) -> str:
    """Fen as yuan to be typed on: 12.50, 60."""
    if minor is None:
        return ""
    return f"{minor // 100}" if minor % 100 == 0 else f"{minor / 100:.2f}"

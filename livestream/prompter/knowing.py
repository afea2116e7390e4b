"""What is known of the piece in the host's hand: the cases that hold, and their words.

What isn't known is in neither, so that no sentence can name it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from catalog.glossary import book, titles
from catalog.glossary.models import Measure, Term
from donghai import countries
from donghai.money import Money
from livestream.prompter import speaking
from livestream.prompter.cards import CASES, KNOWN, UNKNOWN, rows

ROUGHLY = ("DYED", "COATED", "FILLED", "RECONSTITUTED")  # not for water
PALING = ("DYED", "COATED", "IRRADIATED")  # not for the sun
TARNISHING = ("BASE", "SILVER")
ACROSS = (Measure.BEAD.value, Measure.WRIST.value)


@dataclass(frozen=True, slots=True)
class Door:
    """One piece alone at a door in the session's market, everything included."""

    price: Money
    is_estimate: bool
    days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What may be said of a listing; the maker by name and Chinese name."""

    facts: titles.Facts
    price: Money
    left: int
    is_one_off: bool = False
    metal: str = "NONE"
    merchant: str = ""
    artisan: tuple[str, str] | None = None
    door: Door | None = None


@dataclass(frozen=True, slots=True)
class Evening:
    """What is the same for every piece: who speaks, and to which country."""

    host: str
    country: str


Holding = dict[str, tuple[str, ...]]


def cases_of(piece: Piece | None) -> Holding:
    """Which cases hold of each fact, the narrowest first; none of a missing piece."""
    if piece is None:
        return dict.fromkeys(("landed",), ("LATER",))
    facts, words = piece.facts, words_of(piece, Evening("", "CN"), "en")
    holding: Holding = {
        by: (KNOWN,) if by in words else (UNKNOWN,)
        for by, cases in CASES.items()
        if (KNOWN,) in cases and by != "worked"
    }
    for by, case in _decided(piece):
        chain = [holds for holds in CASES[by] if holds[0] == case]
        holding[by] = chain[0] if chain else (UNKNOWN,)
    if "treatment" not in words:
        holding["treatment"] = (UNKNOWN,)
    is_rough = book.family(facts.form) == Term.Family.ROUGH
    holding["worked"] = ("RAW",) if is_rough else (KNOWN,)
    return holding


def _decided(piece: Piece) -> Iterator[tuple[str, str]]:
    yield "treatment", piece.facts.treatment or UNKNOWN
    yield "metal", piece.metal
    yield "left", "OUT" if piece.left <= 0 else "ONE" if piece.left == 1 else "MANY"
    yield "oneoff", "ONLY" if piece.is_one_off else "MORE"
    if piece.door is None:
        yield "landed", "LATER"
    else:
        yield "landed", "ESTIMATE" if piece.door.is_estimate else "CERTAIN"
    yield from zip(("hardness", "water", "sun"), _care(piece), strict=True)


def _care(piece: Piece) -> tuple[str, str, str]:
    """How hard it is, and what water and sun do to it, by mineral and treatment."""
    treatment = piece.facts.treatment
    if treatment == titles.GLASS:
        return "SOFT", "FINE", "FINE"
    hardness, water, sun = cared_for().get(piece.facts.mineral, (UNKNOWN,) * 3)
    if treatment in ROUGHLY or piece.metal in TARNISHING:
        water = "CAREFUL"
    if treatment in PALING:
        sun = "FADES"
    return ("SOFT" if treatment == "RECONSTITUTED" else hardness), water, sun


def words_of(piece: Piece | None, evening: Evening, language: str) -> dict[str, str]:
    """The words of one language for all that is known."""
    words = {
        "host": evening.host,
        "country": countries.names(language).get(evening.country, evening.country),
        "hold": speaking.lasting(settings.HOLD_MINUTES, "minute", language),
        "returns": speaking.lasting(settings.RETURN_WINDOW_DAYS, "day", language),
        "cutoff": speaking.lasting(settings.PARCEL_CUTOFF_HOURS, "hour", language),
    }
    if piece is None:
        return words
    found = dict(_of_stone(piece.facts, language)) | dict(_of_sizes(piece, language))
    found |= {
        "price": speaking.money(piece.price, language),
        "left": str(piece.left),
        "merchant": piece.merchant,
    }
    if piece.artisan:
        found["artisan"] = piece.artisan[language == "zh-hans"]
    if piece.door:
        found["landed"] = speaking.money(piece.door.price, language)
        if piece.door.days:
            found["days"] = "–".join(str(days) for days in piece.door.days)
    return words | {key: said for key, said in found.items() if said}


def _of_stone(facts: titles.Facts, language: str) -> Iterator[tuple[str, str]]:
    named = book.book().words[language]
    if facts.mineral:
        yield "mineral", titles.name_mineral(facts, language)
        yield "piece", titles.name_piece(facts, language)
    treatment = named.get(facts.treatment)
    if treatment and facts.mineral:
        yield "treatment", treatment.grammar.get("sentence", "")
    if facts.colour in named:
        yield "colour", named[facts.colour].name
    if facts.origin and facts.treatment not in (titles.GLASS, "SYNTHETIC"):
        yield "origin", countries.names(language).get(facts.origin, facts.origin)


def _of_sizes(piece: Piece, language: str) -> Iterator[tuple[str, str]]:
    sizes = titles.sizes_of(piece.facts)
    for measure in (*ACROSS, Measure.DIAMETER.value):
        if measure in sizes:
            key = measure.removesuffix("_mm")
            yield key, speaking.lengths((sizes[measure],), language)
    rest = [size for measure, size in sizes.items() if measure not in ACROSS]
    shown = rest or [sizes[measure] for measure in ACROSS[:1] if measure in sizes]
    if shown:
        yield "size", speaking.lengths(tuple(shown), language)
    if piece.facts.weight_g is not None:
        yield "weight", speaking.weight(piece.facts.weight_g, language)


@cache
def cared_for() -> dict[str, tuple[str, str, str]]:
    """Hardness, water and sun of each mineral."""
    return {
        row["mineral"]: (row["hardness"], row["water"], row["sun"])
        for row in rows("care")
    }

"""How people ask for a piece: each kind of query, made of a piece that is there."""

import random
from collections.abc import Callable
from dataclasses import replace

from bench.crystals import LANGUAGES
from catalog.search import places
from catalog.search.documents import Document
from catalog.search.finding import Query
from catalog.search.places import Place, Sort

SORTS = list(Sort)
COMBINATIONS = (
    ("mineral",),
    ("form",),
    ("mineral", "form"),
    ("mineral", "colour"),
    ("form", "origin"),
    ("colour", "treatment"),
    ("mineral", "form", "one_off"),
    ("form", "size", "colour"),
)
ADJACENT = {
    "a": "s",
    "e": "r",
    "i": "o",
    "o": "p",
    "n": "m",
    "r": "t",
    "t": "y",
    "l": "k",
}


def listing(piece: Document, chance: random.Random) -> Query:
    """All there is, or what is in stock, in any order."""
    return Query(sort=chance.choice(SORTS), in_stock=chance.random() < 0.5)


def filtered(piece: Document, chance: random.Random) -> Query:
    """By some facts of the piece, or all of its merchant; now and then a price too."""
    sort, in_stock = chance.choice(SORTS), chance.random() < 0.5
    if chance.random() < 0.15:
        return Query(
            merchant_ids=frozenset([piece.merchant_id]), sort=sort, in_stock=in_stock
        )
    facets = chance.choice(COMBINATIONS)
    filters = {f: frozenset(piece.facets[f]) for f in facets if f in piece.facets}
    query = Query(filters=filters, sort=sort, in_stock=in_stock)
    if chance.random() < 0.3:
        near = piece.price_minor
        return replace(query, price_from=near * 2 // 3, price_to=near * 3 // 2)
    return query


def english(piece: Document, chance: random.Random) -> Query:
    return _typed(piece, chance, "en")


def chinese(piece: Document, chance: random.Random) -> Query:
    return _typed(piece, chance, "zh-hans")


def mistyped(piece: Document, chance: random.Random) -> Query:
    """A letter doubled, left out, swapped with the next or with one beside it."""
    query = _typed(piece, chance, chance.choice(("en", "es")))
    words = query.text.split()
    number = max(range(len(words)), key=lambda n: len(words[n]))
    words[number] = _damaged(words[number], chance)
    return replace(query, text=" ".join(words))


def sku(piece: Document, chance: random.Random) -> Query:
    """Some first signs of it, or all."""
    whole = piece.skus[0]
    return Query(text=whole[: chance.choice((6, 8, 10, 12, len(whole)))])


def deep(piece: Document, chance: random.Random) -> Query:
    """A page anywhere in a list: the one that comes after the piece."""
    sort = chance.choice(SORTS)
    value = {Sort.NEWEST: piece.product_id, Sort.MOST_SOLD: chance.choice((0, 0, 1, 3))}
    place = Place(value.get(sort, piece.price_minor), piece.product_id)
    return replace(
        filtered(piece, chance), sort=sort, after=places.written(sort, place)
    )


def _typed(piece: Document, chance: random.Random, language: str) -> Query:
    """A title: facts alone or with its own word; or what a merchant is called."""
    title = piece.texts[LANGUAGES.index(language)]
    if chance.random() < 0.1:
        title = piece.texts[4 if language == "zh-hans" else 3]
    return Query(text=title, language=language, sort=chance.choice(SORTS))


def _damaged(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1) if len(word) > 2 else 0
    letter, after = word[at], word[at + 1 : at + 2]
    instead = (
        letter * 2 + after,
        after,
        after + letter,
        ADJACENT.get(letter, "") + after,
    )
    return word[:at] + chance.choice(instead) + word[at + 2 :]


KINDS: dict[str, Callable[[Document, random.Random], Query]] = {
    "list": listing,
    "filtered": filtered,
    "English": english,
    "Chinese": chinese,
    "mistyped": mistyped,
    "SKU": sku,
    "deep page": deep,
}

"""A product as others hand it to search, and the row that becomes of it."""

import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, reduce
from hashlib import blake2b
from itertools import product, starmap
from operator import or_

from catalog.search.lexicon import Fact, Lexicon, Match, between
from catalog.search.words import LONGEST, fold, tokens, units

MOST_WORDS = 200  # of one product
PART_OF_SKU = re.compile(r"[\W_]+")
# Lower ends of price bands in fen.
PRICE_BANDS = (0, 10_00, 30_00, 100_00, 300_00, 1000_00, 3000_00)
# Upper ends in mm of the bands that things without beads are found by.
SIZE_BANDS = (20, 40, 80, 150)


@dataclass(frozen=True, slots=True)
class Document:
    """A product. Whether it's in stock and how much was sold isn't its to say."""

    product_id: int
    merchant_id: int
    is_public: bool  # listed, and its merchant approved
    facets: Mapping[str, tuple[str, ...]]  # "mineral": ("AMETHYST",), "size": ("8",)
    price_minor: int  # the lowest wholesale price of a piece, in fen
    texts: tuple[str, ...]  # titles in all languages, the merchant's names
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of a document."""

    document: Document
    facts: tuple[Fact, ...]  # all it can be filtered by, but stock and merchant
    words: tuple[str, ...]  # free ones: those that don't just say its facts

    @property
    def packed(self) -> bytes:
        """The codes of its facts, one after the other."""
        return b"".join(map(packed, self.facts))

    @property
    def signature(self) -> int:
        return reduce(or_, map(bits_of, self.facts), 0)

    @property
    def tokens(self) -> list[str]:
        merchant = merchant_token(self.document.merchant_id)
        facets = self.document.facets
        pairs = starmap(
            pair, product(facets.get("mineral", ()), facets.get("form", ()))
        )
        return [*map(fact_token, (*self.facts, *pairs)), merchant, *self.words]

    @property
    def skus(self) -> set[str]:
        return {sku for each in self.document.skus for sku in beginnings(each)}

    def code(self, facet: str) -> int:
        """Of its one fact of this kind; 0 if it has none."""
        values = self.document.facets.get(facet, ())
        if len(values) > 1:
            raise ValueError(f"a product has one {facet}, not {values}")
        return code_of(facet, values[0]) if values else 0


def row_of(document: Document, lexicon: Lexicon) -> Row:
    facts = dict.fromkeys(
        (facet, value) for facet, values in document.facets.items() for value in values
    )
    facts["price_band", price_band(document.price_minor)] = None
    words = dict.fromkeys(
        word for text in document.texts for word in _free(text, facts.keys(), lexicon)
    )
    return Row(document, tuple(facts), tuple(words)[:MOST_WORDS])


def price_band(price_minor: int) -> str:
    """The lower end, in fen, of the band a price is in."""
    return str(PRICE_BANDS[bisect_right(PRICE_BANDS, max(0, price_minor)) - 1])


def price_bands(first: int, last: int) -> list[Fact]:
    """Those that prices from first to last are in; none if that is all of them."""
    bands = PRICE_BANDS[max(0, bisect_right(PRICE_BANDS, first) - 1) :]
    bands = bands[: bisect_right(bands, last)]
    if len(bands) == len(PRICE_BANDS):
        return []
    return [("price_band", str(begin)) for begin in bands]


def size_band(millimetres: Decimal) -> str:
    """The band a longest side is in: "40-80", and "150-" above all."""
    upper = bisect_left(SIZE_BANDS, millimetres)
    ends = (0, *SIZE_BANDS, "")
    return f"{ends[upper]}-{ends[upper + 1]}"


def sku_of(typed: str) -> str:
    """A SKU without case, width and signs."""
    return "".join(c for c in fold(typed) if c.isalnum())


def beginnings(sku: str) -> Iterator[str]:
    """All of it, and what begins with each of its parts but the last."""
    parts = [part for part in map(sku_of, PART_OF_SKU.split(sku)) if part]
    for first in range(max(1, len(parts) - 1)):
        if rest := "".join(parts[first:]):
            yield rest


def pair(mineral: str, form: str) -> Fact:
    """Both at once, as they're most often asked for: a fact of the index alone."""
    return "both", f"{mineral}+{form}"


def fact_token(fact: Fact) -> str:
    facet, value = fact
    return f"{facet}={'_'.join(value.split())}"[:LONGEST]


def merchant_token(merchant_id: int) -> str:
    return f"@{merchant_id}"


@lru_cache(maxsize=20_000)
def code_of(facet: str, value: str) -> int:
    """A fact's number: the same everywhere, so that nobody need hand them out."""
    digest = blake2b(f"{facet}={value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 2 | 1 << 32


def packed(fact: Fact) -> bytes:
    return struct.pack(">q", code_of(*fact))


def bits_of(fact: Fact) -> int:
    """Two bits, of sixty, that the signature of whatever has this fact has as well."""
    rest, one = divmod(code_of(*fact), 60)
    return 1 << one | 1 << rest % 60


def _free(text: str, facts: Set[Fact], lexicon: Lexicon) -> Iterator[str]:
    cut, matches = _read(text, lexicon)
    explained = [match for match in matches if match.facts & facts]
    for segment in between(cut, explained):
        yield from (token for token in tokens(segment) if token)


@lru_cache(maxsize=20_000)
def _read(text: str, lexicon: Lexicon) -> tuple[tuple[str, ...], tuple[Match, ...]]:
    """Titles that are made of facts recur in many products."""
    cut = units(text)
    return cut, tuple(lexicon.matches(cut))

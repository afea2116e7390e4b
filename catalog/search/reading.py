"""What somebody may have meant by what he typed: facts, free words and SKUs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.search import mending
from catalog.search.documents import SIZE_BANDS, size_band, sku_of
from catalog.search.lexicon import Fact, Lexicon, Match, between
from catalog.search.words import fold, units, wanted
from donghai import sql

MOST_TEXT = 200  # letters
MOST_UNITS = 24
MOST_OF_SKU = (
    1000  # products whose SKU begins as typed: the next letter tells them apart
)
LAST = "\U0010ffff"

CENTIMETRES = "cm(?![a-z])|см(?![а-я])|سم|厘米|公分|センチ(?:メートル)?|센티(?:미터)?"
MILLIMETRES = "mm(?![a-z])|мм(?![а-я])|مم|毫米|ミリ(?:メートル)?|밀리(?:미터)?"
SIZE = re.compile(rf"(\d{{1,3}}(?:[.,]\d)?)\s*(?:(?P<mm>{MILLIMETRES})|{CENTIMETRES})")
MOST_BEAD = SIZE_BANDS[0]  # mm: what's larger may be the side of a thing without beads
SKU = re.compile(r"[a-z0-9]{4,40}")  # four signs are enough to look for one

SKU_SQL = """
SELECT product_id FROM catalog_searchsku s
WHERE sku >= %(first)s AND sku < %(last)s
  AND (%(merchant)s::bigint IS NULL OR EXISTS (
      SELECT FROM catalog_searchrow r
      WHERE r.product_id = s.product_id AND r.merchant_id = %(merchant)s))
ORDER BY sku LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Sense:
    """A phrase of the lexicon: what it means, one of these facts; as which words it may
    just occur as well, if there are such."""

    facts: frozenset[Fact]
    tokens: tuple[str, ...] = ()

    @property
    def facets(self) -> set[str]:
        return {facet for facet, _ in self.facts}


@dataclass(slots=True)
class Reading:
    """What is looked for; all of it must be met."""

    senses: list[Sense] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    products: list[int] | None = None  # whose SKU begins as typed
    corrected: list[tuple[str, str]] = field(default_factory=list)  # typed, read as
    unknown: list[str] = field(default_factory=list)  # in no product: left out

    @property
    def may_name(self) -> bool:
        """Words of the trade in it occur as words, as in a merchant's name."""
        return any(sense.tokens for sense in self.senses)

    @property
    def is_of_nothing(self) -> bool:
        """Something was typed, and nothing of it is known."""
        meant = self.senses or self.words or self.products is not None
        return bool(self.unknown) and not meant


def read(
    text: str, lexicon: Lexicon, *, language: str = "", merchant_id: int | None = None
) -> Reading:
    """Sizes and SKUs are taken out, what's known is kept, the rest mended if it can be.

    A word that no product has and that resembles none is left out, not in the way.
    """
    found = Reading()
    rest = _take_sizes(fold(text[:MOST_TEXT]), found)
    numbered, plain = _parted(rest)
    kept = [each for each in numbered if not _is_sku(each, found, merchant_id)]
    cut = list(units(" ".join([*plain, *kept]))[:MOST_UNITS])
    known = mending.known(cut, lexicon)
    strange = [unit for unit in cut if mending.is_strange(unit, known, lexicon)]
    skus = {each for each in strange if _is_sku(each, found, merchant_id)}
    cut = [unit for unit in cut if unit not in skus]
    cut, found.corrected = mending.mended(cut, known, lexicon)
    matches = list(lexicon.matches(cut, language))
    for match in matches:
        found.senses.append(_sense(match, cut, known))
    loose = [unit for segment in between(cut, matches) for unit in wanted(segment)]
    for token in filter(None, loose):
        (found.words if mending.occurs(token, known) else found.unknown).append(token)
    return found


def _sense(match: Match, cut: Sequence[str], known: set[str]) -> Sense:
    """A lone sign only means something: it begins too many words."""
    typed = tuple(filter(None, wanted(cut[match.start : match.end])))
    occurs = known.issuperset(typed) and not (len(typed) == 1 == len(typed[0]))
    return Sense(match.facts, typed if occurs else ())


def _take_sizes(text: str, found: Reading) -> str:
    for typed in SIZE.finditer(text):
        size = Decimal(typed[1].replace(",", ".")) * (1 if typed["mm"] else 10)
        values = {f"{size.normalize():f}"}
        if size > MOST_BEAD:
            values.add(size_band(size))
        found.senses.append(Sense(frozenset(("size", value) for value in values)))
    return SIZE.sub(" ", text)


def _parted(text: str) -> tuple[list[str], list[str]]:
    """What has digits, as SKUs do, and what has none."""
    numbered: list[str] = []
    plain: list[str] = []
    for chunk in text.split():
        (numbered if any(map(str.isdigit, chunk)) else plain).append(chunk)
    return numbered, plain


def _is_sku(typed: str, found: Reading, merchant_id: int | None) -> bool:
    """Whether a product's SKU begins like this; if so, only such products are meant."""
    sku = sku_of(typed)
    if not SKU.fullmatch(sku):
        return False
    rows = sql.rows(
        SKU_SQL, first=sku, last=sku + LAST, merchant=merchant_id, most=MOST_OF_SKU
    )
    products = {row.product_id for row in rows}
    if products and found.products is not None:
        products &= set(found.products)
    if products:
        found.products = sorted(products)
    return bool(rows)

"""What somebody may have meant by what he typed: facts, free words and SKUs."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal

from catalog.search import mending
from catalog.search.documents import SIZE_BANDS, size_band, sku_of
from catalog.search.lexicon import Fact, Lexicon, Match, between
from catalog.search.words import fold, is_sign, units, wanted
from donghai import sql

MOST_TEXT = 200  # letters
MOST_UNITS = 24
MOST_OF_SKU = 300  # products whose SKU begins as typed: the next letter tells more
LAST = "\U0010ffff"
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u064b-\u065f'’])+")

CENTIMETRES = "cm(?![a-z])|см(?![а-я])|سم|厘米|公分|センチ(?:メートル)?|센티(?:미터)?"
MILLIMETRES = "mm(?![a-z])|мм(?![а-я])|مم|毫米|ミリ(?:メートル)?|밀리(?:미터)?"
SIZE = re.compile(rf"(\d{{1,3}}(?:[.,]\d)?)\s*(?:(?P<mm>{MILLIMETRES})|{CENTIMETRES})")
MOST_BEAD = SIZE_BANDS[0]  # mm: what's larger may be the side of a thing without beads
SKU = re.compile(r"[a-z0-9]{4,40}")  # four signs are enough to look for one
SKU_END = re.compile(r"(?=.*\d)[a-z0-9]{3,40}")  # three where they end it
LONGEST_PREFIX = 4  # letters that stand apart from a SKU's number: DH 0046
ALONE = ("mineral", "form")  # of these a piece has one
MOST_UNKNOWN = 5  # are told

BEGINS_SQL = "sku >= %(first)s AND sku < %(last)s"
ENDS_SQL = "reverse(sku) >= %(end)s AND reverse(sku) < %(end_last)s"
SKU_SQL = """
(SELECT product_id FROM catalog_searchsku s
 WHERE {where}
   AND (%(merchants)s::bigint[] IS NULL OR EXISTS (
       SELECT FROM catalog_searchrow r
       WHERE r.product_id = s.product_id AND r.merchant_id = ANY(%(merchants)s)))
 ORDER BY {by} LIMIT %(most)s)
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
    is_unreadable: bool = False  # something was typed, but no word
    lengths: dict[Sense, str] = field(default_factory=dict)  # as typed
    partly: dict[Sense, frozenset[Fact]] = field(default_factory=dict)  # else meant

    @property
    def may_name(self) -> bool:
        """Words of the trade in it occur as words, as in a merchant's name."""
        return any(sense.tokens for sense in self.senses)

    @property
    def means_something(self) -> bool:
        return bool(self.senses or self.words or self.products is not None)

    def without_lengths(self) -> "Reading":
        """Not every side of a piece is a fact of it: a wrist isn't."""
        senses = [sense for sense in self.senses if sense not in self.lengths]
        unknown = [*self.lengths.values(), *self.unknown][:MOST_UNKNOWN]
        return replace(self, senses=senses, unknown=unknown, lengths={})

    def widened(self) -> "Reading":
        """Words that may be of longer phrases, too: rose is also of rose quartz. And of
        two minerals or forms either, as no piece is both."""
        senses: list[Sense] = []
        either: dict[str, Sense] = {}
        for sense in self.senses:
            facts = sense.facts | self.partly.get(sense, frozenset())
            [facet, *others] = sorted({facet for facet, _ in facts})
            if others or facet not in ALONE:
                senses.append(Sense(facts, sense.tokens))
            else:
                had = either.get(facet, Sense(frozenset()))
                either[facet] = Sense(had.facts | facts)
        return replace(self, senses=[*senses, *either.values()], partly={})

    @property
    def is_of_nothing(self) -> bool:
        """Something was typed, and nothing of it is known."""
        told = self.unknown or self.is_unreadable
        return bool(told) and not self.means_something


def read(
    text: str,
    lexicon: Lexicon,
    *,
    language: str = "",
    merchant_ids: Set[int] = frozenset(),
) -> Reading:
    """Sizes and SKUs are taken out, what's known is kept, the rest mended if it can be.

    A word that no product has and that resembles none is left out, not in the way.
    """
    found, skus = Reading(), Skus(merchant_ids)
    rest = _take_sizes(fold(text[:MOST_TEXT]), found)
    cut = list(units(" ".join(skus.left_of(rest.split())))[:MOST_UNITS])
    cut, known = mending.taken_apart(cut, mending.known(cut, lexicon), lexicon)
    strange = [unit for unit in cut if mending.is_strange(unit, known, lexicon)]
    taken = {each for each in strange if skus.take(each)}
    found.products = skus.products
    cut = [unit for unit in cut if unit not in taken]
    cut, corrected = mending.mended(cut, known, lexicon)
    matches = list(lexicon.matches(cut, language))
    for match in matches:
        found.senses.append(sense := _sense(match, cut, known))
        if match.end - match.start == 1:
            found.partly[sense] = lexicon.partly(cut[match.start], language)
    missing: list[str] = []
    for segment in between(cut, matches):
        _sort_out(segment, known, found.words, missing)
    partly = {word: lexicon.partly(word, language) for word in missing}
    found.senses += [Sense(facts) for facts in partly.values() if facts]
    unknown = [word for word in missing if not partly[word]]
    typed = _as_typed(text)
    found.corrected = [(typed.get(one, one), other) for one, other in corrected]
    told = dict.fromkeys(typed.get(each, each) for each in unknown)
    found.unknown = list(told)[:MOST_UNKNOWN]
    is_read = cut or unknown or found.means_something
    found.is_unreadable = bool(text.strip()) and not is_read
    return found


def _sort_out(
    segment: Sequence[str], known: set[str], words: list[str], unknown: list[str]
) -> None:
    """Words that occur, and those that don't; signs side by side are one of those."""
    missing: list[str] = []
    for unit, token in zip([*segment, ""], [*wanted(segment), ""], strict=True):
        is_missing = bool(token) and not mending.occurs(token, known)
        if is_missing and is_sign(unit):
            begun = missing.pop() if missing and missing[-1][-1] == unit else ""
            missing.append(begun + token[bool(begun) :])
            continue
        unknown += missing
        missing = [token] if is_missing else []
        if token and not is_missing:
            words.append(token)
    unknown += missing


def _as_typed(text: str) -> dict[str, str]:
    """Words by what becomes of them."""
    return {fold(word): word for word in WORD.findall(text[:MOST_TEXT])}


def _sense(match: Match, cut: Sequence[str], known: set[str]) -> Sense:
    """A lone sign only means something: it begins too many words."""
    typed = tuple(filter(None, wanted(cut[match.start : match.end])))
    occurs = known.issuperset(typed) and not (len(typed) == 1 == len(typed[0]))
    return Sense(match.facts, typed if occurs else ())


def _take_sizes(text: str, found: Reading) -> str:
    for typed in SIZE.finditer(text):
        size = Decimal(typed[1].replace(",", ".")) * (1 if typed["mm"] else 10)
        values = {f"{size.normalize():f}"}
        sense = Sense(frozenset(("size", value) for value in values))
        if size > MOST_BEAD:
            sense = Sense(sense.facts | {("size", size_band(size))})
            found.lengths[sense] = typed[0]
        found.senses.append(sense)
    return SIZE.sub(" ", text)


@dataclass(slots=True)
class Skus:
    """SKUs somebody typed, and the products that have all of them."""

    merchant_ids: Set[int]  # among theirs; none is all
    products: list[int] | None = None

    def left_of(self, chunks: list[str]) -> list[str]:
        """Chunks that are no SKU. Those with digits may be: all of them, one and the
        letters before it, or one; where nothing but numbers is typed, its end, too."""
        numbered = [any(map(str.isdigit, chunk)) for chunk in chunks]
        if not any(numbered):
            return chunks
        if 1 < len(chunks) <= LONGEST_PREFIX and self.take("".join(chunks)):
            return []
        left: list[str] = []
        for chunk, is_numbered in zip(chunks, numbered, strict=True):
            before = left[-1] if left and len(left[-1]) <= LONGEST_PREFIX else ""
            if is_numbered and before and self.take(before + chunk):
                left.pop()
            elif not is_numbered or not self.take(chunk, or_end=all(numbered)):
                left.append(chunk)
        return left

    def take(self, typed: str, *, or_end: bool = False) -> bool:
        """Whether a product's SKU begins (or ends) like this: only such are meant."""
        sku = sku_of(typed)
        ways = [(BEGINS_SQL, "sku")] if SKU.fullmatch(sku) else []
        if or_end and SKU_END.fullmatch(sku):
            ways.append((ENDS_SQL, "reverse(sku)"))
        if not ways:
            return False
        union = " UNION ALL ".join(SKU_SQL.format(where=w, by=by) for w, by in ways)
        found = sql.row(
            f"SELECT ARRAY({union}) AS products",
            first=sku,
            last=sku + LAST,
            end=sku[::-1],
            end_last=sku[::-1] + LAST,
            merchants=sorted(self.merchant_ids) or None,
            most=MOST_OF_SKU,
        )
        products = set(found.products)
        if products and self.products is not None:
            products &= set(self.products)
        if products:
            self.products = sorted(products)
        return bool(found.products)

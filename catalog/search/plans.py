"""The two ways to a page, chosen here and not left to the planner's guess.

WALK goes along the index that has the page's order and takes what matches, for so many
steps. It is short where many match, and goes on a while for the page alone where it
need not look at rows. GATHER asks the index of tokens for all that match and sorts
them. It is short where few do, and gives up where they are too many. A page is never
shown short because a way was too long: the other way is gone then, and last a walk
without end that stops once it has the page.

A total and the counts are of the first matches, or of those a walk has met.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from catalog.search.documents import (
    bits_of,
    code_of,
    fact_token,
    merchant_token,
    packed,
    pair,
    price_bands,
)
from catalog.search.places import ORDERS, Place, Sort
from catalog.search.reading import Sense
from catalog.search.words import is_sign
from donghai import sql

MOST, MOST_TYPED = 250, 100  # matches that are counted; where words are read, too
STEPS, SKIMS = 3000, 30_000  # of a walk; where the index alone is read, for a page
FEW, MANY = 2000, 20_000  # matches gathered: before a walk, and when that found too few
BRANCHES = 6  # indexes that are walked at once, for filters with several values
TOKENS = "tokens @@ %(tokens)s::tsquery"
MERCHANTS = "merchant_id = ANY(%(merchants)s::bigint[])"
PRICES = "price_minor BETWEEN %(price_from)s AND %(price_to)s"
WITHOUT_END = 2**40

ROW = "product_id, merchant_id, price_minor, sold, is_public, in_stock, facts, tokens"

# Looks at rows one by one.
WALK_SQL = """
    SELECT product_id, {value} AS value, merchant_id, in_stock, facts
    FROM (SELECT * FROM ({branches}) branch ORDER BY {by} LIMIT {steps}) walked
    WHERE {fits} LIMIT {most}
"""
# Looks at a row only where the index says that it may fit.
SKIM_SQL = """
    SELECT product_id, {value} AS value, merchant_id, in_stock, facts
    FROM (SELECT * FROM ({branches}) branch ORDER BY {by} LIMIT {steps}) skimmed
    CROSS JOIN LATERAL (
        SELECT merchant_id, in_stock, facts FROM catalog_searchrow r
        WHERE r.product_id = skimmed.product_id AND {fits} OFFSET 0) seen
    WHERE {may_fit} LIMIT {most}
"""
BRANCH_SQL = "SELECT {columns} FROM catalog_searchrow WHERE {conditions}"

GATHERED_SQL = """
WITH gathered AS MATERIALIZED (
    SELECT product_id, merchant_id, price_minor, sold, in_stock, facts{tokens}
    FROM catalog_searchrow WHERE {conditions} LIMIT {steps})
"""
GATHER_SQL = """
    SELECT product_id, {value} AS value, merchant_id, in_stock, facts
    FROM gathered WHERE {fits} ORDER BY {by} LIMIT {most}
"""

PAGE_SQL = """
SELECT page.*, {is_cut} AS is_cut FROM (
    SELECT (array_agg(product_id))[:%(size)s + 1] AS products,
           (array_agg(value))[:%(size)s + 1] AS places,
           count(*) AS total, {counted}
    FROM ({found}) found) page
"""
# Counted by us: PostgreSQL takes ten times as long to unfold and group them.
COUNTED = """
           string_agg(facts, '') AS facts, array_agg(merchant_id) AS merchants,
           count(*) FILTER (WHERE in_stock) AS in_stock"""
NOT_COUNTED = "NULL AS facts, NULL AS merchants, 0 AS in_stock"

# Counts its steps only where it may have run out of them.
WALK_IS_CUT = """
CASE WHEN total < {most} THEN (
    SELECT count(*) = {steps} FROM (
        SELECT FROM ({steps_taken}) branch ORDER BY {by} LIMIT {steps}) walked)
ELSE false END"""
GATHER_IS_CUT = "(SELECT count(*) = {steps} FROM gathered)"


@dataclass(frozen=True)
class Wish:
    """What a page must hold: a fact or word of each sense, all words, all the rest."""

    senses: Sequence[Sense]
    words: Sequence[str]
    products: Sequence[int] | None
    prices: tuple[int, int] | None
    in_stock: bool
    merchant_ids: Sequence[int]  # any of them; none is all
    public_only: bool
    sort: Sort
    place: Place | None  # where the page before ended
    size: int
    counted: int  # matches of a first page

    @property
    def most(self) -> int:
        """Only a first page counts more than it shows."""
        return self.size + 1 if self.place else max(self.counted, self.size + 1)

    @property
    def beyond(self) -> list[str]:
        return [ORDERS[self.sort].beyond] if self.place else []

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"size": self.size}
        if self.place:
            facts["after_value"] = self.place.value
            facts["after_id"] = self.place.product_id
        if self.prices:
            facts["price_from"], facts["price_to"] = self.prices
        if self.merchant_ids and not self.goes_by_merchant:
            facts["merchants"] = list(self.merchant_ids)
        return facts

    @cached_property
    def tokens(self) -> str:
        """All of it that tokens say."""
        senses = _paired(self.senses)
        if self.prices and (bands := price_bands(*self.prices)):
            senses.append(Sense(frozenset(bands)))
        ways = [_lexeme(merchant_token(pk)) for pk in self.merchant_ids]
        merchants = [f"({' | '.join(ways)})"] if ways else []
        return " & ".join(filter(None, [_all_of(senses, self.words), *merchants]))

    @property
    def goes_by_merchant(self) -> bool:
        return 0 < len(self.merchant_ids) <= BRANCHES


@dataclass(frozen=True, slots=True)
class Answer:
    """A page's products and one more, their places; how many match, and their facts."""

    products: list[int]
    places: list[int]
    total: int
    is_cut: bool  # the way was too long to see all that match
    more: bool  # more may match than `total`
    facts: Mapping[int, int]  # how often, by their codes
    merchants: Mapping[int, int]  # how often, by their ids
    in_stock: int


@dataclass(frozen=True, slots=True)
class Way:
    """A statement that may bring the page."""

    statement: str
    facts: dict[str, Any]
    walks: bool
    most: int
    skims: bool = False  # walks without a look at rows that can't fit


def answer(wish: Wish) -> Answer:
    """What the first way brings that leads there."""
    for way in _ways(wish):
        found = _go(way, wish)
        if not found.is_cut or (way.walks and len(found.products) > wish.size):
            break
    return found


def _ways(wish: Wish) -> Iterator[Way]:
    if wish.products is not None:
        yield _gather(wish, WITHOUT_END)
        return
    if wish.words or any(sense.tokens for sense in wish.senses):
        yield _gather(wish, FEW)
    yield (walk := _walk(wish, STEPS, wish.most))
    if walk.skims:
        yield _walk(wish, SKIMS, wish.size + 1)
    if wish.tokens:
        yield _gather(wish, MANY)
    yield _walk(wish, WITHOUT_END, wish.size + 1)


def _go(way: Way, wish: Wish) -> Answer:
    row = sql.row(way.statement, **way.facts, **wish.facts)
    return Answer(
        row.products or [],
        row.places or [],
        row.total,
        row.is_cut,
        row.is_cut or row.total >= way.most,
        _times(bytes(row.facts or b"")),
        Counter(row.merchants or ()),
        row.in_stock,
    )


def _walk(wish: Wish, steps: int, most: int) -> Way:
    """Along each index of a mineral, a form or both that is asked for, or of all."""
    order = ORDERS[wish.sort]
    branches, rest = _branches(wish)
    facts: dict[str, Any] = {}
    may_fit, fits = _facts(rest, facts)
    if wish.prices and order.column != "price_minor":
        may_fit.append(PRICES)
    if wish.in_stock:
        fits.append("in_stock")
    if wish.goes_by_merchant and wish.public_only:
        fits.append("is_public")
    if wish.merchant_ids and not wish.goes_by_merchant:
        fits.append(MERCHANTS)
    if tokens := _all_of([sense for sense in rest if sense.tokens], wish.words):
        fits.append(TOKENS)
        facts["tokens"] = tokens
    conditions = [_conditions(wish, number, b) for number, b in enumerate(branches)]
    for number, branch in enumerate(branches):
        facts |= {f"{column}_{number}": value for column, value in branch.items()}
    columns = ", ".join(dict.fromkeys([*order.columns, "price_minor", "signature"]))
    found = SKIM_SQL if may_fit else WALK_SQL
    statement = _whole(wish, found, WALK_IS_CUT).format(
        branches=_union(columns if may_fit else ROW, conditions),
        steps_taken=_union(", ".join(order.columns), conditions),
        by=order.by,
        value=order.columns[0],
        may_fit=" AND ".join(may_fit),
        fits=" AND ".join(fits) or "true",
        steps=steps,
        most=most,
    )
    return Way(statement, facts, walks=True, most=most, skims=bool(may_fit))


def _conditions(wish: Wish, number: int, branch: Iterable[str]) -> str:
    """What a walked index is of, and between which places it's walked."""
    conditions = [f"{column} = %({column}_{number})s" for column in branch]
    if not wish.goes_by_merchant:
        conditions.append("is_public")  # as the indexes say it
    if wish.prices and ORDERS[wish.sort].column == "price_minor":
        conditions.append(PRICES)
    return " AND ".join([*conditions, *wish.beyond])


def _union(columns: str, conditions: Iterable[str]) -> str:
    arms = (BRANCH_SQL.format(columns=columns, conditions=each) for each in conditions)
    return " UNION ALL ".join(arms)


def _facts(
    senses: Iterable[Sense], facts: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """What the signature of a row with such facts is like, and that it has them.

    Facts are looked for in `facts`, which is shorter than `tokens`.
    """
    may_fit, fits = [], []
    for number, sense in enumerate(senses):
        if sense.tokens:
            continue
        signatures, codes = [], []
        for way, fact in enumerate(sorted(sense.facts)):
            name = f"{number}_{way}"
            facts[f"bits_{name}"], facts[f"code_{name}"] = bits_of(fact), packed(fact)
            signatures.append(f"signature & %(bits_{name})s = %(bits_{name})s")
            codes.append(f"position(%(code_{name})s::bytea IN facts) > 0")
        may_fit.append(f"({' OR '.join(signatures)})")
        fits.append(f"({' OR '.join(codes)})")
    return may_fit, fits


def _gather(wish: Wish, steps: int) -> Way:
    """What the index of tokens finds, or the products that are named."""
    order = ORDERS[wish.sort]
    asked = {"in_stock": wish.in_stock, PRICES: wish.prices}
    fits = [condition for condition, is_asked in asked.items() if is_asked]
    fits += wish.beyond
    facts: dict[str, Any] = {}
    if wish.products is not None:
        conditions = ["product_id = ANY(%(products)s::bigint[])"]
        facts["products"] = list(wish.products)
    else:
        conditions = [TOKENS]
    looks = wish.products is not None and bool(wish.tokens)
    if wish.tokens:
        facts["tokens"] = wish.tokens
        fits += [TOKENS] if looks else []
    if wish.public_only:
        conditions.append("is_public")
    statement = (GATHERED_SQL + _whole(wish, GATHER_SQL, GATHER_IS_CUT)).format(
        tokens=", tokens" if looks else "",
        conditions=" AND ".join(conditions) or "true",
        by=order.by,
        value=order.columns[0],
        fits=" AND ".join(fits) or "true",
        steps=steps,
        most=wish.most,
    )
    return Way(statement, facts, walks=False, most=wish.most)


def _whole(wish: Wish, found: str, is_cut: str) -> str:
    """Only of a first page facts are counted."""
    counted = NOT_COUNTED if wish.place else COUNTED
    parts = {"{found}": found, "{is_cut}": is_cut, "{counted}": counted}
    return reduce(lambda page, part: page.replace(*part), parts.items(), PAGE_SQL)


def _times(codes_of_all: bytes) -> Mapping[int, int]:
    codes = array("q", codes_of_all)
    if sys.byteorder == "little":
        codes.byteswap()
    return Counter(codes)


def _branches(wish: Wish) -> tuple[list[dict[str, int]], list[Sense]]:
    """What each walked index is of, and the senses it leaves to be looked at."""
    rest = list(wish.senses)
    if wish.goes_by_merchant:
        return [{"merchant_id": pk} for pk in wish.merchant_ids], rest
    branches: list[dict[str, int]] = [{}]
    for facet in ("mineral", "form"):
        pure = _pure(rest, facet)
        codes = [{code_of(*fact) for fact in sense.facts} for sense in pure]
        common = sorted(set.intersection(*codes)) if codes else []
        if 0 < len(common) * len(branches) <= BRANCHES:
            branches = [b | {facet: code} for b in branches for code in common]
            rest = [sense for sense in rest if sense not in pure]
    return branches, rest


def _paired(senses: Iterable[Sense]) -> list[Sense]:
    """A mineral and a form as the pairs of them: of those the index has fewer."""
    rest = list(senses)
    for mineral in _pure(rest, "mineral"):
        for form in _pure(rest, "form"):
            pairs = [pair(m, f) for _, m in mineral.facts for _, f in form.facts]
            if len(pairs) <= BRANCHES:
                others = [sense for sense in rest if sense not in (mineral, form)]
                return [*others, Sense(frozenset(pairs))]
    return rest


def _pure(senses: Iterable[Sense], facet: str) -> list[Sense]:
    """Those that mean this and nothing else."""
    return [sense for sense in senses if sense.facets == {facet} and not sense.tokens]


def _all_of(senses: Iterable[Sense], words: Iterable[str]) -> str:
    """A tsquery: a fact or the words of each sense, and all words."""
    parts = []
    for sense in senses:
        ways = [_lexeme(fact_token(fact)) for fact in sorted(sense.facts)]
        if sense.tokens:
            ways.append(f"({' & '.join(map(_lexeme, sense.tokens))})")
        parts.append(f"({' | '.join(ways)})")
    return " & ".join([*parts, *map(_lexeme, words)])


def _lexeme(token: str) -> str:
    """Quoted. A lone sign stands for all pairs that begin with it, too."""
    quoted = token.replace("\0", "").replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*" if len(token) == 1 and is_sign(token) else f"'{quoted}'"

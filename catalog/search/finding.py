"""Products by what was typed, by facts, price, stock and merchant, page by page."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TypeVar

from catalog.search import lexicon, places, plans
from catalog.search.lexicon import Fact
from catalog.search.models import SearchFact
from catalog.search.places import END, Place, Sort
from catalog.search.plans import Answer, Wish
from catalog.search.reading import MOST_OF_SKU, Reading, Sense, read

MOST_SIZE = 100
MOST_VALUES = 20  # of a facet are counted out
MERCHANT, IN_STOCK = "merchant", "in_stock"  # counted like facets
BY_NAME = "."  # before a place: words of the trade just occur on these pages, too

Count = tuple[str, int]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: any value of each filter, and all else that is given."""

    text: str = ""
    language: str = ""  # of who asks: what a word means there goes first
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    price_from: int | None = None  # fen
    price_to: int | None = None
    in_stock: bool = False
    merchant_ids: frozenset[int] = frozenset()  # any of them; none is all
    sort: Sort = Sort.NEWEST
    after: str = ""  # `next` of the page before; what isn't one brings the first page
    size: int = 24
    public_only: bool = True  # else name the merchant: what isn't listed is theirs


@dataclass(frozen=True, slots=True)
class Found:
    """A page of products in their order. Only a first page counts.

    `total` and `counts` are of the first 250 matches or fewer: with `more` set, say
    "at least". `counts` are by facet, the most frequent value first; `merchant` by id
    and `in_stock` by "yes" and "no" among them.
    """

    product_ids: list[int]
    next: str  # "" on the last page
    total: int = 0
    more: bool = False
    counts: Mapping[str, list[Count]] = field(default_factory=dict)
    corrected: list[tuple[str, str]] = field(default_factory=list)  # typed, read as
    unknown: list[str] = field(default_factory=list)  # left out: no product has it
    is_unreadable: bool = False  # signs were typed, and no word


def find(query: Query) -> Found:
    """Read what was typed, and bring a page of what it means.

    A word of the trade means a fact: "amethyst" brings what is amethyst. It may also
    just occur, as in a merchant's name, beside words that mean none ("Amethyst House")
    or where the fact brings nothing: who asks for agate has no use for Agate Studio's
    citrines.
    """
    if not query.public_only and len(query.merchant_ids) != 1:
        raise ValueError("only a merchant's own products are found unlisted")
    reading = read(
        query.text,
        lexicon.current(),
        language=query.language,
        merchant_ids=query.merchant_ids,
    )
    found = _answered(query, reading)
    if not found.product_ids and reading.senses:
        reading = reading.widened()
        found = _answered(query, reading)
    if not found.product_ids and reading.lengths:
        found = _answered(query, reading.without_lengths())
    return found


def _answered(query: Query, reading: Reading) -> Found:
    """By facts, or by names as well."""
    if reading.is_of_nothing:
        return Found(
            [], "", unknown=reading.unknown, is_unreadable=reading.is_unreadable
        )
    wish = _wish(query, reading)
    by_name = replace(wish, senses=[*_filters(query), *reading.senses])
    if reading.may_name and (reading.words or query.after.startswith(BY_NAME)):
        return _found(by_name, reading, plans.answer(by_name))
    answer = plans.answer(wish)
    if reading.may_name and not query.after and not answer.products:
        return _found(by_name, reading, plans.answer(by_name))
    return _found(wish, reading, answer)


def _wish(query: Query, reading: Reading) -> Wish:
    facts_alone = [Sense(sense.facts) for sense in reading.senses]
    after = query.after.removeprefix(BY_NAME)
    return Wish(
        senses=[*_filters(query), *facts_alone],
        words=reading.words,
        products=reading.products,
        prices=_prices(query),
        in_stock=query.in_stock,
        merchant_ids=sorted(query.merchant_ids),
        public_only=query.public_only,
        sort=query.sort,
        place=places.read(query.sort, after) if after else None,
        size=max(1, min(query.size, MOST_SIZE)),
        counted=plans.MOST_TYPED if query.text else plans.MOST,
    )


def _filters(query: Query) -> list[Sense]:
    return [
        Sense(frozenset((facet, value) for value in values))
        for facet, values in query.filters.items()
        if values
    ]


def _prices(query: Query) -> tuple[int, int] | None:
    first, last = query.price_from, query.price_to
    if first is None and last is None:
        return None
    return min(max(0, first or 0), END), END if last is None else min(last, END)


def _found(wish: Wish, reading: Reading, answer: Answer) -> Found:
    size = wish.size
    shown = answer.products[:size]
    is_last = len(answer.products) <= size
    place = None if is_last else Place(answer.places[size - 1], shown[-1])
    by_sku = len(reading.products or ())
    mark = BY_NAME if any(sense.tokens for sense in wish.senses) else ""
    return Found(
        shown,
        mark + places.written(wish.sort, place) if place else "",
        total=0 if wish.place else min(answer.total, wish.counted),
        more=answer.more or by_sku >= MOST_OF_SKU,
        counts={} if wish.place else _counts(answer),
        corrected=reading.corrected,
        unknown=reading.unknown,
    )


def _counts(answer: Answer) -> dict[str, list[Count]]:
    counts: dict[str, list[Count]] = defaultdict(list)
    for code, number in _ranked(answer.facts):
        facet, value = _fact(code)
        if len(counts[facet]) < MOST_VALUES:
            counts[facet].append((value, number))
    for merchant, number in _ranked(answer.merchants)[:MOST_VALUES]:
        counts[MERCHANT].append((str(merchant), number))
    stocked = {"yes": answer.in_stock, "no": answer.total - answer.in_stock}
    counts[IN_STOCK] = [pair for pair in _ranked(stocked) if pair[1]]
    return {facet: found for facet, found in counts.items() if found}


def _ranked(times: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """The most frequent first; else as they were met."""
    return sorted(times.items(), key=itemgetter(1), reverse=True)


_known: dict[int, Fact] = {}


def _fact(code: int) -> Fact:
    """What a code stands for; it stands for the same for ever."""
    if code not in _known:
        facts = SearchFact.objects.values_list("code", "facet", "value")
        _known.update((each, (facet, value)) for each, facet, value in facts)
    return _known[code]

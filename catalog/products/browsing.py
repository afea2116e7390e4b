"""A page of the market for somebody who looks around: what was asked, what there is.

The buyers' market, a host's and a merchant's own list all ask by the same words in the
address: `search`, facets (`mineral=AMETHYST&mineral=CITRINE`), `in_stock`, `sort` and
`after`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.glossary import book
from catalog.merchants.models import Merchant
from catalog.products.models import Product
from catalog.search import common, finding
from catalog.search.documents import PRICE_BANDS
from catalog.search.finding import MOST_VALUES, Found, Query
from catalog.search.places import Sort
from donghai import countries
from donghai.money import Money
from donghai.paging import whole_number

LONGEST = 200
PAGE = 24
IN_STOCK = "in_stock"
MERCHANT = "merchant"
# What everybody filters by, and what only those who see wholesale prices do
FACETS: dict[str, str | Promise] = {
    "mineral": gettext_lazy("Mineral"),
    "form": gettext_lazy("Form"),
    "colour": gettext_lazy("Colour"),
    "size": gettext_lazy("Size"),
    "treatment": gettext_lazy("Treatment"),
    "origin": gettext_lazy("Origin"),
    "motif": gettext_lazy("Motif"),
    "one_off": gettext_lazy("One of a kind"),
    MERCHANT: gettext_lazy("Merchant"),
}
TRADE_FACETS: dict[str, str | Promise] = {
    "price_band": gettext_lazy("Wholesale price"),
}
SORTS: dict[Sort, str | Promise] = {
    Sort.NEWEST: gettext_lazy("Newest first"),
    Sort.MOST_SOLD: gettext_lazy("Most sold first"),
}
TRADE_SORTS: dict[Sort, str | Promise] = {
    Sort.CHEAPEST: gettext_lazy("Cheapest first"),
    Sort.DEAREST: gettext_lazy("Dearest first"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value one may filter by; of so many pieces, or of more. `address` is the page
    with it toggled."""

    value: str
    words: str
    count: int
    more: bool
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str | Promise
    choices: Sequence[Choice]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Products in the order asked for, and the filters beside them."""

    products: list[Product]
    found: Found
    facets: list[Facet]
    sorts: list[tuple[str, str | Promise]]
    sort: str
    search: str
    in_stock: bool
    is_first: bool

    @property
    def next_after(self) -> str:
        return self.found.next

    @property
    def chosen(self) -> list[Choice]:
        return [choice for facet in self.facets for choice in facet.chosen]


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks: in which language, whether by wholesale price, among whose pieces."""

    language: str
    is_trade: bool = False
    own: Merchant | None = None
    size: int = PAGE

    @property
    def all_facets(self) -> dict[str, str | Promise]:
        """Among one's own pieces the merchant tells nothing apart."""
        if self.own:
            return {name: FACETS[name] for name in FACETS if name != MERCHANT}
        return FACETS | (TRADE_FACETS if self.is_trade else {})

    @property
    def sorts(self) -> dict[Sort, str | Promise]:
        return SORTS | (TRADE_SORTS if self.is_trade else {})


def browse(asked: QueryDict, looker: Looker) -> Shelf:
    """What an address asks for; what it says wrong is left out, never an error.

    Later pages say what was counted for the first.
    """
    query = query_of(asked, looker)
    found = finding.find(query)
    if query.after:
        first = finding.find(replace(query, after="", size=1))
        found = replace(found, total=first.total, more=first.more, counts=first.counts)
    rows = Product.objects.with_stock().in_bulk(found.product_ids)
    return Shelf(
        products=[rows[pk] for pk in found.product_ids if pk in rows],
        found=found,
        facets=_facets(asked, query, found, looker),
        sorts=[(sort.value, words) for sort, words in looker.sorts.items()],
        sort=query.sort.value,
        search=query.text,
        in_stock=query.in_stock,
        is_first=not query.after,
    )


def query_of(asked: QueryDict, looker: Looker) -> Query:
    """The same question as search takes it."""
    filters = {
        name: frozenset(value[:60] for value in asked.getlist(name)[:20] if value)
        for name in looker.all_facets
        if name != MERCHANT
    }
    merchants = filter(None, map(whole_number, asked.getlist(MERCHANT)[:20]))
    sort = asked.get("sort", "")
    own = looker.own
    return Query(
        text=asked.get("search", "").strip()[:LONGEST],
        language=looker.language,
        filters=filters,
        in_stock=IN_STOCK in asked,
        merchant_ids=frozenset([own.pk] if own else merchants),
        sort=Sort(sort) if sort in looker.sorts else Sort.NEWEST,
        after=asked.get("after", "")[:LONGEST],
        size=looker.size,
        public_only=own is None,
    )


def _facets(
    asked: QueryDict, query: Query, found: Found, looker: Looker
) -> list[Facet]:
    facets = []
    for name, label in looker.all_facets.items():
        wanted = query.filters.get(name, frozenset())
        if name == MERCHANT:
            wanted = frozenset(map(str, query.merchant_ids))
        beside = _without(query, name)
        others = finding.find(beside) if wanted else found
        counts = dict(others.counts.get(name, []))
        known = common.values().get(name, ()) if _is_all(beside, others) else ()
        offered = list(dict.fromkeys([*counts, *known]))[:MOST_VALUES]
        values = [*offered, *sorted(wanted.difference(offered))]
        words = _words(name, values, looker.language)
        choices = [
            Choice(
                value,
                words.get(value, value),
                counts.get(value, 0),
                others.more,
                value in wanted,
                _toggled(asked, name, value, value in wanted),
            )
            for value in values
        ]
        if len(choices) > 1 or wanted:
            facets.append(Facet(name, label, choices))
    return facets


def _is_all(query: Query, found: Found) -> bool:
    """The whole market, too much to be counted."""
    is_asked = query.text or query.merchant_ids or any(query.filters.values())
    return found.more and not is_asked


def _without(query: Query, name: str) -> Query:
    """The question that all values of a facet answer, as one may choose several."""
    if name == MERCHANT:
        return replace(query, merchant_ids=frozenset(), after="", size=1)
    filters = {key: values for key, values in query.filters.items() if key != name}
    return replace(query, filters=filters, after="", size=1)


def _toggled(asked: QueryDict, name: str, value: str, is_chosen: bool) -> str:
    changed = asked.copy()
    changed.pop("after", None)
    values = [one for one in asked.getlist(name) if one != value]
    changed.setlist(name, values if is_chosen else [*values, value])
    return f"?{changed.urlencode()}"


def _words(name: str, values: Sequence[str], language: str) -> dict[str, str]:
    """What a facet's values are called."""
    if name == MERCHANT:
        found = Merchant.objects.in_bulk([int(value) for value in values])
        return {str(pk): str(merchant) for pk, merchant in found.items()}
    if name == "origin":
        return countries.names(language)
    if name == "size":
        return {value: size_in_words(value) for value in values}
    if name == "price_band":
        return {value: _band(value) for value in values}
    if name == "one_off":
        return {"yes": _("One of a kind"), "no": _("Several of it")}
    return {value: book.name(value, language) for value in values}


def size_in_words(value: str) -> str:
    """8 is 8 mm; 20-40 is from 20 to 40 mm; 150- is over 150 mm."""
    lower, dash, upper = value.partition("-")
    if not dash:
        return _("%(size)s mm") % {"size": value}
    if not upper:
        return _("over %(size)s mm") % {"size": lower}
    return _("%(lower)s to %(upper)s mm") % {"lower": lower, "upper": upper}


def _band(value: str) -> str:
    """A price band by its lower end in fen: ¥30 to ¥100."""
    lower = whole_number(value) or 0
    higher = [end for end in PRICE_BANDS if end > lower]
    low = _yuan(lower)
    if not higher:
        return _("from %(low)s") % {"low": low}
    return _("%(low)s to %(high)s") % {"low": low, "high": _yuan(higher[0])}


def _yuan(fen: int) -> str:
    return str(Money(fen, "CNY")).replace("CN¥", "¥").removesuffix(".00")

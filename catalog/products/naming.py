"""All that a word somebody types may mean: the glossary's terms, and what has no term.

Those are families of stone, countries that pieces come from, and single pieces.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from catalog.glossary import book, titles
from catalog.glossary.models import Language, Term
from catalog.search.lexicon import Name
from catalog.search.models import SearchFact
from donghai import countries

WORDINGS = Path(__file__).parent / "data" / "wordings.csv"
ASIDE = re.compile(r"[()（）]")  # Myanmar (Burma)
FAMILY, ORIGIN = "family", "origin"


def facts_by_name() -> Iterator[Name]:
    """What search reads words by: facet, value, language, phrase."""
    yield from (name for name in book.facts_by_name() if name[1] != titles.STONE)
    families = _families()
    for facet, value, language, phrase in _wordings():
        if facet == FAMILY:
            for mineral in families[value]:
                yield "mineral", mineral, language, phrase
        else:
            yield facet, value, language, phrase
    yield from _countries()


def _families() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for term in book.book().terms.values():
        if term.kind == Term.Kind.MINERAL:
            found[term.family].append(term.code)
    return found


def _countries() -> Iterator[Name]:
    """Those that a piece comes from: no other is worth a mistake."""
    origins = SearchFact.objects.filter(facet=ORIGIN).order_by("value")
    for code in dict.fromkeys(origins.values_list("value", flat=True)):
        for language in Language.values:
            name = countries.names(language).get(code, code)
            for part in ASIDE.split(name):
                yield ORIGIN, code, language, part


@cache
def _wordings() -> tuple[Name, ...]:
    with WORDINGS.open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["facet"], row["value"], row["language"], phrase)
            for row in csv.DictReader(file)
            for phrase in row["phrases"].split("|")
        )

"""What the whole market has most of, as PostgreSQL counted it last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from catalog.search.documents import fact_token
from catalog.search.models import SearchFact
from donghai import sql
from donghai.memory import remembered

COMMON_SQL = """
SELECT token, often FROM pg_stats,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) u (token, often)
WHERE schemaname = current_schema() AND tablename = 'catalog_searchrow'
  AND attname = 'tokens' AND token IS NOT NULL
"""


@remembered(most=1)
def values() -> Mapping[str, Sequence[str]]:
    """Values by facet, the most frequent first; none before PostgreSQL has counted.

    Counts of matches are of the first ones alone, and those may all be one merchant's.
    """
    often = {row.token: row.often for row in sql.rows(COMMON_SQL)}
    facts = SearchFact.objects.values_list("facet", "value")
    known = {fact: often.get(fact_token(fact), 0) for fact in facts}
    by_facet: dict[str, list[str]] = defaultdict(list)
    for facet, value in sorted(filter(known.get, known), key=known.__getitem__)[::-1]:
        by_facet[facet].append(value)
    return by_facet

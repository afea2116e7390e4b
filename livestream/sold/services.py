"""What was sold, by night and language: hosts choose by it, and search sorts by it.

A night is the day in Donghai on which a session was to begin, wherever its buyers are:
last night is yesterday's, so that what is sold now joins it tomorrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum

from catalog.search import services as search
from donghai import sql
from donghai.home import home_day
from livestream.sold.models import SoldCount

MONTH = timedelta(days=30)
SHOWN = 24

COUNT_SQL = """
INSERT INTO livestream_soldcount (night, language, variant_id, units)
SELECT (session.starts_at AT TIME ZONE %(home)s)::date, session.language,
  listing.variant_id, %(units)s
FROM livestream_listing listing
JOIN livestream_livesession session ON session.id = listing.session_id
WHERE listing.id = %(listing)s
ON CONFLICT (night, language, variant_id)
DO UPDATE SET units = livestream_soldcount.units + excluded.units
"""


@dataclass(frozen=True, slots=True)
class Night:
    """Units sold in a night: by variant, and by language in all."""

    units: Mapping[int, int]
    languages: Mapping[str, int]


def count(*, listing_id: int, units: int) -> None:
    """Add to a night's count, in the transaction that tells of the sale."""
    sql.change(COUNT_SQL, listing=listing_id, units=units, home=settings.HOME_ZONE)


def last_night(language: str = "") -> Night:
    """Sessions that began yesterday by Donghai's day; units of one language or of all.

    What was sold in each language is told either way.
    """
    rows = _last_night()
    counted = rows.filter(language=language) if language else rows
    by_variant = counted.values_list("variant_id").annotate(units=Sum("units"))
    by_language = rows.values_list("language").annotate(units=Sum("units"))
    return Night(dict(by_variant), dict(by_language.order_by("-units")))


def most_sold(language: str) -> list[int]:
    """Products most sold last night in a language, first the best."""
    rows = _last_night().filter(language=language)
    best = rows.values("variant__product_id").annotate(all=Sum("units"))
    return list(
        best.order_by("-all", "variant__product_id").values_list(
            "variant__product_id", flat=True
        )[:SHOWN]
    )


def refresh_search() -> None:
    """Tell search how many of each product were sold in a month: a round."""
    rows = SoldCount.objects.filter(night__gte=home_day() - MONTH)
    sums = rows.values_list("variant__product_id").annotate(all=Sum("units"))
    search.refresh_sold(dict(sums.order_by()))


def _last_night() -> QuerySet[SoldCount]:
    return SoldCount.objects.filter(night=home_day() - timedelta(days=1))

"""How much raw stone came, by year and country."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from catalog.provenance.models import RawLot
from donghai.memory import remembered


@dataclass(frozen=True, slots=True)
class Total:
    """Lots of one year from one country, or of a whole year."""

    year: int
    origin: str
    lots: int
    weight_kg: Decimal

    @property
    def tonnes(self) -> Decimal:
        return (self.weight_kg / 1000).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Bar:
    """A total beside the largest of its kind, `wide` of a hundred."""

    total: Total
    wide: int


@remembered(most=1)
def by_country() -> tuple[Total, ...]:
    """Every year and country, the heaviest first: one read of one index."""
    rows = (
        RawLot.objects.filter(year__isnull=False)
        .values_list("year", "origin")
        .annotate(lots=Count("*"), weight=Sum("weight_kg"))
    )
    return tuple(sorted((Total(*row) for row in rows), key=lambda one: -one.weight_kg))


def by_year() -> list[Total]:
    """Whole years, the newest first."""
    lots: dict[int, int] = defaultdict(int)
    weights: dict[int, Decimal] = defaultdict(Decimal)
    for one in by_country():
        lots[one.year] += one.lots
        weights[one.year] += one.weight_kg
    return [Total(year, "", lots[year], weights[year]) for year in sorted(lots)[::-1]]


def bars(totals: list[Total]) -> list[Bar]:
    most = max((one.weight_kg for one in totals), default=Decimal(0))
    return [Bar(one, max(1, round(one.weight_kg * 100 / most))) for one in totals]

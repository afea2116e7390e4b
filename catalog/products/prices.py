"""What a merchant asks for her pieces: wholesale, by quantity, and what retail may be.

Whole fen. Two people may edit at once: each change names the prices its author saw, and
one that would overwrite prices its author never saw is left out and told.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.products import indexing
from catalog.products.models import PriceTier, Product, Variant
from catalog.products.pieces import Problem
from donghai.errors import Refused
from donghai.money import Money

BIGGEST_FEN = 10**11  # a thousand million yuan: more is a slip
MOST_AT_ONCE = 10_000_000
TOO_MUCH = _("At most 1,000,000,000 yuan.")


class WrongPrices(Refused):
    code = "wrong_prices"
    title = _("Some of these prices cannot be.")
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """All prices of one variant. A tier is from how many, and fen."""

    wholesale_minor: int
    min_quantity: int = 1
    tiers: tuple[tuple[int, int], ...] = ()
    suggested_retail_minor: int | None = None
    least_retail_minor: int | None = None

    @property
    def mark(self) -> str:
        """A short word that is another one when any of them is."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]

    @property
    def wholesale(self) -> Money:
        return Money(self.wholesale_minor, "CNY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody wants for a variant, and the mark of the prices they saw."""

    variant_id: int
    seen: str
    wanted: Prices


@dataclass(slots=True)
class Outcome:
    """Which variants changed, and those whose prices somebody else had changed."""

    changed: list[int] = field(default_factory=list)
    overtaken: dict[int, Prices] = field(default_factory=dict)


def problems(prices: Prices) -> Iterator[Problem]:
    """What cannot be; fields are named as in `Prices`, tiers as `tiers.0` and so on."""
    if prices.wholesale_minor <= 0:
        yield Problem("wholesale_minor", "no_price", _("Give a price above nought."))
    if prices.min_quantity < 1:
        yield Problem("min_quantity", "too_few", _("One at least."))
    elif prices.min_quantity > MOST_AT_ONCE:
        yield Problem("min_quantity", "too_many", _("At most 10,000,000."))
    for name in ("wholesale_minor", "least_retail_minor", "suggested_retail_minor"):
        if (getattr(prices, name) or 0) > BIGGEST_FEN:
            yield Problem(name, "too_much", TOO_MUCH)
    yield from _tier_problems(prices)
    least = prices.least_retail_minor
    if least is not None and least < prices.wholesale_minor:
        yield Problem(
            "least_retail_minor",
            "below_wholesale",
            _("The lowest retail price cannot be below the wholesale price."),
        )
    floor = max(prices.wholesale_minor, least or 0)
    suggested = prices.suggested_retail_minor
    if suggested is not None and suggested < floor:
        yield Problem(
            "suggested_retail_minor",
            "below_lowest",
            _("The suggested price cannot be below the lowest or the wholesale price."),
        )


def _tier_problems(prices: Prices) -> Iterator[Problem]:
    start = max(prices.min_quantity, 1)
    steps = [(start, prices.wholesale_minor), *prices.tiers]
    for number, ((before, dearer), (many, price)) in enumerate(pairwise(steps)):
        if not number and many < start:
            words = _("The first tier begins below the minimum of %(minimum)s.")
            sentence = words % {"minimum": start}
            yield Problem("tiers.0", "tier_below_minimum", sentence)
        elif many > MOST_AT_ONCE:
            yield Problem(f"tiers.{number}", "too_many", _("At most 10,000,000."))
        elif many <= before:
            yield Problem(
                f"tiers.{number}",
                "tier_out_of_order",
                _("Each step begins with more pieces than the one before."),
            )
        elif not 0 < price < dearer:
            yield Problem(
                f"tiers.{number}",
                "tier_not_cheaper",
                _("More pieces must cost less each than the step before."),
            )


def prices_of(variant: Variant) -> Prices:
    """As they stand; prefetch `tiers` for many variants."""
    tiers = sorted((t.from_quantity, t.wholesale_minor) for t in variant.tiers.all())
    return Prices(
        wholesale_minor=variant.wholesale_minor,
        min_quantity=variant.min_quantity,
        tiers=tuple(tiers),
        suggested_retail_minor=variant.suggested_retail_minor,
        least_retail_minor=variant.least_retail_minor,
    )


@transaction.atomic
def set_prices(*, merchant_id: int, changes: Sequence[Change]) -> Outcome:
    """Write the prices of several variants of one merchant, together.

    Locks the variants by id, search rows last. A repeat changes nothing. A change that
    its author did not make (the wish is what was seen) is no change. Refuses all of
    them with WrongPrices when one cannot be; one that would overwrite prices its author
    never saw is left out and told. Variants of others are passed over.
    """
    asked = {change.variant_id: change for change in changes}
    if any(any(problems(change.wanted)) for change in asked.values()):
        raise WrongPrices()
    outcome = Outcome()
    for variant in _locked(merchant_id, asked):
        change, stands = asked[variant.pk], prices_of(variant)
        if change.wanted.mark in (change.seen, stands.mark):
            continue
        if stands.mark != change.seen:
            outcome.overtaken[variant.pk] = stands
            continue
        _write(variant, change.wanted)
        outcome.changed.append(variant.pk)
    products = Product.objects.filter(variants__in=outcome.changed)
    product_ids = set(products.values_list("pk", flat=True))
    products.update(changed_at=timezone.now())
    indexing.index(product_ids)
    return outcome


def _locked(merchant_id: int, ids: Iterable[int]) -> list[Variant]:
    mine = Variant.objects.filter(merchant=merchant_id, pk__in=ids).order_by("pk")
    return list(mine.select_for_update(no_key=True).prefetch_related("tiers"))


def _write(variant: Variant, wanted: Prices) -> None:
    names = (
        *("wholesale_minor", "min_quantity"),
        *("suggested_retail_minor", "least_retail_minor"),
    )
    for name in names:
        setattr(variant, name, getattr(wanted, name))
    variant.save(update_fields=names)
    variant.tiers.all().delete()
    PriceTier.objects.bulk_create(
        PriceTier(variant=variant, from_quantity=many, wholesale_minor=price)
        for many, price in wanted.tiers
    )

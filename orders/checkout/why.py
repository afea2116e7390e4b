"""The answer to "why?" beside each line of a landed price, in whole sentences."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product
from donghai import sql
from donghai.money import Money
from orders.checkout.book import source_of
from orders.checkout.freight import FreightCard
from orders.checkout.lines import text_of
from orders.checkout.models import QuoteLine

TITLES = """
SELECT claim.id, product.titles::text
FROM orders_claim claim
JOIN livestream_listing listing ON listing.id = claim.listing_id
JOIN catalog_variant variant ON variant.id = listing.variant_id
JOIN catalog_product product ON product.id = variant.product_id
WHERE claim.id = ANY(%(claims)s)
"""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line as the buyer reads it, with the reasons behind it."""

    kind: str
    text: str
    amount: Money
    is_estimate: bool
    why: list[str]


def explained(lines: Iterable[QuoteLine]) -> list[PriceLine]:
    """Each line with its working in words, its rule and where that stands."""
    lines = list(lines)
    titles = _titles([line.claim_id for line in lines if line.claim_id])
    return [
        PriceLine(
            kind=line.kind,
            text=titles.get(line.claim_id) or text_of(line.label, _said(line.working)),
            amount=line.amount,
            is_estimate=line.is_estimate,
            why=[*_reasons(line), *_source(line.rule)],
        )
        for line in lines
    ]


def _titles(claims: Sequence[int]) -> dict[int | None, str]:
    """What each claim is of, in the reader's language instead of the session's."""
    found = sql.rows(TITLES, claims=claims)
    return {row.id: str(Product(titles=json.loads(row.titles))) for row in found}


def _said(working: Mapping[str, Any]) -> dict[str, Any]:
    """The working with the amount that stands in a label as the reader expects it."""
    return dict(working) | (
        {"each": _read(working["each"])} if "each" in working else {}
    )


def _reasons(line: QuoteLine) -> list[str]:
    working = line.working
    if line.kind == QuoteLine.Kind.GOODS:
        many = working.get("quantity", 1) > 1
        return [_each(working)] if many else []
    if line.kind == QuoteLine.Kind.FREIGHT:
        return _freight(working)
    return [*_base(working), *_band(working)]


def _each(working: Mapping[str, Any]) -> str:
    return _("%(count)s × %(each)s") % {
        "count": working["quantity"],
        "each": _read(working["unit_price"]),
    }


def _freight(working: Mapping[str, Any]) -> list[str]:
    channel = FreightCard.Channel(working["channel"]).label
    by = _("%(weight)s g by %(channel)s: %(price)s on its card.") % {
        "weight": working["weight_g"],
        "channel": channel,
        "price": _read(working["price"]),
    }
    days = ngettext(
        "%(least)s to %(most)s day on the way.",
        "%(least)s to %(most)s days on the way.",
        working["days"][1],
    ) % {"least": working["days"][0], "most": working["days"][1]}
    return [by, days]


def _base(working: Mapping[str, Any]) -> list[str]:
    if "base" not in working:
        return []
    if "hs" in working:
        return [
            _("Tariff line %(hs)s, on %(base)s.")
            % {"hs": working["hs"], "base": _read(working["base"])}
        ]
    if "each" in working:
        return [
            _("%(count)s × %(each)s.")
            % {"count": working["count"], "each": _read(working["each"])}
        ]
    return [
        _("%(pct)s%% of %(base)s.")
        % {"pct": working["pct"], "base": _read(working["base"])}
    ]


def _band(working: Mapping[str, Any]) -> list[str]:
    """Which limit decided, for a parcel of this value."""
    if not working.get("value"):
        return []
    value = _read(working["value"])
    if working.get("value_up_to"):
        words = _("Customs sees %(value)s; this holds up to %(limit)s.")
        return [words % {"value": value, "limit": _read(working["value_up_to"])}]
    words = _("Customs sees %(value)s; this holds above %(limit)s.")
    return [words % {"value": value, "limit": _read(working["value_over"])}]


def _source(rule: str) -> list[str]:
    """Where a rule stands, as the row that holds it says."""
    source = source_of(rule).split(";")[0]
    words = _("Rule %(rule)s: %(source)s") % {"rule": rule, "source": source}
    return [words] if source else []


def _read(plain: str) -> str:
    """ "8.40 EUR", as the working keeps it, as the reader expects it."""
    amount, currency = plain.split()
    return str(Money.of(amount, currency))

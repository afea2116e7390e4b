"""At what price a claim is made: a flash deal's, the normal one, or not at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold
from donghai import sql
from donghai.errors import Refused
from donghai.money import Money
from livestream.events import services as events
from livestream.models import Deal
from orders.checkout import statements
from orders.checkout.models import Claim

GIVEN_BACK = (Hold.State.RELEASED, Hold.State.EXPIRED)


class PriceChanged(Refused):
    code = "price_changed"
    title = _("The price has changed meanwhile. Claim again if it is right for you.")


class DealTaken(Refused):
    code = "deal_taken"
    title = _("All pieces of the deal are taken.")


class DealLimit(Refused):
    code = "deal_limit"
    title = _("The deal is for %(per_person)s a person, and you have yours.")


class Crowded(Exception):
    """Others were quicker since the deal was looked at: look again."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a claim costs, what its merchant gets of it, and in which deal."""

    price_minor: int
    wholesale_minor: int
    deal_id: int | None = None


def has_room(offer: Any, quantity: int) -> bool:
    """Whether the deal of a row of `statements.OFFER`, if any, has that many left."""
    return offer.deal_id is None or offer.deal_taken + quantity <= offer.deal_cap


def agree(offer: Any, quantity: int, seen_minor: int | None) -> Agreed:
    """The price of a claim, by a row of `statements.OFFER`.

    `seen_minor` is the most the viewer has agreed to: the price on her page. Refuses a
    higher price, and what a deal has no room for unless she agreed to the normal price.
    """
    normal = Money(offer.retail_minor, offer.currency)
    agrees = seen_minor is not None and seen_minor >= normal.minor
    at_normal = Agreed(offer.retail_minor, offer.wholesale_minor)
    if offer.deal_id is None:
        if not agrees and seen_minor is not None:
            raise PriceChanged(price=normal, **_facts(normal))
        return at_normal
    is_full = not has_room(offer, quantity)
    if is_full or offer.deal_own + quantity > offer.deal_per_person:
        if agrees:
            return at_normal
        raise _no_room(normal, None if is_full else offer.deal_per_person)
    price = Money(offer.deal_minor, offer.currency)
    if seen_minor is not None and seen_minor < price.minor:
        raise PriceChanged(price=price, **_facts(price))
    return Agreed(price.minor, offer.deal_wholesale_minor, offer.deal_id)


def keep(claim: Claim, *, session_id: int) -> None:
    """Write a claim; one in a deal only if that still runs and has room for it.

    The room hears of it when it was the last. Call with the listing's row and the
    room's counter locked. Raises Crowded, having written nothing.
    """
    if claim.deal_id is None:
        sql.insert(claim)
        return
    made = sql.row(
        statements.CLAIM_IN_DEAL,
        listing=claim.listing_id,
        hold=claim.hold_id,
        deal=claim.deal_id,
        bag=claim.bag,
        name=claim.name,
        quantity=claim.quantity,
        place=claim.place,
        price=claim.price_minor,
        wholesale=claim.wholesale_minor,
        currency=claim.currency,
        at=claim.claimed_at,
        came_from=claim.came_from,
        key=claim.key,
    )
    if made is None:
        raise Crowded
    claim.pk, claim._state.adding = made.id, False
    if sql.row(statements.DEAL_IS_FULL, deal=claim.deal_id):
        over = {"listing": claim.listing_id}
        events.append(session_id, "deal_over", over)


def taken_of(running: Collection[Deal]) -> dict[int, int]:
    """How many units of deals are claimed and not given back, by listing."""
    if not running:
        return {}
    rows = Claim.objects.filter(deal__in=running).exclude(hold__state__in=GIVEN_BACK)
    sums = rows.values_list("listing").annotate(units=Sum("quantity"))
    return dict(sums.order_by())


def with_room(running: Mapping[int, Deal]) -> dict[int, Deal]:
    """Those, by listing, that somebody can still claim in."""
    taken = taken_of(running.values())
    return {key: one for key, one in running.items() if taken.get(key, 0) < one.cap}


def _no_room(normal: Money, per_person: int | None) -> Refused:
    if per_person is None:
        return DealTaken(price=normal, **_facts(normal))
    return DealLimit(price=normal, per_person=per_person, **_facts(normal))


def _facts(price: Money) -> dict[str, Any]:
    return {"price_minor": price.minor, "currency": price.currency}

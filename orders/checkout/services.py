"""From "mine" to an order that waits for its money.

Locks of a claim: listing, room counter, and last of all the stock row. Everything else
here writes rows of its own and needs no lock.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Hold, Merchant, Product
from catalog.stock import services as catalog
from donghai import sql
from donghai.errors import Refused
from donghai.money import Money
from livestream.chat.services import plain_text
from livestream.models import LiveSession
from livestream.sessions import linking, pricing
from orders.checkout import deals, landed, statements, waiting
from orders.checkout.address import Address, require_destination
from orders.checkout.book import RuleBook
from orders.checkout.models import Claim, Order, OrderLine, Quote, QuoteLine, Split
from orders.checkout.numbering import new_number

MOST_PER_CLAIM = 99


class NotOnAir(Refused):
    code = "not_on_air"
    title = _("The session is not on air, so nothing can be claimed in it.")


class TooMany(Refused):
    code = "too_many"
    title = _("One claim is for 1 to %(most)s pieces.")
    status = 422


class TooFew(Refused):
    code = "too_few"
    title = _("Its merchant sells at least %(fewest)s of these at once.")
    status = 422


class NothingHeld(Refused):
    code = "nothing_held"
    title = _("Nothing is held for you any more. Claim again to go on.")


class MixedCurrencies(Refused):
    code = "mixed_currencies"
    title = _("Pieces priced in different currencies are paid apart.")
    status = 422


class QuoteRanOut(Refused):
    code = "quote_expired"
    title = _("This price has run out. Ask for a new one; it takes a second.")


class NoSuchQuote(Refused):
    code = "unknown_quote"
    title = _("There is no such quote.")
    status = 404


class AlreadyPlaced(Refused):
    code = "already_placed"
    title = _("Order %(number)s is being paid or is paid, so it stays as it is.")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote just made, with its lines at hand."""

    quote: Quote
    lines: list[QuoteLine]


def claim(  # noqa: PLR0913 - the facts of a claim, nothing more
    *,
    session_id: int,
    listing_id: int,
    bag: UUID,
    quantity: int | None = None,
    name: str = "",
    price_minor: int | None = None,
    came_from: str = "",
) -> Claim:
    """Give a viewer units of a listing: a place in line and a hold, or NotEnoughStock.

    Without a quantity, the fewest its merchant sells at once; `price_minor` is the most
    she agrees to (see `deals.agree`); `came_from` is the other platform whose link
    brought her. Units she was offered from a waiting line become the claim's. A repeat
    makes a second claim. Refused, it leaves no trace.
    """
    if quantity is not None and not 1 <= quantity <= MOST_PER_CLAIM:
        raise TooMany(most=MOST_PER_CLAIM)
    offer = _offer(session_id, listing_id, bag)
    wanted = offer.min_quantity if quantity is None else quantity
    if wanted < offer.min_quantity:
        raise TooFew(fewest=offer.min_quantity)
    if _bring_back(offer, wanted):
        offer = _offer(session_id, listing_id, bag)
    is_offered = offer.ticket is not None and offer.offered_units == wanted
    if not is_offered and (offer.free is None or offer.free < wanted):
        catalog.require_free(variant_id=offer.variant_id, quantity=wanted)
    agreed = deals.agree(offer, wanted, price_minor)
    made = Claim(
        listing_id=listing_id,
        hold_id=offer.offered_id if is_offered else offer.hold_id,
        deal_id=agreed.deal_id,
        bag=bag,
        name=plain_text(name)[:40],
        quantity=wanted,
        price_minor=agreed.price_minor,
        wholesale_minor=agreed.wholesale_minor,
        currency=offer.currency,
        came_from=came_from,
        claimed_at=timezone.now(),
    )
    try:
        _take(made, offer.variant_id, ticket=offer.ticket if is_offered else None)
    except waiting.OfferOver:
        waiting.move(offer.variant_id)
        raise
    except deals.Crowded:
        again: dict[str, Any] = {
            "quantity": quantity,
            "name": name,
            "price_minor": price_minor,
            "came_from": came_from,
        }
        return claim(session_id=session_id, listing_id=listing_id, bag=bag, **again)
    return made


def _offer(session_id: int, listing_id: int, bag: UUID) -> Any:
    """What is on offer to this bag just now; refuses what nobody may claim."""
    offer = sql.row(
        statements.OFFER,
        listing=listing_id,
        session=session_id,
        bag=bag,
        now=timezone.now(),
    )
    if offer is None:
        raise waiting.NotInThisSession()
    is_replayed = offer.state == LiveSession.State.ENDED and offer.has_replay
    if offer.state != LiveSession.State.ON_AIR and not is_replayed:
        raise NotOnAir()
    if offer.merchant_state != Merchant.State.APPROVED:
        raise linking.NotForSale()
    return offer


def _bring_back(offer: Any, wanted: int) -> bool:
    """Bring back what ran out where it's missed: by a line that waits, or by a deal."""
    if offer.awaited and offer.ticket is None:
        return waiting.move(offer.variant_id)
    return not deals.has_room(offer, wanted) and bool(
        catalog.expire_stale(offer.variant_id)
    )


@transaction.atomic
def _take(made: Claim, variant_id: int, ticket: int | None) -> None:
    """Place, claim, and last the guarded hold, so that the stock row is locked briefly.

    The claim names its hold before it exists: that foreign key is checked at commit.
    With a ticket of the waiting line the hold is there and only lasts longer.
    """
    if ticket is not None:
        waiting.redeem(ticket)
    made.place = linking.claim_place(
        listing_id=made.listing_id,
        quantity=made.quantity,
        name=made.name,
        now=made.claimed_at,
        is_offered=ticket is not None,
    )
    deals.keep(made)
    if ticket is not None:
        until = waiting.keep_hold(made.hold_id)
    else:
        until = catalog.hold(
            variant_id=variant_id,
            quantity=made.quantity,
            bag=made.bag,
            hold_id=made.hold_id,
        ).expires_at
    made.hold = Hold(
        pk=made.hold_id,
        variant_id=variant_id,
        bag=made.bag,
        quantity=made.quantity,
        expires_at=until,
    )


def drop_claim(*, bag: UUID, claim_id: int) -> bool:
    """Give a claim's units back at once. False when they were not held any more."""
    claims = Claim.objects.of(bag).filter(pk=claim_id)
    holds = dict(claims.values_list("hold_id", "listing__variant_id"))
    released = catalog.release(hold_ids=list(holds))
    for hold_id in released:
        waiting.move(holds[hold_id])
    return bool(released)


def quote(
    *, bag: UUID, hold_ids: Sequence[int] | None, country: str, postcode: str = ""
) -> Quoted:
    """Price held claims landed in a country; without `hold_ids`, all the bag holds.

    Refuses when nothing is held, currencies mix, or no rule knows the country.
    """
    held = _held(bag, hold_ids)
    currency = held[0].currency
    if any(claim.currency != currency for claim in held):
        raise MixedCurrencies()
    today = timezone.localdate()
    price = landed.price(
        destination=landed.Destination(country=country, postcode=postcode),
        currency=currency,
        items=[_item(claim) for claim in held],
        ship_on=today,
        book=RuleBook.load(country, today),
    )
    return _keep_quote(bag, country, postcode, price)


@transaction.atomic
def _keep_quote(
    bag: UUID, country: str, postcode: str, price: landed.LandedPrice
) -> Quoted:
    now = timezone.now()
    made = Quote(
        bag=bag,
        country=country,
        postcode=postcode,
        currency=price.total.currency,
        total_minor=price.total.minor,
        is_estimate=price.certainty == landed.Certainty.ESTIMATE,
        quoted_at=now,
        expires_at=now + timedelta(minutes=settings.QUOTE_MINUTES),
    )
    lines = [
        QuoteLine(
            quote=made,
            position=position,
            kind=line.kind,
            label=line.label,
            amount_minor=line.amount.minor,
            currency=line.amount.currency,
            rule=line.rule,
            is_estimate=line.certainty == landed.Certainty.ESTIMATE,
            rate_id=line.rate,
            working=line.working,
            claim_id=int(line.ref) if line.ref else None,
        )
        for position, line in enumerate(price.lines, start=1)
    ]
    sql.insert(made)
    sql.insert(*lines)
    return Quoted(made, lines)


def place_order(
    *, bag: UUID, quote_id: UUID, email: str, address: Address, language: str = "en"
) -> Order:
    """Take a quote at its word; the order exists before anybody is asked for money.

    A repeat returns the same order, waiting for the first if need be; until he pays a
    buyer may correct it so. Shares are fixed here, at the rate in force.
    """
    quoted = sql.row(statements.QUOTED, quote=quote_id, bag=bag)
    if quoted is None:
        raise NoSuchQuote()
    require_destination(address, quoted.country, quoted.postcode)
    if quoted.order_id is not None:
        return _correct(quoted.order_id, address, email=email, language=language)
    if quoted.expires_at <= timezone.now():
        raise QuoteRanOut()
    today = timezone.localdate()
    landed.require_served(
        landed.Destination(country=address.country, postcode=address.postcode),
        RuleBook.load(address.country, today),
    )
    claims = _claims_of(quote_id)
    rate = pricing.rate_into_yuan(quoted.currency, today)
    order = Order(
        number=new_number(),
        quote_id=quote_id,
        bag=bag,
        email=email,
        language=language,
        currency=quoted.currency,
        total_minor=quoted.total_minor,
        **asdict(address),
    )
    return _keep_order(order, claims, rate)


@transaction.atomic
def _correct(order_id: int, address: Address, **said: str) -> Order:
    """What the buyer says now, unless money is on its way. Locks the order."""
    order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
    if order.status == Order.Status.CANCELLED:
        raise QuoteRanOut()
    wanted = {**asdict(address), **said}
    if all(getattr(order, name) == value for name, value in wanted.items()):
        return order
    holds = Hold.objects.filter(pk__in=order.hold_ids())
    if (
        order.status != Order.Status.AWAITING_PAYMENT
        or holds.filter(state=Hold.State.PAYING).exists()
    ):
        raise AlreadyPlaced(number=order.number)
    for name, value in wanted.items():
        setattr(order, name, value)
    order.save(update_fields=list(wanted))
    return order


def _claims_of(quote_id: UUID) -> list[Any]:
    claims = sql.rows(statements.CLAIMED, quote=quote_id)
    if not claims or any(claim.state not in Hold.OPEN for claim in claims):
        raise NothingHeld()
    return claims


@transaction.atomic(savepoint=False)  # the door has one open for its idempotency key
def _keep_order(order: Order, claims: Sequence[Any], rate: Any) -> Order:
    """Write it with its lines and shares, or return the one that took the quote."""
    while not sql.insert(order, unless_there=True):
        if placed := Order.objects.filter(quote_id=order.quote_id).first():
            return placed
        order.number = new_number()  # by chance somebody else's
    lines = [
        OrderLine(
            order=order,
            claim_id=claim.id,
            variant_id=claim.variant_id,
            merchant_id=claim.merchant_id,
            host_id=claim.host_id,
            session_id=claim.session_id,
            quantity=claim.quantity,
            unit_price_minor=claim.price_minor,
            currency=claim.currency,
        )
        for claim in claims
    ]
    sql.insert(*lines)
    wholesale = [Money(claim.wholesale_minor, "CNY") for claim in claims]
    parts = [_splits(*each, rate) for each in zip(lines, wholesale, strict=True)]
    sql.insert(*(split for part in parts for split in part))
    return order


def _splits(line: OrderLine, wholesale: Money, rate: Any) -> list[Split]:
    shares = pricing.shares(line.total, wholesale * line.quantity, rate)
    if shares.host.minor < 0:  # the yuan rose since the price was accepted
        shares = pricing.at_a_loss(shares)
    return [
        Split(line=line, party=party, amount_minor=amount.minor, rate=rate)
        for party, amount in (
            (Split.Party.MERCHANT, shares.merchant),
            (Split.Party.HOST, shares.host),
            (Split.Party.CENTRE, shares.centre),
        )
    ]


def _held(bag: UUID, hold_ids: Sequence[int] | None) -> list[Any]:
    holds = None if hold_ids is None else sorted(set(hold_ids))
    held = sql.rows(statements.HELD, bag=bag, holds=holds, now=timezone.now())
    if not held or (holds is not None and len(held) < len(holds)):
        raise NothingHeld()
    return held


def _item(held: Any) -> landed.Item:
    product = Product(titles=json.loads(held.titles))
    return landed.Item(
        ref=str(held.id),
        label=product.title(held.language),
        hs6=held.hs_code[:6],
        form=held.form,
        mineral=held.mineral,
        origin="CN",
        unit_price=Money(held.price_minor, held.currency),
        quantity=held.quantity,
        weight_g=held.weight_g,
    )

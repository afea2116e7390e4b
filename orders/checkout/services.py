"""From what is held to an order that waits for its money.

Only a correction locks its order; all else writes rows of its own and needs no lock.
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

from catalog.models import Hold, Product
from donghai import sql
from donghai.errors import Refused
from donghai.money import Money
from livestream.sessions import pricing
from orders.checkout import landed, statements
from orders.checkout.address import Address, require_destination
from orders.checkout.book import RuleBook
from orders.checkout.models import Order, OrderLine, Quote, QuoteLine, Split
from orders.checkout.numbering import new_number


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

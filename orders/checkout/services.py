"""From "mine" to an order that waits for its money.

Locks of a claim: listing, room counter, and last of all the stock row. Everything else
here writes rows of its own and needs no lock.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import services as catalog
from catalog.models import Hold
from donghai.errors import Refused
from livestream import pricing
from livestream import services as livestream
from livestream.models import Listing, LiveSession
from orders.checkout import landed
from orders.checkout.book import RuleBook
from orders.checkout.models import Claim, Order, OrderLine, Quote, QuoteLine, Split

NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, 1, I and O
MOST_PER_CLAIM = 99


class NotInThisSession(Refused):
    code = "unknown_listing"
    title = _("This piece is not in the session.")
    status = 404


class NotOnAir(Refused):
    code = "not_on_air"
    title = _("The session is not on air, so nothing can be claimed in it.")


class TooMany(Refused):
    code = "too_many"
    title = _("One claim is for 1 to %(most)s pieces.")
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


class WrongDestination(Refused):
    code = "wrong_destination"
    title = _("The price was made for %(country)s. Ask for one for your address.")
    status = 422


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes."""

    name: str
    street: str
    city: str
    country: str
    region: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote just made, with its lines at hand."""

    quote: Quote
    lines: list[QuoteLine]


def claim(
    *, session_id: int, listing_id: int, quantity: int, bag: UUID, name: str = ""
) -> Claim:
    """Give a viewer units of a listing: a place in line and a hold, or NotEnoughStock.

    A repeat makes a second claim. Refused, it leaves no trace: no place, no event.
    """
    if not 1 <= quantity <= MOST_PER_CLAIM:
        raise TooMany(most=MOST_PER_CLAIM)
    found = (
        Listing.objects.filter(pk=listing_id, session_id=session_id)
        .annotate(hold_id=RawSQL("nextval('catalog_hold_id_seq')", []))
        .values_list(
            "hold_id", "variant_id", "retail_minor", "currency", "session__state"
        )
        .first()
    )
    if found is None:
        raise NotInThisSession()
    hold_id, variant_id, price_minor, currency, state = found
    if state != LiveSession.State.ON_AIR:
        raise NotOnAir()
    catalog.require_free(variant_id=variant_id, quantity=quantity)
    made = Claim(
        listing_id=listing_id,
        hold_id=hold_id,
        bag=bag,
        name=name[:40],
        quantity=quantity,
        price_minor=price_minor,
        currency=currency,
        claimed_at=timezone.now(),
    )
    _take(made, variant_id)
    return made


@transaction.atomic
def _take(made: Claim, variant_id: int) -> None:
    """Place, claim, and last the guarded hold, so that the stock row is locked briefly.

    The claim names its hold before it exists: that foreign key is checked at commit.
    """
    made.place = livestream.claim_place(
        listing_id=made.listing_id,
        quantity=made.quantity,
        name=made.name,
        now=made.claimed_at,
    )
    made.save(force_insert=True)
    held = catalog.hold(
        variant_id=variant_id,
        quantity=made.quantity,
        bag=made.bag,
        hold_id=made.hold_id,
    )
    made.hold = Hold(
        pk=held.id,
        variant_id=variant_id,
        bag=made.bag,
        quantity=made.quantity,
        expires_at=held.expires_at,
    )


def drop_claim(*, bag: UUID, claim_id: int) -> bool:
    """Give a claim's units back at once. False when they were not held any more."""
    claims = Claim.objects.of(bag).filter(pk=claim_id).values_list("hold_id", flat=True)
    return bool(catalog.release(hold_ids=list(claims)))


def quote(
    *, bag: UUID, hold_ids: Sequence[int] | None, country: str, postcode: str = ""
) -> Quoted:
    """Price held claims landed in a country; without `hold_ids`, all the bag holds.

    Refuses when nothing is held, currencies mix, or no rule knows the country.
    """
    claims = _held_claims(bag, hold_ids)
    currency = claims[0].currency
    if any(claim.currency != currency for claim in claims):
        raise MixedCurrencies()
    today = timezone.localdate()
    price = landed.price(
        destination=landed.Destination(country=country, postcode=postcode),
        currency=currency,
        items=[_item(claim) for claim in claims],
        ship_on=today,
        book=RuleBook.load(country, today),
    )
    return _keep_quote(bag, country, postcode, price)


@transaction.atomic
def _keep_quote(
    bag: UUID, country: str, postcode: str, price: landed.LandedPrice
) -> Quoted:
    now = timezone.now()
    made = Quote.objects.create(
        bag=bag,
        country=country,
        postcode=postcode,
        currency=price.total.currency,
        total_minor=price.total.minor,
        is_estimate=price.certainty == landed.Certainty.ESTIMATE,
        quoted_at=now,
        expires_at=now + timedelta(minutes=settings.QUOTE_MINUTES),
    )
    lines = QuoteLine.objects.bulk_create(
        [
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
    )
    return Quoted(made, lines)


@transaction.atomic
def place_order(
    *, bag: UUID, quote_id: UUID, email: str, address: Address, language: str = "en"
) -> Order:
    """Take a quote at its word; the order exists before anybody is asked for money.

    Locks the quote; a repeat returns the same order. Shares are fixed here, at the
    rate in force.
    """
    made = (
        Quote.objects.select_for_update(no_key=True)
        .filter(pk=quote_id, bag=bag)
        .first()
    )
    if made is None:
        raise NoSuchQuote()
    existing = Order.objects.filter(quote=made).first()
    if existing is not None:
        return existing
    if made.expires_at <= timezone.now():
        raise QuoteRanOut()
    if address.country != made.country:
        raise WrongDestination(country=made.country)
    claims = _claims_of(made)
    order = Order.objects.create(
        number=_new_number(),
        quote=made,
        bag=bag,
        email=email,
        language=language,
        currency=made.currency,
        total_minor=made.total_minor,
        name=address.name,
        street=address.street,
        city=address.city,
        region=address.region,
        postcode=address.postcode,
        country=address.country,
        phone=address.phone,
    )
    _add_lines(order, claims)
    return order


def _claims_of(made: Quote) -> list[Claim]:
    claims = list(
        Claim.objects.filter(pk__in=made.lines.filter(kind="GOODS").values("claim_id"))
        .select_related("hold", "listing__session", "listing__variant__product")
        .order_by("pk")
    )
    if not claims or any(claim.hold.state not in Hold.OPEN for claim in claims):
        raise NothingHeld()
    return claims


def _add_lines(order: Order, claims: Sequence[Claim]) -> None:
    lines = OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order,
                claim=claim,
                variant=claim.listing.variant,
                merchant_id=claim.listing.variant.product.merchant_id,
                host_id=claim.listing.session.host_id,
                session=claim.listing.session,
                quantity=claim.quantity,
                unit_price_minor=claim.price_minor,
                currency=claim.currency,
            )
            for claim in claims
        ]
    )
    rate = pricing.rate_into_yuan(order.currency, timezone.localdate())
    Split.objects.bulk_create(
        [split for line in lines for split in _splits(line, rate)]
    )


def _splits(line: OrderLine, rate: Any) -> list[Split]:
    shares = pricing.shares(line.total, line.variant.wholesale * line.quantity, rate)
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


def _held_claims(bag: UUID, hold_ids: Sequence[int] | None) -> list[Claim]:
    held = (
        Claim.objects.of(bag)
        .filter(hold__state=Hold.State.HELD, hold__expires_at__gt=timezone.now())
        .select_related("listing__variant__product", "listing__session")
        .order_by("pk")
    )
    if hold_ids is not None:
        held = held.filter(hold_id__in=hold_ids)
    claims = list(held)
    if not claims or (hold_ids is not None and len(claims) < len(set(hold_ids))):
        raise NothingHeld()
    return claims


def _item(claim: Claim) -> landed.Item:
    variant = claim.listing.variant
    product = variant.product
    return landed.Item(
        ref=str(claim.pk),
        label=product.title(claim.listing.session.language),
        hs6=product.hs_code[:6],
        form=product.form,
        mineral=product.mineral,
        origin="CN",
        unit_price=claim.price,
        quantity=claim.quantity,
        weight_g=variant.weight_g,
    )


def _new_number() -> str:
    """D7-4K2M-90: random, so that nobody counts our orders; two check characters."""
    body = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(6))
    check = hashlib.sha256(body.encode()).digest()
    tail = "".join(NUMBER_ALPHABET[byte % 32] for byte in check[:2])
    return f"{body[:2]}-{body[2:]}-{tail}"


def address_from(fields: Mapping[str, str]) -> Address:
    """An address from validated input, its country in capitals."""
    return Address(**{**fields, "country": fields["country"].upper()})

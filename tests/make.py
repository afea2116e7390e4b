"""Makers of real rows: each takes what a test cares about and invents the rest."""

import itertools
import uuid
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from PIL import Image

from catalog.connections import endpoints, tokens
from catalog.connections.models import EventType, Scope, WebhookEndpoint
from catalog.glossary.loading import load_glossary
from catalog.models import (
    Artisan,
    Merchant,
    MerchantMember,
    Product,
    RawLot,
    Term,
    Treatment,
    Variant,
)
from catalog.products import indexing
from catalog.provenance import services as provenance
from catalog.stock import services as catalog
from donghai import memory, rates
from donghai.home import home_day
from donghai.models import StaffMember, User
from donghai.money import Money
from hosts.models import Host, HostLanguage
from livestream.chat.services import Speaker
from livestream.crew import services as crew
from livestream.crew.services import Seat
from livestream.deals import services as deals
from livestream.models import Deal, HostTerms, Listing, LiveSession, Market, Series
from livestream.schedule import series
from livestream.schedule.recurrence import Rule
from livestream.sessions import linking
from livestream.sessions import services as livestream
from orders.checkout import claiming, waiting
from orders.checkout import services as checkout
from orders.checkout.address import Address
from orders.checkout.loading import load_rules
from orders.checkout.models import Claim, Order
from orders.checkout.rules import DestinationRule
from orders.checkout.waiting import Ticket
from orders.shipping.models import NumberRange

_serial = itertools.count(1)

MARKETS = {
    "US": ("United States", "America/New_York", "USD", "en"),
    "DE": ("Germany", "Europe/Berlin", "EUR", "de"),
    "GB": ("United Kingdom", "Europe/London", "GBP", "en"),
    "MX": ("Mexico", "America/Mexico_City", "MXN", "es"),
}


def make_user(email: str = "", **fields: Any) -> User:
    return User.objects.create_user(
        email or f"person{next(_serial)}@example.org", **fields
    )


def make_staff(duty: str = StaffMember.Duty.CLERK, **fields: Any) -> User:
    """Somebody the centre employs, at work in the admin by their duty."""
    user = make_user(**fields)
    StaffMember.objects.create(user=user, duty=duty)
    return user


def make_client(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def make_merchant(**fields: Any) -> Merchant:
    number = next(_serial)
    defaults = {
        "name": f"Stall {number}",
        "name_zh": f"水晶行{number}",
        "credit_code": make_credit_code(number),
        "stall": f"A-{number}",
        "state": Merchant.State.APPROVED,
    }
    return Merchant.objects.create(**defaults | fields)


def make_credit_code(number: int) -> str:
    """A valid unified social credit code of Donghai county (320722)."""
    from stdnum.cn import uscc

    body = f"91320722{number:09}"
    return body + uscc.calc_check_digit(body)


def make_variant(
    *,
    on_hand: int = 10,
    wholesale: str = "60.00",
    merchant: Merchant | None = None,
    mineral: str = "AMETHYST",
    form: str = "BRACELET",
    weight_g: int | str | Decimal = 27,
    hs_code: str = "7116200000",
    is_found: bool = True,
) -> Variant:
    number = next(_serial)
    product = Product.objects.create(
        merchant=merchant or make_merchant(),
        titles={"en": f"Amethyst bracelet {number}", "zh-hans": f"紫水晶手链 {number}"},
        mineral=mineral,
        form=form,
        treatment=Treatment.NONE,
        origin="UY",
        colour="VIOLET",
        hs_code=hs_code,
        customs_name="紫水晶手链",
        customs_elements="紫水晶手链|无品牌|不享惠|手链|天然紫水晶",
        state=Product.State.LISTED,
    )
    variant = Variant.objects.create(
        product=product,
        merchant=product.merchant,
        sku=f"T{number:06}",
        size="8 mm",
        weight_g=Decimal(weight_g),
        wholesale_minor=Money.of(wholesale, "CNY").minor,
    )
    if on_hand:
        catalog.receive(variant_id=variant.pk, quantity=on_hand)
    if is_found:
        indexing.index([product.pk])
    return variant


def make_host(*languages: str, **fields: Any) -> Host:
    number = next(_serial)
    host = Host.objects.create(
        user=fields.pop("user", None) or make_user(),
        name=fields.pop("name", f"Host {number}"),
        slug=f"host-{number}",
        **fields,
    )
    for language in languages or ("en", "es", "de"):
        HostLanguage.objects.create(
            host=host,
            language=language,
            level="C1",
            certificate=f"DH-{number}-{language}",
            certified_on=date(2025, 1, 1),
        )
    return host


def make_market(country: str = "US") -> Market:
    name, zone, currency, language = MARKETS[country]
    return Market.objects.get_or_create(
        country=country,
        defaults={
            "name": name,
            "zone": zone,
            "currency": currency,
            "language": language,
        },
    )[0]


def make_rules() -> None:
    """The rates and rules that the program ships, once per emptied database."""
    if not DestinationRule.objects.exists():
        load_rules()
        rates.load_ecb(days=5)
        NumberRange.objects.create(
            prefix="LK", first_serial=1, last_serial=99_999_999, next_serial=1
        )
    memory.forget()


def make_session(
    *, country: str = "US", host: Host | None = None, on_air: bool = True
) -> LiveSession:
    make_rules()
    market = make_market(country)
    host = host or make_host(market.language)
    session = livestream.schedule_session(
        host=host,
        plan=livestream.Plan(
            title="Amethyst night",
            language=market.language,
            market=market,
            starts_on=timezone.localdate() + timedelta(days=1),
            starts_time=time(22),
        ),
    )
    if on_air:
        livestream.go_live(host=host, session_id=session.pk)
        session.refresh_from_db()
    return session


def make_listing(
    *,
    session: LiveSession | None = None,
    variant: Variant | None = None,
    retail: str = "30.00",
) -> Listing:
    session = session or make_session()
    return linking.link_variant(
        host=session.host,
        session_id=session.pk,
        variant_id=(variant or make_variant()).pk,
        retail=Money.of(retail, session.currency),
    )


def make_claim(
    *,
    listing: Listing | None = None,
    bag: uuid.UUID | None = None,
    quantity: int = 1,
    key: uuid.UUID | None = None,
) -> Claim:
    listing = listing or make_listing()
    return claiming.claim(
        session_id=listing.session_id,
        listing_id=listing.pk,
        quantity=quantity,
        bag=bag or uuid.uuid4(),
        name="viewer",
        key=key,
    )


ADDRESSES = {
    "US": Address("Ann Lee", "1 Main St", "Austin", "US", "TX", "78701"),
    "DE": Address("Jan Roth", "Hauptstr. 1", "Berlin", "DE", "", "10115"),
    "GB": Address("Kim Hall", "1 High St", "Leeds", "GB", "", "LS1 1AA"),
    "MX": Address("Luz Gil", "Calle 1", "Puebla", "MX", "PUE", "72000"),
}


def make_order(
    *,
    variant: Variant | None = None,
    quantity: int = 1,
    country: str = "US",
    bag: uuid.UUID | None = None,
    listing: Listing | None = None,
) -> Order:
    """An order that waits for payment, its units held."""
    bag = bag or uuid.uuid4()
    if listing is None:
        retail = "600.00" if country == "MX" else "30.00"
        listing = make_listing(
            session=make_session(country=country), variant=variant, retail=retail
        )
    make_claim(listing=listing, bag=bag, quantity=quantity)
    quoted = checkout.quote(bag=bag, hold_ids=None, country=country)
    return checkout.place_order(
        bag=bag,
        quote_id=quoted.quote.pk,
        email="buyer@example.org",
        address=ADDRESSES[country],
    )


def make_glossary() -> None:
    """The words that the program ships, once per emptied database."""
    if not Term.objects.exists():
        load_glossary()
    memory.forget()


def make_token(merchant: Merchant, *scopes: str, **facts: Any) -> str:
    """The secret of a new token that may do all, or these."""
    return tokens.make(
        merchant_id=merchant.pk,
        name="till",
        scopes=scopes or Scope.values,
        made_by_id=make_user().pk,
        **facts,
    ).secret


def make_system(secret: str) -> Client:
    """A merchant's own system: sends its token with everything."""
    return Client(headers={"authorization": f"Bearer {secret}"})


def make_member(
    merchant: Merchant | None = None, role: str = MerchantMember.Role.OWNER
) -> MerchantMember:
    """Somebody who acts for a merchant."""
    return MerchantMember.objects.create(
        merchant=merchant or make_merchant(), user=make_user(), role=role
    )


def make_known_user(email: str = "") -> User:
    """Somebody who has shown that their e-mail address is theirs."""
    user = make_user(email)
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def make_picture(kind: str = "JPEG") -> bytes:
    """A small picture file, as a phone would send it."""
    out = BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, kind)
    return out.getvalue()


def make_lot(**fields: Any) -> RawLot:
    """A lot that arrived, of the stone that `make_variant` makes."""
    defaults: dict[str, Any] = {
        "mineral": "AMETHYST",
        "origin": "UY",
        "place": "Artigas",
        "weight_kg": Decimal("1000"),
        "importer": "Harbour Minerals",
        "declaration_number": f"2301202600{next(_serial):08}",
        "declared_on": date(2026, 3, 1),
        "arrived_on": date(2026, 3, 4),
        "supplier": "Secret Supplier",
        "state": RawLot.State.ARRIVED,
    }
    return provenance.register_lot(RawLot(**defaults | fields))


def make_artisan(**fields: Any) -> Artisan:
    number = next(_serial)
    defaults = {
        "name": f"Fang {number}",
        "name_zh": f"方{number}",
        "slug": f"fang-{number}",
        "craft": Artisan.Craft.CARVER,
    }
    return Artisan.objects.create(**defaults | fields)


def make_endpoint(merchant: Merchant, url: str, *event_types: str) -> WebhookEndpoint:
    """An address that is told everything, or these."""
    return endpoints.make(
        merchant_id=merchant.pk,
        url=url,
        event_types=event_types or EventType.values,
        made_by_id=make_user().pk,
    ).endpoint


def make_terms(merchant: Merchant | None = None, **facts: Any) -> HostTerms:
    """10 per cent off all of a merchant's pieces for a host, today alone."""
    today = home_day()
    return HostTerms.objects.create(
        **{
            "merchant": merchant or make_merchant(),
            "host": facts.pop("host", None) or make_host(),
            "percent_off": Decimal(10),
            "starts_on": today,
            "ends_on": today,
            "agreed_by": facts.pop("agreed_by", None) or make_user(),
        }
        | facts
    )


def make_speaker(name: str = "Ann", **facts: Any) -> Speaker:
    return Speaker(viewer=facts.pop("viewer", None) or uuid.uuid4(), name=name, **facts)


def make_crew(session: LiveSession, role: str = "MODERATOR") -> Seat:
    """Somebody who helps in a session, in their seat."""
    user = make_known_user()
    host = crew.seat_of(session.pk, session.host.user_id)
    assert host is not None
    crew.add(seat=host, email=user.email, role=role)
    seat = crew.seat_of(session.pk, user.pk)
    assert seat is not None
    return seat


def make_series(
    host: Host | None = None, rule: str = "FREQ=DAILY;COUNT=2", **facts: Any
) -> Series:
    """A session that repeats from the day after tomorrow on, at 22:00 of New York."""
    host = host or make_host("en")
    plan = livestream.Plan(
        title="Amethyst every night",
        language="en",
        market=make_market("US"),
        starts_on=timezone.localdate() + timedelta(days=2),
        starts_time=time(22),
        **facts,
    )
    return series.begin(host=host, plan=plan, rule=Rule(rule))


def make_deal(*, listing: Listing, price: str = "25.00", **facts: Any) -> Deal:
    """A flash deal that runs for five minutes: ten pieces, one a person."""
    wanted: dict[str, Any] = {"cap": 10, "per_person": 1, "lasts": timedelta(minutes=5)}
    return deals.start(
        host=listing.session.host,
        session_id=listing.session_id,
        listing_id=listing.pk,
        terms=deals.Terms(
            price=Money.of(price, listing.currency), **{**wanted, **facts}
        ),
    )


def make_ticket(*, listing: Listing, bag: uuid.UUID | None = None) -> Ticket:
    """A place in the line for a piece that is held."""
    return waiting.join(
        session_id=listing.session_id, listing_id=listing.pk, bag=bag or uuid.uuid4()
    )

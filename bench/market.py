"""The rows measurements sell: the demo market, with more of everything than can go."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Sum
from django.utils import timezone

from bench.report import say
from catalog.models import Merchant, Product, StockLevel, StockMovement, Variant
from catalog.stock import services as catalog
from hosts.models import Host
from livestream.models import Listing, LiveSession, Market
from livestream.sessions import linking, pricing
from livestream.sessions import services as livestream
from orders.management import seeding

PLENTY = 1_000_000  # on hand of each variant: no measurement may sell it out


@dataclass(frozen=True, slots=True)
class Shelf:
    """A listing on air, and the country its viewers live in."""

    session: int
    listing: int
    country: str


def shelves(count: int) -> list[Shelf]:
    """`count` variants of the demo market, listed on air by all its hosts in turn."""
    say(f"listing {count} variants")
    seeding.fill()
    pieces = in_plenty(count)
    hosts = list(Host.objects.order_by("pk"))
    made = []
    for number, host in enumerate(hosts):
        session = _session_of(host)
        listings = [_listing(session, piece) for piece in pieces[number :: len(hosts)]]
        livestream.go_live(host=host, session_id=session.pk)
        linking.pin(host=host, session_id=session.pk, listing_id=listings[0].pk)
        made += [Shelf(session.pk, one.pk, session.market_id) for one in listings]
    settle()
    return made


def plain_variants(count: int) -> list[int]:
    """`count` variants of one product, with nothing around them but their stock."""
    merchant = Merchant.objects.create(name="Bench", name_zh="测", stall="A-1")
    product = Product.objects.create(merchant=merchant, hs_code="7116200000")
    pieces = Variant.objects.bulk_create(
        Variant(
            product=product,
            merchant=merchant,
            sku=f"B-{n}",
            weight_g=1,
            wholesale_minor=1,
        )
        for n in range(count)
    )
    received = StockMovement.Kind.RECEIVED
    StockMovement.objects.bulk_create(
        StockMovement(variant=piece, kind=received, on_hand=PLENTY) for piece in pieces
    )
    settle()
    return [piece.pk for piece in pieces]


def require_explained_holds() -> None:
    """Raise unless every stock row counts just the units that are held of it."""
    held = Sum("variant__holds__quantity", default=0)
    levels = StockLevel.objects.annotate(held=held)
    if wrong := levels.exclude(reserved=F("held")).count():
        raise RuntimeError(f"{wrong} variants count other units than are held")


def in_plenty(count: int) -> list[Variant]:
    """`count` variants that fit into a parcel and never run out."""
    light = Variant.objects.filter(weight_g__lt=500).select_related("product")
    pieces = list(light.order_by("product_id", "pk")[:count])
    for piece in pieces:
        catalog.receive(variant_id=piece.pk, quantity=PLENTY)
    return pieces


def settle() -> None:
    """Let the database do its housekeeping now, not while we measure."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _session_of(host: Host) -> LiveSession:
    """One that starts now, for the first market whose language is hers."""
    spoken = host.languages.values_list("language")
    market = Market.objects.filter(language__in=spoken).order_by("pk")[0]
    there = (timezone.now() + timedelta(minutes=1)).astimezone(ZoneInfo(market.zone))
    plan = livestream.Plan(
        title="A measured night",
        language=market.language,
        market=market,
        starts_on=there.date(),
        starts_time=there.time(),
    )
    return livestream.schedule_session(host=host, plan=plan)


def _listing(session: LiveSession, piece: Variant) -> Listing:
    """At twice the least price that covers its costs."""
    rate = pricing.rate_into_yuan(session.currency, timezone.localdate())
    least = pricing.least_retail(piece.wholesale, session.currency, rate)
    return linking.link_variant(
        host=session.host,
        session_id=session.pk,
        variant_id=piece.pk,
        retail=least * 2,
    )

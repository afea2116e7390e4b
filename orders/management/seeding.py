"""Fills an empty database with the demo market, and each night with its sessions."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils import timezone
from stdnum.cn import uscc

from catalog.drawing import draw_portrait
from catalog.glossary.loading import load_glossary
from catalog.models import Merchant, MerchantMember, Product, Variant
from catalog.products import drawn as pictures
from catalog.products import saving
from catalog.products.drawn import as_file, save_picture_of
from catalog.products.pieces import Piece
from catalog.provenance import demo as provenance
from donghai import demo, rates, steps
from donghai.home import home_day
from donghai.models import StaffMember, User
from donghai.money import Money
from hosts.models import Host, HostLanguage
from livestream.models import Listing, LiveSession, Market, Studio
from livestream.sessions import covers, linking, pricing
from livestream.sessions import services as livestream
from livestream.sessions.covers import save_cover
from livestream.terms.services import Wanted, agree
from orders.checkout.loading import load_rules
from orders.management import market
from orders.shipping.models import NumberRange

PRODUCTS = 200
FIRST_PAGE = 24
PORTRAIT_SIZE = 320  # pixels, square
PIECES_PER_SESSION = 14
MARK_UP = {"BRACELET": 3.2, "RING": 3.4, "TUMBLED": 2.8}


@dataclass(frozen=True, slots=True)
class Show:
    """One of tonight's sessions, `minutes` from now, opening with what it is about."""

    host: int
    market: str
    language: str
    title: str
    minutes: int
    about: dict[str, str]


TONIGHT = [
    Show(1, "US", "en", "Amethyst, six sides each", -25, {"mineral": "AMETHYST"}),
    Show(2, "MX", "es", "Noche de citrino", -40, {"mineral": "CITRINE"}),
    Show(3, "DE", "de", "Bergkristall, ehrlich", -10, {"mineral": "ROCK_CRYSTAL"}),
    Show(4, "GB", "en", "Bracelets before bed", -15, {"form": "BRACELET"}),
    Show(5, "MX", "es", "Amatista y torres", 45, {"form": "TOWER"}),
    Show(6, "US", "en", "Carved in Donghai", 120, {"form": "CARVING"}),
    Show(7, "GB", "en", "Rose quartz, flaws first", 200, {"mineral": "ROSE_QUARTZ"}),
    Show(8, "DE", "de", "Kugeln, eine nach der anderen", 310, {"form": "SPHERE"}),
]


def is_empty() -> bool:
    """Whether nobody has filled this database yet."""
    return not Merchant.objects.exists()


@transaction.atomic
def fill() -> None:
    """Rules, rates, words, people, merchants, products and stock."""
    load_rules()
    load_glossary()
    rates.load_ecb()
    for country, name, zone, currency, language in market.MARKETS:
        Market.objects.create(
            country=country, name=name, zone=zone, currency=currency, language=language
        )
    NumberRange.objects.create(
        prefix="LK",
        first_serial=10_000_000,
        last_serial=10_999_999,
        next_serial=10_000_000,
        is_demo=True,
    )
    password = make_password(demo.PASSWORD)  # slow on purpose, so only once
    _staff(password)
    _hosts(password)
    Studio.objects.bulk_create(Studio(name=f"Room {n}") for n in (1, 2, 3))
    merchants = _merchants(password)
    _products(merchants, User.objects.get(email=demo.CLERK))
    _terms(merchants)
    provenance.fill(by=User.objects.get(email=demo.CLERK))


def open_tonight() -> list[LiveSession]:
    """Tonight's sessions, some on air already, unless there are some to come."""
    now = timezone.now()
    for old in LiveSession.objects.on_air().filter(ends_at__lte=now):
        livestream.end_session(host=old.host, session_id=old.pk)
    if LiveSession.objects.on_air().exists():
        return []
    chance = random.Random(now.date().isoformat())
    return [_session(chance, show) for show in TONIGHT if _is_free(show.host)]


def draw() -> None:
    """Draw what the first page shows now; the media worker draws the rest, a step each.

    First the market's newest page, then what is shown tonight, then all else.
    """
    for host in Host.objects.filter(portrait=""):
        image = draw_portrait(name=host.name, size=PORTRAIT_SIZE)
        host.portrait.save(f"{host.slug}.jpg", as_file(image))
    for session in LiveSession.objects.on_air().filter(cover=""):
        save_cover(session)
        for listing in session.listings.pinned().for_display():
            save_picture_of(listing.variant.product)
    for session_id in LiveSession.objects.filter(cover="").values_list("pk", flat=True):
        steps.schedule(covers.DRAW, subject_id=session_id)
    bare = Product.objects.filter(picture="").order_by("-pk")
    listed = Listing.objects.filter(variant__product=models.OuterRef("pk"))
    tonight = bare.filter(models.Exists(listed))
    for products in (bare[:FIRST_PAGE], tonight, bare):
        for product_id in products.values_list("pk", flat=True):
            steps.schedule(pictures.DRAW, subject_id=product_id)
    provenance.draw()


def _is_free(host_number: int) -> bool:
    return not LiveSession.objects.filter(
        host__slug=f"host-{host_number}", state__in=["ON_AIR", "SCHEDULED"]
    ).exists()


def _person(email: str, name: str, password: str) -> User:
    user = User.objects.create(email=email, name=name, password=password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _staff(password: str) -> None:
    for email, name, duty in (
        (demo.ADMIN, "Administrator", StaffMember.Duty.ADMIN),
        (demo.CLERK, "Clerk", StaffMember.Duty.CLERK),
    ):
        user = _person(email, name, password)
        user.is_superuser = duty == StaffMember.Duty.ADMIN
        user.save(update_fields=["is_superuser"])
        StaffMember.objects.create(user=user, duty=duty)


def _hosts(password: str) -> None:
    for number, (name, languages, about) in enumerate(market.HOSTS, start=1):
        email = demo.HOST.format(number=number)
        host = Host.objects.create(
            user=_person(email, name, password),
            name=name,
            slug=f"host-{number}",
            about=about,
        )
        for language in languages:
            HostLanguage.objects.create(
                host=host,
                language=language,
                level="C1",
                certificate=f"DH{number:04}-{language.upper()}",
                certified_on=date(2025, 9, 1),
            )


def _merchants(password: str) -> list[Merchant]:
    made = []
    for number, (name, name_zh) in enumerate(market.MERCHANTS, start=1):
        body = f"91320722{number:09}"
        merchant = Merchant.objects.create(
            name=name,
            name_zh=name_zh,
            credit_code=body + uscc.calc_check_digit(body),
            stall=f"{'ABC'[number % 3]}-{100 + number * 7}",
            state=Merchant.State.APPROVED,
        )
        MerchantMember.objects.create(
            merchant=merchant,
            user=_person(demo.STALL.format(number=number), name, password),
            role=MerchantMember.Role.OWNER,
        )
        made.append(merchant)
    return made


def _terms(merchants: list[Merchant]) -> None:
    """Two merchants favour hosts for a while."""
    today = home_day()
    for merchant, host, percent, days in (
        (0, 1, "5", 90),
        (0, 2, "7.5", 30),
        (1, 1, "8", 60),
    ):
        stall = merchants[merchant]
        agree(
            merchant_id=stall.pk,
            wanted=Wanted(
                host=Host.objects.get(slug=f"host-{host}"),
                product=None,
                percent_off=Decimal(percent),
                starts_on=today,
                ends_on=today + timedelta(days=days),
            ),
            by_id=stall.members.get().user_id,
        )


def _products(merchants: list[Merchant], confirmed_by: User) -> None:
    """Two hundred products, dealt out to the merchants, each a few sizes of one."""
    chance = random.Random("donghai")
    kinds = [(mineral, form) for form in market.FORMS for mineral in market.MINERALS]
    chance.shuffle(kinds)
    kinds = (kinds * 2)[:PRODUCTS]
    pieces: dict[int, list[Piece]] = {merchant.pk: [] for merchant in merchants}
    for number, (mineral, form) in enumerate(kinds, start=1):
        owner = merchants[(number - 1) % len(merchants)]
        pieces[owner.pk] += _pieces_of(chance, number, mineral, form)
    for merchant_id, hers in pieces.items():
        saver = saving.Saver(
            merchant_id=merchant_id,
            by_id=confirmed_by.pk,
            reason="期初库存",
            confirms=True,
        )
        saving.save(hers, saver)


def _pieces_of(
    chance: random.Random, number: int, mineral: str, form: str
) -> Iterator[Piece]:
    colour, origin, factor, treatment = market.MINERALS[mineral]
    shape = market.FORMS[form]
    plain, lightest = shape.price * factor, float(shape.sizes[0].grams)
    for place, size in enumerate(shape.sizes, start=1):
        heavier = float(size.grams) / lightest
        yuan = plain * heavier**0.8 * chance.uniform(0.85, 1.25)
        is_one_off = form == "CLUSTER"
        sizes: dict[str, Any] = {name: Decimal(mm) for name, mm in size.mm.items()}
        yield Piece(
            sku=f"DH-{number:04}-{place}",
            product=f"DH-{number:04}",
            mineral=mineral,
            form=form,
            treatment=treatment,
            colour=colour,
            origin=origin,
            size=size.words,
            **sizes,
            weight_g=Decimal(size.grams),
            wholesale_minor=round(yuan) * 100,
            is_one_off=is_one_off,
            on_hand=1 if is_one_off else chance.randint(3, 60),
        )


def _session(chance: random.Random, show: Show) -> LiveSession:
    host = Host.objects.get(slug=f"host-{show.host}")
    place = Market.objects.get(pk=show.market)
    starts = _quarter(timezone.now() + timedelta(minutes=show.minutes)).astimezone(
        ZoneInfo(place.zone)
    )
    session = livestream.schedule_session(
        host=host,
        plan=livestream.Plan(
            title=show.title,
            language=show.language,
            market=place,
            starts_on=starts.date(),
            starts_time=starts.time(),
            minutes=240,
        ),
    )
    listings = [
        linking.link_variant(
            host=host,
            session_id=session.pk,
            variant_id=variant.pk,
            retail=_retail(variant, session.currency),
        )
        for variant in _pieces(chance, show.about)
    ]
    if show.minutes < 0:
        livestream.go_live(host=host, session_id=session.pk)
        linking.pin(host=host, session_id=session.pk, listing_id=listings[0].pk)
    return session


def _quarter(moment: datetime) -> datetime:
    return moment.replace(
        minute=moment.minute // 15 * 15, second=0, microsecond=0, tzinfo=moment.tzinfo
    )


def _pieces(chance: random.Random, about: dict[str, str]) -> list[Variant]:
    """What the session is about, and a few others to close with."""
    free = list(
        Variant.objects.select_related("product")
        .filter(product__state=Product.State.LISTED, stock__on_hand__gt=0)
        .order_by("pk")
    )
    chance.shuffle(free)
    facts = about.items()
    free.sort(key=lambda one: any(getattr(one.product, k) != v for k, v in facts))
    return free[:PIECES_PER_SESSION]


def _retail(variant: Variant, currency: str) -> Money:
    """Wholesale with a shopkeeper's mark-up, ending in a 9 or a 0 by currency."""
    rate = pricing.rate_into_yuan(currency, timezone.localdate(timezone=_home()))
    factor = MARK_UP.get(variant.product.form, 2.6)
    yuan = float(variant.wholesale.amount) * factor + 12
    major = yuan / float(rate.rate / rate.quantity if rate else 1)
    step = 10 if major > 200 else 1
    return Money.of(max(step, round(major / step) * step), currency) - Money.of(
        "0.10" if step == 1 else "1", currency
    )


def _home() -> ZoneInfo:
    return ZoneInfo(settings.HOME_ZONE)

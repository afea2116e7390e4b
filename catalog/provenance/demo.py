"""The demo market's lots, artisans and reports: invented, believable, and saying so."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from catalog.products.drawn import as_file
from catalog.products.models import Product
from catalog.provenance import drawn, invented, services
from catalog.provenance.models import (
    Artisan,
    Evidence,
    Honour,
    LabReport,
    RawLot,
    RawUse,
    Work,
)
from donghai import steps
from donghai.storage import private_files

Kind = Evidence.Kind
ROLES = {
    "CARVING": Work.Role.CARVED,
    "CLUSTER": Work.Role.POLISHED,
    "SPHERE": Work.Role.POLISHED,
    "TOWER": Work.Role.CUT,
    "FACETED": Work.Role.CUT,
    "BRACELET": Work.Role.STRUNG,
    "NECKLACE": Work.Role.STRUNG,
    "RING": Work.Role.SET,
    "PENDANT": Work.Role.SET,
    "EARRINGS": Work.Role.SET,
}
WORKED_BY = {
    Work.Role.CARVED: Artisan.Craft.CARVER,
    Work.Role.CUT: Artisan.Craft.CUTTER,
    Work.Role.POLISHED: Artisan.Craft.POLISHER,
    Work.Role.SET: Artisan.Craft.SETTER,
    Work.Role.STRUNG: Artisan.Craft.STRINGER,
}


def fill(by: Any) -> None:
    """Lots, people and links for most of the market's products, partly checked `by`."""
    chance = random.Random("provenance")
    paper = _paper()
    lots = RawLot.objects.bulk_create(_lots(chance))
    artisans = Artisan.objects.bulk_create(map(_artisan, invented.ARTISANS))
    honours = Honour.objects.bulk_create(_honours(artisans))
    products = list(Product.objects.order_by("pk"))
    uses = RawUse.objects.bulk_create(_uses(chance, products, lots))
    works = Work.objects.bulk_create(_works(chance, products, artisans))
    reports = LabReport.objects.bulk_create(_reports(chance, products))
    proofs = [
        *_papers_of(lots[::2], Kind.DECLARATION, paper, by),
        *_papers_of(uses[::2], Kind.INVOICE, paper, None),
        *_papers_of(uses[::3], Kind.WEIGHT, paper, by),
        *_papers_of(works[::4], Kind.OTHER, paper, by),
        *_papers_of(reports, Kind.REPORT, paper, None),
        *_papers_of(honours[::2], Kind.OTHER, paper, by),
    ]
    for proof in proofs:
        if proof.report_id and proof.report_id % 3:
            proof.checked_by, proof.checked_on = by, timezone.localdate()
    Evidence.objects.bulk_create(proofs)


def draw() -> None:
    """Portraits and photos of lots, by the media worker, a step each."""
    for artisan_id in Artisan.objects.filter(portrait="").values_list("pk", flat=True):
        steps.schedule(drawn.DRAW_ARTISAN, subject_id=artisan_id)
    bare = RawLot.objects.here().exclude(evidence__kind=Kind.PHOTO)
    for lot_id in bare.values_list("pk", flat=True):
        steps.schedule(drawn.DRAW_LOT, subject_id=lot_id)


def _lots(chance: random.Random) -> Iterable[RawLot]:
    """Numbered here, by the dozen: nobody else is at it yet."""
    last: dict[int, int] = {}
    for number, row in enumerate(invented.LOTS):
        arrived = _days_ago(row.days_ago)
        is_here, abroad = row.days_ago > 0, row.origin != "CN"
        last[arrived.year] = last.get(arrived.year, 0) + 1
        port = chance.choice(("2301", "2302"))  # Lianyungang, and the town beside it
        digits = f"{port}{arrived.year}{chance.randrange(10**10):010}"
        yield RawLot(
            code=f"RL-{arrived.year}-{last[arrived.year]:06}",
            mineral=row.mineral,
            origin=row.origin,
            place=row.place,
            weight_kg=Decimal(row.weight_kg),
            importer=invented.IMPORTERS[number % len(invented.IMPORTERS)],
            declaration_number=digits if abroad and is_here else "",
            declared_on=arrived - timedelta(days=3) if abroad and is_here else None,
            arrived_on=arrived if is_here else None,
            supplier=f"Invented supplier {number + 1}",
            state=RawLot.State.ARRIVED if is_here else RawLot.State.EXPECTED,
        )


def _artisan(row: invented.Person) -> Artisan:
    return Artisan(
        name=row.name,
        name_zh=row.name_zh,
        slug=row.slug,
        craft=row.craft,
        since=row.since,
        about={"en": row.about, "zh-hans": row.about_zh},
    )


def _honours(artisans: list[Artisan]) -> Iterable[Honour]:
    for artisan, row in zip(artisans, invented.ARTISANS, strict=True):
        for year, title, title_zh, given_by in row.honours:
            words = {"en": title, "zh-hans": title_zh}
            yield Honour(artisan=artisan, title=words, year=year, given_by=given_by)


def _uses(
    chance: random.Random, products: list[Product], lots: list[RawLot]
) -> Iterable[RawUse]:
    for product in products:
        fits = [
            lot
            for lot in lots
            if (lot.mineral, lot.origin) == (product.mineral, product.origin)
            and lot.state == RawLot.State.ARRIVED
        ]
        if fits and chance.random() < 0.9:
            grams = Decimal(chance.randint(20, 900)) if chance.random() < 0.6 else None
            yield RawUse(product=product, lot=chance.choice(fits), grams=grams)


def _works(
    chance: random.Random, products: list[Product], artisans: list[Artisan]
) -> Iterable[Work]:
    for product in products:
        role = ROLES.get(product.form)
        able = [one for one in artisans if role and one.craft == WORKED_BY[role]]
        if role and able and chance.random() < 0.75:
            done = timezone.localdate() - timedelta(days=chance.randint(5, 40))
            begun = done - timedelta(days=chance.randint(0, 12))
            artisan = chance.choice(able)
            yield Work(
                product=product, artisan=artisan, role=role, from_on=begun, to_on=done
            )


def _reports(chance: random.Random, products: list[Product]) -> Iterable[LabReport]:
    """A few tell what the merchant tells; one doesn't, so that this can be seen."""
    for number, product in enumerate(products[3::12]):
        found = "FILLED" if number == 2 else product.treatment
        yield LabReport(
            product=product,
            laboratory=invented.LABORATORIES[number % 2],
            number=f"DEMO-{26_000 + chance.randrange(1000)}-{number + 1:02}",
            issued_on=_days_ago(chance.randint(2, 30)),
            found_treatment=found,
            found_mineral=product.mineral,
        )


def _papers_of(
    claims: Iterable[Any], kind: str, file: str, by: Any
) -> Iterable[Evidence]:
    for claim in claims:
        yield Evidence(
            **{services.CLAIMS[type(claim)]: claim},
            kind=kind,
            proves=invented.PROVES[kind],
            file=file,
            is_public=kind in (Kind.REPORT, Kind.OTHER),
            checked_by=by,
            checked_on=_days_ago(1) if by else None,
        )


def _days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def _paper() -> str:
    """A page that says it is none; every claim of the demo shares it."""
    page = Image.new("RGB", (620, 877), "#fdfcfa")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(26)
    pen.rectangle((24, 24, 595, 852), outline="#b9aec8", width=2)
    pen.multiline_text((64, 80), invented.PAPER, "#2b2533", font, spacing=18)
    return private_files().save("evidence/demo.jpg", as_file(page))

"""The editor: what was typed is kept as it is, and saved as pieces when it is whole.

A form's fields are facts by their names (`mineral`), words (`title_es`, `story`) and,
for each variant, its own by number (`v0-sku`, `v0-wholesale`). `Product.unfinished` has
them with when and by whom, until they are saved: half a number isn't lost either.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.glossary import titles
from catalog.glossary.models import Language
from catalog.products import checking, declaring, merging, saving, tariff, typed
from catalog.products.current import FACTS, piece_of, with_facts
from catalog.products.merging import Shown
from catalog.products.models import Product, Variant
from catalog.products.pieces import MEASURES, Piece
from catalog.products.skus import alike
from catalog.stock.models import StockMovement
from donghai.errors import Refused

MOST_VARIANTS = 60
LONGEST = 4000
NUMBERS = (*MEASURES, "weight_g")
YUAN = {
    "wholesale": "wholesale_minor",
    "suggested": "suggested_retail_minor",
    "least": "least_retail_minor",
}
COUNTS = ("min_quantity", "on_hand", "alarm_at")
OF_VARIANT = ("sku", "size", *NUMBERS, *YUAN, *COUNTS, "tiers", "is_one_off")
KEY = re.compile(r"v(\d{1,2})-(\w+)")
Typed = Mapping[str, str]


class ChangedElsewhere(Refused):
    code = "changed_elsewhere"
    title = _(
        "This product was changed on another device. Load it anew to see that; what "
        "you typed here is kept on this device."
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows: when that was kept or saved, and a name of the page's own.

    What the same page kept meanwhile is no news to it, even if our answer got lost.
    `shown` is what its fields held before anybody typed: without it all is typed.
    """

    mark: str
    page: str = ""
    shown: Shown | None = None


@dataclass(slots=True)
class Said:
    """What a form says: whole pieces, or what is wrong with it by field."""

    pieces: list[Piece] = field(default_factory=list)
    errors: dict[str, str | Promise] = field(default_factory=dict)
    missing: dict[str, str | Promise] = field(default_factory=dict)
    warnings: dict[str, str | Promise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What follows from what is typed: titles by language, and the customs code."""

    titles: dict[str, str]
    proposal: tariff.Proposal | None
    code: str  # that will be declared; six digits while nobody said the others
    customs: declaring.Words | None

    @property
    def is_own(self) -> bool:
        """Whether a person chose another code than the proposed one."""
        return self.proposal is not None and self.code != self.proposal.hs_code


@transaction.atomic
def new_draft(*, merchant_id: int) -> Product:
    """An empty product to be typed into; one that stayed empty is used again."""
    empty = Product.objects.filter(
        merchant_id=merchant_id,
        state=Product.State.DRAFT,
        unfinished__isnull=True,
        variants=None,
        photos=None,
        mineral="",
    )
    found = empty.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    return found.first() or Product.objects.create(merchant_id=merchant_id)


@transaction.atomic
def keep(*, product_id: int, by_id: int, said: Typed, seen: Seen) -> datetime:
    """Keep what is typed, as it is. Returns when; nothing of it is public yet.

    Refuses with ChangedElsewhere if something is there that the page hasn't seen.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    _require_newest(product, seen)
    now = timezone.now()
    product.unfinished = {
        "typed": {name: text[:LONGEST] for name, text in said.items()},
        "at": now.isoformat(),
        "by": by_id,
        "page": seen.page,
        "shown": seen.shown and seen.shown.written(),
    }
    product.save(update_fields=["unfinished"])
    return now


@transaction.atomic
def save(*, product: Product, said: Typed, saver: saving.Saver, seen: Seen) -> Said:
    """Save what is typed as the product's variants, and forget it as unfinished.

    With `errors` in the answer nothing was saved; with `missing` it stays a draft.
    Variants that the form has no more are withdrawn. What wasn't touched in it stays as
    it stands, whatever the form shows.
    """
    there = list(product.variants.values_list("sku", flat=True))
    saving.lock(there, saver.merchant_id)  # before the product, as sheets do
    standing = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    _require_newest(standing, seen)
    said = merged(standing, said, seen.shown)
    read = read_form(said, standing)
    if read.errors:
        return read
    if not standing.code:
        standing.code = _free_code(standing, read.pieces[0].sku)
        standing.save(update_fields=["code"])
        read = read_form(said, standing)
    kept = {alike(piece.sku) for piece in read.pieces}
    skus = standing.variants.values_list("sku", flat=True)
    gone = {sku for sku in skus if alike(sku) not in kept}
    saving.save(read.pieces, saver)
    if gone:
        saving.withdraw(gone, saver)
    Product.objects.filter(pk=standing.pk).update(unfinished=None)
    return read


def seen_at(product: Product) -> str:
    """The mark of what the editor shows: when it was kept, else when it was saved."""
    kept = product.unfinished or {}
    return str(kept.get("at") or product.changed_at.isoformat())


def typed_of(product: Product) -> dict[str, str]:
    """What the editor's fields show: what was typed last, over what stands."""
    kept = product.unfinished
    if kept is None:
        return _standing_typed(product) | _back_on_hand(product)
    return merged(product, kept["typed"], Shown.read(kept.get("shown") or ""))


def merged(product: Product, said: Typed, shown: Shown | None) -> dict[str, str]:
    """What was typed, over what stands now; all if nobody knows what was shown."""
    if shown is None:
        return dict(said)
    return merging.merged(said, rows_of(said), shown, standing_shown(product))


def standing_shown(product: Product) -> Shown:
    """What stands, as the editor would show it to somebody who typed nothing."""
    said = _standing_typed(product)
    return Shown.of(said, rows_of(said))


def _standing_typed(product: Product) -> dict[str, str]:
    said = {name: str(getattr(product, name)) for name in FACTS}
    said |= {"story": product.story, "hs_code": _own_code(product)}
    said |= {f"title_{code}": text for code, text in product.own_titles.items()}
    for number, variant in enumerate(with_facts(_shown(product)).order_by("pk")):
        for name, text in _variant_typed(piece_of(variant)).items():
            said[f"v{number}-{name}"] = text
    return said


def _back_on_hand(product: Product) -> dict[str, str]:
    """Counts as they'd be with what was taken out as its variants were withdrawn."""
    taken = StockMovement.objects.filter(
        variant__product=product, moved_at=models.F("variant__withdrawn_at")
    )
    out = {alike(sku): -n for sku, n in taken.values_list("variant__sku", "on_hand")}
    said = _standing_typed(product)
    return {
        f"v{n}-on_hand": str(int(said[f"v{n}-on_hand"]) + out[sku])
        for n in rows_of(said)
        if (sku := alike(said.get(f"v{n}-sku", ""))) in out
    }


def _shown(product: Product) -> models.QuerySet[Variant]:
    """What is on the market; of a withdrawn product what was withdrawn with it."""
    variants = Variant.objects.filter(product=product)
    standing = variants.filter(withdrawn_at=None)
    if product.state != Product.State.WITHDRAWN or standing.exists():
        return standing
    last = variants.aggregate(last=models.Max("withdrawn_at"))["last"]
    return variants.filter(withdrawn_at=last)


def rows_of(said: Typed) -> list[int]:
    """The numbers of the variants a form has, in order; at least one."""
    found = {int(match[1]) for key in said if (match := KEY.fullmatch(key))}
    return sorted(found)[:MOST_VARIANTS] or [0]


def read_form(said: Typed, product: Product) -> Said:
    """Pieces of what is typed, or what is wrong with it."""
    read = Said()
    common: dict[str, Any] = {name: said.get(name, "") for name in FACTS}
    common["titles"] = {
        code: said.get(f"title_{code}", "").strip() for code in Language.values
    }
    common |= {"story": said.get("story", "").strip(), "product": product.code}
    common["hs_code"] = typed.plain(said.get("hs_code", ""))
    standing = _standing(product)
    skus: set[str] = set()
    taken = _taken(said, product)
    for number in rows_of(said):
        facts = dict(_row_of(said, number, read.errors))
        piece = Piece(**common, **facts)
        if alike(piece.sku) in skus:
            read.errors[f"v{number}-sku"] = _("This SKU stands above already.")
        if alike(piece.sku) in taken:
            read.errors[f"v{number}-sku"] = _(
                "Another product of yours has this SKU. Choose another one."
            )
        skus.add(alike(piece.sku))
        _check(piece, number, standing, read)
        read.pieces.append(piece)
    return read


def preview(said: Typed, product: Product) -> Preview:
    """Titles and customs code as they would be, of facts typed so far."""
    piece = read_form(said, product).pieces[0]
    composed = titles.compose_titles(saving.title_facts(piece))
    composed |= {code: title for code, title in piece.titles.items() if title}
    goods = declaring.goods_of(piece)
    proposal = declaring.propose(goods)
    is_wrong = any(checking.of_code(piece.hs_code, piece))
    code = "" if is_wrong else piece.hs_code
    code = code or (proposal.hs_code if proposal else "")
    words = declaring.words(goods, code) if proposal else None
    return Preview(composed, proposal, code, words)


def _own_code(product: Product) -> str:
    """The customs code if a person chose another than the facts propose."""
    proposal = declaring.propose(declaring.goods_of(product))
    is_proposed = proposal is not None and proposal.hs_code == product.hs_code
    return "" if is_proposed else product.hs_code


def _require_newest(product: Product, seen: Seen) -> None:
    kept = product.unfinished or {}
    if seen.page and kept.get("page") == seen.page:
        return
    mark = parse_datetime(seen.mark) if seen.mark else None
    newest = parse_datetime(seen_at(product))
    if mark is None or newest is None or newest > mark:
        raise ChangedElsewhere()


def _standing(product: Product) -> dict[str, int]:
    """What each of its variants has promised, by SKU without case."""
    rows = product.variants.values_list("sku", "stock__allocated", "stock__reserved")
    return {alike(sku): sold + held for sku, sold, held in rows} if product.pk else {}


def _taken(said: Typed, product: Product) -> set[str]:
    """Those of the SKUs typed that the merchant's other products have."""
    typed_here = filter(None, (said.get(f"v{n}-sku", "") for n in rows_of(said)))
    hers = Variant.objects.filter(merchant=product.merchant_id).by_sku(*typed_here)
    others = hers.exclude(product=product).values_list("sku", flat=True)
    return set(map(alike, others))


def _row_of(
    said: Typed, number: int, errors: dict[str, str | Promise]
) -> Iterator[tuple[str, Any]]:
    """A variant's facts as typed; what can't be read is an error at its field."""

    def text(name: str) -> str:
        return said.get(f"v{number}-{name}", "")

    yield "sku", typed.plain(text("sku"))
    yield "size", text("size").strip()[:60]
    yield "is_one_off", bool(text("is_one_off"))
    readers = [
        *((name, name, typed.decimal) for name in NUMBERS),
        *((name, target, typed.fen) for name, target in YUAN.items()),
        *((name, name, typed.whole) for name in COUNTS),
        ("tiers", "tiers", typed.tiers),
    ]
    for name, target, reader in readers:
        try:
            yield target, reader(text(name))
        except typed.NotANumber:
            errors[f"v{number}-{name}"] = _meant(name)
            yield target, None


def _meant(name: str) -> str | Promise:
    """What to write into a field that can't be read."""
    if name == "tiers":
        return _("Write “10: 55; 50: 48.50”: from how many, and the price of one.")
    if name == "weight_g":
        return _("Write grams between 0.01 and 1,000,000, such as 27.5.")
    if name in MEASURES:
        return _("Write millimetres between 0.1 and 10,000, such as 8.5.")
    if name in YUAN:
        return _("Write yuan between 0.01 and 1,000,000,000, such as 12.50.")
    return _("Write a whole number of at most 10,000,000, such as 12.")


def _check(piece: Piece, number: int, promised: Mapping[str, int], read: Said) -> None:
    backwards = {target: name for name, target in YUAN.items()}
    found = checking.problems(piece, promised=promised.get(alike(piece.sku), 0))
    for problem in (*found, *checking.of_code(piece.hs_code, piece)):
        name = backwards.get(problem.field, problem.field)
        key = f"v{number}-{name}" if name in OF_VARIANT else name
        kind = read.warnings if problem.warns else read.missing
        (read.errors if problem.blocks else kind).setdefault(key, problem.sentence)


def _variant_typed(piece: Piece) -> dict[str, str]:
    said = {
        "sku": piece.sku,
        "size": piece.size,
        "tiers": typed.tiers_in_words(piece.tiers),
    }
    said |= {name: _number(getattr(piece, name)) for name in (*NUMBERS, *COUNTS)}
    said |= {name: typed.yuan(getattr(piece, field)) for name, field in YUAN.items()}
    said["is_one_off"] = "yes" if piece.is_one_off else ""
    return said


def _number(value: Decimal | int | None) -> str:
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _free_code(product: Product, wanted: str) -> str:
    """A product number that no other product of the merchant has."""
    taken = Product.objects.filter(merchant_id=product.merchant_id, code=wanted)
    return f"{wanted}-{product.pk}" if taken.exists() else wanted

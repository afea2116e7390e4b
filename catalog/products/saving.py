"""Saving pieces: the one way products and variants come to be and change.

The editor, the sheets and the merchants' API all come here, a piece at a time or
hundreds. Locks, in this order: the merchant (so that two writers of hers take turns),
stock rows by variant id, search rows by product id, which are written last.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.glossary import titles
from catalog.merchants.models import Merchant
from catalog.products import checking, declaring, describing, indexing
from catalog.products.current import (
    FACTS,
    of_product,
    piece_of,
    variants_of,
    with_facts,
)
from catalog.products.models import Metal, PriceTier, Product, Variant
from catalog.products.pieces import MEASURES, Piece, Problem
from catalog.stock.models import StockLevel, StockMovement
from donghai.errors import Refused

State, Kind = Product.State, StockMovement.Kind
PRODUCT_FIELDS = (
    *("code", *FACTS),
    *("titles", "own_titles", "story", "hs_code", "customs_name", "customs_elements"),
    *("customs_confirmed_by", "customs_confirmed_at", "state", "changed_at"),
)
AS_SAID = (
    *("size", *MEASURES, "weight_g", "wholesale_minor"),
    *("suggested_retail_minor", "least_retail_minor", "alarm_at"),
)
VARIANT_FIELDS = (*AS_SAID, "min_quantity", "is_one_off", "withdrawn_at")


class CannotBeSaved(Refused):
    code = "piece_cannot_be_saved"
    title = _("%(sku)s: %(sentence)s")
    status = 422


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one piece; ids are None when `problems` kept it out."""

    sku: str
    variant_id: int | None = None
    product_id: int | None = None
    created: bool = False
    changed: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass
class Row:
    """A piece on its way: as said, as it will stand, and the rows it goes to."""

    said: Piece
    piece: Piece
    before: Piece | None
    variant: Variant | None
    product: Product | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not any(problem.blocks for problem in self.problems)

    @property
    def is_whole(self) -> bool:
        return all(problem.warns for problem in self.problems)

    @property
    def is_changed(self) -> bool:
        if self.before is None or self.variant is None:
            return True
        product = self.variant.product
        return (
            self.piece != self.before
            or self.variant.withdrawn_at is not None
            or product.state != State.LISTED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Saver:
    """Who saves, why, and whether this person confirms the customs codes."""

    merchant_id: int
    by_id: int | None
    reason: str = ""
    confirms: bool = False
    said_confirms: bool = False  # a code that a piece names is confirmed by naming it
    says_all: bool = False  # as the editor does: what is unsaid is taken away


def check(pieces: Sequence[Piece], *, merchant_id: int) -> list[list[Problem]]:
    """What is wrong with each piece as it would stand; writes nothing."""
    saver = Saver(merchant_id=merchant_id, by_id=None)
    return [row.problems for row in _rows(pieces, saver)]


@transaction.atomic
def save(
    pieces: Sequence[Piece], saver: Saver, *, all_or_nothing: bool = True
) -> list[Saved]:
    """Create or change variants by SKU, with their products, stock and search rows.

    What a piece doesn't say stays as it is, and a piece that changes nothing writes
    nothing: saving twice is saving once. A product is listed when all its facts are
    there and a person confirmed its customs code; else it's a draft. Raises
    CannotBeSaved at the first faulty piece, or leaves the faulty ones out.
    """
    lock([piece.sku for piece in pieces], saver.merchant_id)
    rows = _rows(pieces, saver)
    for row in rows:
        if all_or_nothing and not row.is_sound:
            wrong = next(x for x in row.problems if x.blocks)
            raise CannotBeSaved(sku=row.said.sku, sentence=wrong.sentence)
    changed = [row for row in rows if row.is_sound and row.is_changed]
    if changed:
        _write_products(changed, saver)
        _write_variants(changed, saver)
        _write_tiers(changed)
        _move_stock(changed, saver)
        for row in changed:
            if row.product and row.piece.story != (row.before or Piece(sku="")).story:
                describing.schedule_translation(row.product.pk, row.piece.story)
        indexing.index({row.product.pk for row in changed if row.product})
    written = {id(row) for row in changed}
    return [_saved(row, id(row) in written) for row in rows]


@transaction.atomic
def withdraw(skus: Iterable[str], saver: Saver) -> int:
    """Take variants off the market and their unpromised stock out; how many were on.

    What is sold or held stays so. A product without variants is withdrawn, too. What is
    taken out says the moment of it: it's offered again with the variant.
    """
    now = timezone.now()
    Merchant.objects.select_for_update(no_key=True).get(pk=saver.merchant_id)
    variants = list(variants_of(skus, merchant_id=saver.merchant_id).values())
    levels = StockLevel.objects.select_for_update().order_by("variant_id")
    free = {x.variant_id: x.free for x in levels.filter(variant__in=variants)}
    out = [(pk, -number) for pk, number in sorted(free.items()) if number > 0]
    StockMovement.objects.bulk_create(
        _movement(pk, change, saver, Kind.ADJUSTED, now) for pk, change in out
    )
    gone = Variant.objects.filter(
        pk__in=[one.pk for one in variants], withdrawn_at=None
    ).update(withdrawn_at=now)
    products = {one.product_id for one in variants}
    touched = Product.objects.filter(pk__in=products)
    touched.update(changed_at=now)
    touched.exclude(variants__in=Variant.objects.filter(withdrawn_at=None)).update(
        state=State.WITHDRAWN
    )
    indexing.index(products)
    return gone


def _rows(pieces: Sequence[Piece], saver: Saver) -> list[Row]:
    """Pieces beside what stands, each with its problems."""
    skus = [piece.sku for piece in pieces]
    standing = variants_of(skus, merchant_id=saver.merchant_id)
    rows = []
    for said in pieces:
        variant = standing.get(said.sku)
        before = piece_of(variant) if variant else None
        sku = before.sku if before else said.sku
        keeps = before if before and not saver.says_all else Piece(sku=sku)
        rows.append(Row(said, said.over(keeps), before, variant))
    for same in _find_products(rows, saver.merchant_id):
        for row in same:
            _complete(row, saver)
        for place, problem in checking.disagreements([row.piece for row in same]):
            same[place].problems.append(problem)
    return rows


def _complete(row: Row, saver: Saver) -> None:
    """Fill in what a product says of its new variant; note what is wrong with it."""
    product, variant = row.product, row.variant
    if variant is None and product and product.pk and not saver.says_all:
        row.piece = row.piece.over(of_product(product, row.piece.sku))
    row.piece = replace(row.piece, metal=row.piece.metal or Metal.NONE.value)
    promised = variant.stock.allocated + variant.stock.reserved if variant else 0
    row.problems[:0] = [
        *checking.problems(row.piece, promised=promised),
        *checking.of_code(row.said.hs_code, row.piece),
    ]


def _find_products(rows: Sequence[Row], merchant_id: int) -> Collection[Sequence[Row]]:
    """The product each piece belongs to, old or new; the rows of each together."""
    codes = {row.piece.product for row in rows} - {""}
    found = Product.objects.filter(merchant_id=merchant_id, code__in=codes)
    by_code = {product.code: product for product in found}
    by_id = {product.pk: product for product in by_code.values()}
    together: dict[int, list[Row]] = {}
    for row in rows:
        code = row.piece.product
        if row.variant:
            stands = row.variant.product
            row.product = by_id.setdefault(stands.pk, stands)
            if code and not stands.code and code not in by_code:
                row.product.code = code
                by_code[code] = row.product
            elif code != row.product.code:
                row.problems.append(checking.another_product(row.product.code))
        elif code:
            row.product = by_code.setdefault(
                code, Product(merchant_id=merchant_id, code=code)
            )
        else:
            row.product = Product(merchant_id=merchant_id)
        together.setdefault(id(row.product), []).append(row)
    return together.values()


def lock(skus: Sequence[str], merchant_id: int) -> None:
    """So that nothing moves while we compare what is there with what was said.

    Locks the merchant, then the stock of these SKUs by variant id.
    """
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant_id)
    mine = Variant.objects.filter(merchant_id=merchant_id).by_sku(*skus)
    levels = StockLevel.objects.filter(variant__in=mine)
    list(levels.order_by("variant_id").select_for_update(of=("self",)))


def _write_products(rows: Sequence[Row], saver: Saver) -> None:
    products = {id(row.product): row for row in rows}
    unfinished = _unfinished(rows)
    now = timezone.now()
    for key, row in products.items():
        _fill(row, saver, is_whole=key not in unfinished)
        row.product.changed_at = now  # type: ignore[union-attr]
    found = [row.product for row in products.values() if row.product]
    Product.objects.bulk_create([one for one in found if one.pk is None])
    standing = sorted((one for one in found if one.pk), key=lambda one: one.pk)
    Product.objects.bulk_create(
        standing,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=PRODUCT_FIELDS,
    )


def _unfinished(rows: Sequence[Row]) -> set[int]:
    """Products with a size that lacks something: one of these, or one beside them."""
    lacking = {id(row.product) for row in rows if not row.is_whole}
    saved = [row.variant.pk for row in rows if row.variant]
    by_id = {row.product.pk: row for row in rows if row.product and row.product.pk}
    beside = Variant.objects.filter(product__in=by_id, withdrawn_at=None)
    for variant in with_facts(beside.exclude(pk__in=saved)):
        row = by_id[variant.product_id]
        facts = {name: getattr(row.piece, name) for name in FACTS}
        piece = replace(piece_of(variant), **facts)
        if not all(problem.warns for problem in checking.problems(piece)):
            lacking.add(id(row.product))
    return lacking


def _fill(row: Row, saver: Saver, *, is_whole: bool) -> None:
    """Put a piece's facts into its product, and what follows from them."""
    product, piece = row.product, row.piece
    assert product is not None
    was = None if product.pk is None else declaring.goods_of(product)
    for name in FACTS:
        setattr(product, name, getattr(piece, name))
    product.metal = product.metal or "NONE"
    product.own_titles = dict(piece.titles)
    product.story = piece.story
    product.titles = titles.compose_titles(title_facts(piece)) | product.own_titles
    _declare(product, row.said.hs_code, was, saver)
    is_confirmed = product.customs_confirmed_at is not None
    product.state = State.LISTED if is_whole and is_confirmed else State.DRAFT


def _declare(
    product: Product, said: str, was: declaring.Goods | None, saver: Saver
) -> None:
    """The customs code: what a person said, what stands, or what the facts propose."""
    goods = declaring.goods_of(product)
    code = declaring.code_of(said, product.hs_code, was, goods, anew=saver.says_all)
    if code != product.hs_code:
        product.hs_code, product.customs_confirmed_at = code, None
    if product.customs_confirmed_at is None:
        product.customs_confirmed_by_id = None
        confirms = saver.confirms or (said and saver.said_confirms)
        if product.hs_code and saver.by_id and confirms:
            product.customs_confirmed_by_id = saver.by_id
            product.customs_confirmed_at = timezone.now()
    if product.hs_code and declaring.propose(goods):
        words = declaring.words(goods, product.hs_code)
        product.customs_name, product.customs_elements = words.name, words.elements


def title_facts(piece: Piece) -> titles.Facts:
    """What the glossary composes words from. Sizes only of what stands alone."""
    alone = not piece.product
    return titles.Facts(
        mineral=piece.mineral,
        form=piece.form,
        treatment=piece.treatment,
        colour=piece.colour,
        motif=piece.motif,
        origin=piece.origin,
        **{name: getattr(piece, name) if alone else None for name in MEASURES},
    )


def _write_variants(rows: Sequence[Row], saver: Saver) -> None:
    for row in rows:
        product = row.product
        assert product is not None
        row.variant = row.variant or Variant(
            merchant_id=saver.merchant_id, sku=row.piece.sku, product=product
        )
        for name in AS_SAID:
            setattr(row.variant, name, getattr(row.piece, name))
        row.variant.min_quantity = row.piece.min_quantity or 1
        row.variant.is_one_off = bool(row.piece.is_one_off)
        row.variant.withdrawn_at = None
    found = [row.variant for row in rows if row.variant]
    Variant.objects.bulk_create([one for one in found if one.pk is None])
    standing = sorted(
        (row.variant for row in rows if row.before and row.variant),
        key=lambda one: one.pk,
    )
    Variant.objects.bulk_create(
        standing,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=VARIANT_FIELDS,
    )


def _write_tiers(rows: Sequence[Row]) -> None:
    changed = [
        row
        for row in rows
        if (row.piece.tiers or ()) != ((row.before and row.before.tiers) or ())
    ]
    PriceTier.objects.filter(variant__in=[row.variant for row in changed]).delete()
    PriceTier.objects.bulk_create(
        PriceTier(variant=row.variant, from_quantity=quantity, wholesale_minor=minor)
        for row in changed
        for quantity, minor in row.piece.tiers or ()
    )


def _move_stock(rows: Sequence[Row], saver: Saver) -> None:
    moves, now = [], timezone.now()
    for row in sorted(rows, key=lambda row: row.variant.pk if row.variant else 0):
        there = (row.before.on_hand if row.before else 0) or 0
        wanted = row.piece.on_hand
        if row.variant and wanted is not None and wanted != there:
            kind = Kind.ADJUSTED if row.before else Kind.RECEIVED
            moved = _movement(row.variant.pk, wanted - there, saver, kind, now)
            moves.append(moved)
    StockMovement.objects.bulk_create(moves)


def _movement(
    variant_id: int, change: int, saver: Saver, kind: str, at: datetime
) -> StockMovement:
    return StockMovement(
        moved_at=at,
        variant_id=variant_id,
        kind=kind,
        on_hand=change,
        reason=saver.reason[:120],
        moved_by_id=saver.by_id,
    )


def _saved(row: Row, changed: bool) -> Saved:
    if not row.is_sound:
        return Saved(row.said.sku, problems=tuple(row.problems))
    assert row.variant is not None and row.product is not None
    return Saved(
        sku=row.said.sku,
        variant_id=row.variant.pk,
        product_id=row.product.pk,
        created=row.before is None,
        changed=changed,
        problems=tuple(row.problems),
    )

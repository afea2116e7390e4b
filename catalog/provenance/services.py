"""Every write of provenance, but for lots by the thousand (`loading`)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import UniqueViolation

from catalog.products.models import Product, Variant
from catalog.provenance import codes, files, names
from catalog.provenance.days import refuse_unless_been
from catalog.provenance.models import (
    CLAIMS,
    Artisan,
    Evidence,
    Honour,
    LabReport,
    Passport,
    RawLot,
    RawUse,
    Work,
)
from donghai import sql
from donghai.errors import Refused
from donghai.home import home_day
from donghai.templatetags.pages import country

Claim = RawLot | RawUse | Work | LabReport | Honour
OfPiece = RawUse | Work | LabReport


class NoSuchLot(Refused):
    code = "no_such_lot"
    status = 404
    title = _("There is no lot %(lot)s. Compare it with the delivery slip.")


class LotNotHere(Refused):
    code = "lot_not_here"
    title = _("Lot %(lot)s has not arrived yet.")


class AnotherStone(Refused):
    code = "another_stone"
    title = _(
        "Lot %(lot)s says %(there)s, and the piece says %(here)s. "
        "Choose another lot, or correct the piece first."
    )


class LotTooSmall(Refused):
    code = "lot_too_small"
    title = _("Lot %(lot)s has only %(left)s g left that nobody has used.")


class SaidAlready(Refused):
    code = "said_already"
    title = _("That is written down already.")


class OtherProduct(Refused):
    code = "other_product"
    status = 422
    title = _("That piece is not one of this product.")


class NotOneOfAKind(Refused):
    code = "not_one_of_a_kind"
    status = 422
    title = _("Only a one-off piece has a story of its own; say it of the product.")


class Backwards(Refused):
    code = "backwards"
    status = 422
    title = _("The work was done before it began. Correct one of the days.")


class NeedsProof(Refused):
    code = "needs_proof"
    status = 422
    title = _("Give a file, or an address that begins with https://.")


class Checked(Refused):
    code = "checked"
    title = _("The centre has checked this. Ask a clerk to take the check back first.")


class NotStaff(Refused):
    code = "not_staff"
    status = 403
    title = _("Only the centre's staff can check evidence.")


class NeverListed(Refused):
    code = "never_listed"
    title = _("A piece gets its passport when it is listed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Proof as it is handed in: a file or an https address."""

    kind: str
    proves: str
    file: Any = None
    link: str = ""
    is_public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a laboratory says of a piece. Empty is unsaid."""

    laboratory: str
    number: str
    issued_on: date
    treatment: str = ""
    mineral: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What somebody did to a piece, and when as far as that is known."""

    artisan: Artisan
    role: str
    from_on: date | None = None
    to_on: date | None = None


@transaction.atomic
def register_lot(lot: RawLot) -> RawLot:
    """Give a new lot the next number of its year and write it down.

    Holds the year's numbers until the end, so that two lots never get one. The year is
    that of arrival, or today's. Raises ValidationError where a fact is wrong.
    """
    year = (lot.arrived_on or home_day()).year
    lot.code = _next_code(year)
    lot.full_clean(validate_unique=False, validate_constraints=False)
    lot.save(force_insert=True)
    return lot


def hold_numbers(year: int) -> None:
    """Keep others from numbering lots of a year until this transaction ends."""
    with connection.cursor() as cursor:
        words = f"raw lots of {year}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [words])


def _next_code(year: int) -> str:
    hold_numbers(year)
    prefix = f"RL-{year}-"
    of_year = (f"{prefix}000000", f"{prefix}999999")
    found = RawLot.objects.filter(code__range=of_year)
    last = found.order_by("-code").values_list("code", flat=True).first()
    return f"{prefix}{int(last[-6:]) + 1 if last else 1:06}"


@transaction.atomic
def use_lot(
    *,
    product_id: int,
    lot_code: str,
    grams: Decimal | None = None,
    variant_id: int | None = None,
    paper: Paper | None = None,
    by: Any = None,
) -> RawUse:
    """Say that a product, or a one-off of it, is made of a lot; with its proof.

    With `grams` the database counts on the lot's row and lets no two together use more
    than it weighs. Said twice: refused. Refuses lots that are not here yet, and those
    of another mineral or country than the piece says.
    """
    product, variant = _piece(product_id, variant_id)
    lot = _fitting_lot(product, lot_code)
    if grams is not None and lot.left_g < grams:
        raise LotTooSmall(lot=lot.code, left=lot.left_g)
    try:
        with transaction.atomic():
            use = RawUse.objects.create(
                product=product, variant=variant, lot=lot, grams=grams
            )
    except IntegrityError as broken:
        if isinstance(broken.__cause__, UniqueViolation):
            raise SaidAlready from broken
        if "a_lot_is_used_for_no_more_than_it_weighs" not in str(broken):
            raise
        lot.refresh_from_db()
        raise LotTooSmall(lot=lot.code, left=lot.left_g) from broken
    return _with_proof(use, paper, by)


@transaction.atomic
def record_work(
    *,
    product_id: int,
    job: Job,
    variant_id: int | None = None,
    paper: Paper | None = None,
    by: Any = None,
) -> Work:
    """Say who did what to a product, or to a one-off of it; with its proof.

    Said twice: refused, like days that have not come, are long ago or run backwards.
    """
    product, variant = _piece(product_id, variant_id)
    if job.from_on and job.to_on and job.to_on < job.from_on:
        raise Backwards
    refuse_unless_been(job.from_on, job.to_on)
    work = Work(
        product=product,
        variant=variant,
        artisan=job.artisan,
        role=job.role,
        from_on=job.from_on,
        to_on=job.to_on,
    )
    return _with_proof(_once(work), paper, by)


@transaction.atomic
def add_report(
    *,
    product_id: int,
    finding: Finding,
    variant_id: int | None = None,
    paper: Paper | None = None,
    by: Any = None,
) -> LabReport:
    """Write down what a laboratory found, with its paper.

    A report that contradicts the product is kept, and from then on page, stall and
    admin say so: a finding that could be refused would only be left out next time.
    """
    product, variant = _piece(product_id, variant_id)
    refuse_unless_been(finding.issued_on)
    if finding.link and not finding.link.startswith("https://"):
        raise NeedsProof
    said = LabReport(
        product=product,
        variant=variant,
        laboratory=finding.laboratory,
        number=finding.number,
        issued_on=finding.issued_on,
        found_treatment=finding.treatment,
        found_mineral=finding.mineral,
        link=finding.link,
    )
    return _with_proof(_once(said), paper, by)


@transaction.atomic
def attach(*, claim: Claim, paper: Paper, by: Any = None) -> Evidence:
    """Hang proof on a claim. It counts once `check_evidence` has seen it.

    A photo is redrawn without what the camera wrote into it. Refuses other files.
    """
    if bool(paper.file) == bool(paper.link):
        raise NeedsProof
    if paper.link and not paper.link.startswith("https://"):
        raise NeedsProof
    return Evidence.objects.create(
        **{CLAIMS[type(claim)]: claim},
        kind=paper.kind,
        proves=paper.proves,
        file=files.taken_in(paper.file) if paper.file else "",
        link=paper.link,
        is_public=paper.is_public,
        added_by=by,
    )


def check_evidence(*, evidence_id: int, by: Any) -> bool:
    """Vouch for evidence with one's name and today's date. False when it was before."""
    if not by.is_staff:
        raise NotStaff
    waiting = Evidence.objects.filter(pk=evidence_id, checked_on=None)
    return bool(waiting.update(checked_by=by, checked_on=timezone.localdate()))


def uncheck_evidence(*, evidence_id: int, by: Any) -> bool:
    """Take a check back: the claim is then only declared again."""
    if not by.is_staff:
        raise NotStaff
    checked = Evidence.objects.filter(pk=evidence_id, checked_on__isnull=False)
    return bool(checked.update(checked_by=None, checked_on=None))


@transaction.atomic
def take_back(claim: OfPiece) -> None:
    """Unsay a lot, a work or a report, with its proofs. Refused once one was checked.

    Locks the proofs, so that none is checked meanwhile.
    """
    proofs: Any = claim.evidence.select_for_update()
    if any(proof.checked_on for proof in proofs):
        raise Checked
    proofs.all().delete()
    claim.delete()


def passport_of(piece: Product | Variant) -> Passport:
    """The standing passport of a product or a one-off, issued when first asked for.

    Two who ask at once get the same: the database lets one stand. A variant that is no
    one-off has its product's. Refuses to issue one for what was never listed.
    """
    product, variant = _bearer(piece)
    standing = Passport.objects.filter(
        product=product, variant=variant, revoked_at=None
    ).select_related("variant")
    found = standing.first()
    if found is None and product.state == Product.State.DRAFT:
        raise NeverListed
    while found is None:  # a code that is taken already is drawn anew
        new = Passport(product=product, variant=variant, code=codes.new_code())
        sql.insert(new, unless_there=True)
        found = standing.first()
    return found


def revoke_passport(*, passport_id: int, because: str) -> bool:
    """Let a code say why it can't be trusted any more. False when it does already."""
    standing = Passport.objects.filter(pk=passport_id, revoked_at=None)
    changed = standing.update(revoked_at=timezone.now(), revoked_because=because)
    return bool(changed)


def _bearer(piece: Product | Variant) -> tuple[Product, Variant | None]:
    """Whom a passport belongs to; a product of one single piece is that piece."""
    if isinstance(piece, Product):
        variants = list(piece.variants.all())
        is_one = len(variants) == 1 and variants[0].is_one_off
        return piece, variants[0] if is_one else None
    return piece.product, piece if piece.is_one_off else None


def _fitting_lot(product: Product, lot_code: str) -> RawLot:
    """The lot of a code, if a piece of this product can be made of it."""
    lot = RawLot.objects.filter(code=lot_code.strip().upper()).first()
    if lot is None:
        raise NoSuchLot(lot=lot_code)
    if lot.state == RawLot.State.EXPECTED:
        raise LotNotHere(lot=lot.code)
    there, here = names.mineral(lot.mineral), names.mineral(product.mineral)
    if lot.mineral == product.mineral:
        there, here = country(lot.origin), country(product.origin)
    if (lot.mineral, lot.origin) != (product.mineral, product.origin):
        raise AnotherStone(lot=lot.code, there=there, here=here or "?")
    return lot


def _piece(product_id: int, variant_id: int | None) -> tuple[Product, Variant | None]:
    product = Product.objects.get(pk=product_id)
    if variant_id is None:
        return product, None
    variant = product.variants.filter(pk=variant_id).first()
    if variant is None:
        raise OtherProduct
    if not variant.is_one_off:
        raise NotOneOfAKind
    return product, variant


def _once(said: Any) -> Any:
    """Write it, or say that it was before."""
    try:
        with transaction.atomic():
            said.save(force_insert=True)
    except IntegrityError as broken:
        if isinstance(broken.__cause__, UniqueViolation):
            raise SaidAlready from broken
        raise
    return said


def _with_proof(claim: Any, paper: Paper | None, by: Any) -> Any:
    if paper is not None:
        attach(claim=claim, paper=paper, by=by)
    return claim

"""Photos in an archive, named by SKU."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO

from django.core.files.base import ContentFile, File
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.photos import services as photos
from catalog.photos.kinds import FIRST_BYTES
from catalog.photos.models import Photo
from catalog.products.current import variants_of
from catalog.products.models import Variant
from catalog.products.skus import ALIKE, alike
from catalog.sheets import archive
from catalog.sheets.models import SheetImport, SheetPhoto, SheetRow

State = SheetPhoto.State
KINDS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".gif", ".bmp"})
NUMBERED = re.compile(
    r"(?:\s*[(（]\d{1,3}[)）]|[_ -]\d{1,3}|[_ -][a-z主副细])$", re.IGNORECASE
)
AT_ONCE = 8
PACE = timedelta(seconds=0.3)  # about what one takes to be made
MATCHING = 500


def names(file: IO[bytes]) -> list[str]:
    """The files of an archive by their path, "" where an entry is nobody's."""
    with archive.opened_photos(file) as found:
        return [
            "" if _is_none(name := archive.name_of(entry), entry) else name[-255:]
            for entry in found.infolist()
        ]


def match(sheet: SheetImport) -> int:
    """Find each photo's piece among the rows of its import and what stands.

    Returns how many photos have one. What can't be used is named so at once.
    """
    listed = list(sheet.pictures.order_by("number")) if sheet.photos else []
    if listed:
        _look_at(sheet, listed)
    waiting = [photo for photo in listed if photo.state == State.WAITING]
    for begin in range(0, len(waiting), MATCHING):
        some = waiting[begin : begin + MATCHING]
        wanted = {name for photo in some for name in skus_in(photo.name)}
        keys = {alike(name) for name in wanted}
        known = {alike(sku): sku for sku in _known(sheet, keys)}
        faulty = {alike(sku): sku for sku in _faulty(sheet, keys)}
        for photo in some:
            _place(photo, known, faulty)
        SheetPhoto.objects.bulk_update(some, ["sku", "state", "words"])
    return sheet.pictures.filter(state=State.WAITING).count()


def _look_at(sheet: SheetImport, listed: Sequence[SheetPhoto]) -> None:
    """Refuse what can't be used, by names and first bytes."""
    with sheet.photos.open("rb") as file, archive.opened(file) as found:
        entries = found.infolist()
        for photo in listed:
            photo.words = _why_not(photo.name, found, entries[photo.number])
            photo.state = State.REFUSED if photo.words else State.WAITING
    SheetPhoto.objects.bulk_update(listed, ["state", "words"], MATCHING)


def _why_not(name: str, found: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Why a file can't be a photo, empty if it may be one."""
    if PurePosixPath(name).suffix.lower() not in KINDS:
        return _("This kind of file can't be used. Save it as JPG or PNG.")
    try:
        with found.open(entry) as content:
            reason = photos.unfit(entry.file_size, content.read(FIRST_BYTES))
    except archive.DAMAGED:
        reason = Photo.Reason.DAMAGED
    return str(reason.label) if reason else ""


def _place(
    photo: SheetPhoto, known: Mapping[str, str], faulty: Mapping[str, str]
) -> None:
    keys = [alike(name) for name in skus_in(photo.name)]
    photo.sku = next((known[key] for key in keys if key in known), "")
    photo.state = State.WAITING if photo.sku else State.UNMATCHED
    meant = next((faulty[key] for key in keys if key in faulty), "")
    photo.words = ""
    if meant and not photo.sku:
        words = _("The row of %(sku)s can't be taken over. Mend it first.")
        photo.words = words % {"sku": meant}


def skus_in(path: str) -> list[str]:
    """The SKUs a path may mean: DH-1_2.jpg, DH-1(1).JPG, DH-1/2.jpg"""
    place = PurePosixPath(path.replace("\\", "/"))
    found = []
    for text in (place.stem, place.parent.name):
        bare = text.strip()
        while bare:
            found.append(bare)
            shorter = NUMBERED.sub("", bare).strip()
            bare = shorter if shorter != bare else ""
    return list(dict.fromkeys(found))


def add_some(sheet: SheetImport) -> bool:
    """Hand the next photos to their products; False when none is left."""
    some = list(sheet.pictures.filter(state=State.WAITING).order_by("number")[:AT_ONCE])
    if not some:
        return False
    variants = variants_of({x.sku for x in some}, merchant_id=sheet.merchant_id)
    products = {sku: variant.product_id for sku, variant in variants.items()}
    with sheet.photos.open("rb") as file, archive.opened(file) as found:
        entries = found.infolist()
        for photo in some:
            _add(sheet, photo, products.get(photo.sku), found, entries[photo.number])
    SheetPhoto.objects.bulk_update(some, ["state", "words", "photo_id"])
    return True


def remove(sheet: SheetImport) -> None:
    """Take the photos of an import from their products again, once its rows are back.

    A product that keeps a piece of it keeps its photos too.
    """
    added = list(sheet.pictures.filter(state=State.ADDED))
    standing = Photo.objects.filter(pk__in=[photo.photo_id for photo in added])
    products = dict(standing.values_list("pk", "product"))
    staying = _staying(sheet)
    for photo in added:
        if photo.photo_id and products.get(photo.photo_id) in staying:
            photo.words = _("Its piece stays, so it stays too.")
            continue
        if photo.photo_id:
            photos.remove_photo(photo_id=photo.photo_id)
        photo.state = State.UNDONE
    SheetPhoto.objects.bulk_update(added, ["state", "words"], MATCHING)


def _staying(sheet: SheetImport) -> set[int | None]:
    """Products with a kept row, and those made by an import that have pieces still."""
    kept = sheet.lines.filter(outcome=SheetRow.Outcome.KEPT)
    undone = sheet.lines.filter(outcome=SheetRow.Outcome.UNDONE)
    made = undone.filter(before__isnull=True)
    peopled = Variant.objects.filter(
        product__in=made.values("product_id"),
        product__created_at__gte=sheet.created_at,
        withdrawn_at=None,
    )
    return {
        *kept.values_list("product_id", flat=True),
        *peopled.values_list("product", flat=True),
    }


def _add(
    sheet: SheetImport,
    photo: SheetPhoto,
    product_id: int | None,
    found: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
) -> None:
    photo.state = State.REFUSED
    if product_id is None:
        photo.state = State.UNMATCHED
        return
    try:
        content: File[bytes] = ContentFile(found.read(entry), name=photo.name)
    except archive.DAMAGED:
        photo.words = str(Photo.Reason.DAMAGED.label)
        return
    there = set(Photo.objects.filter(product=product_id).values_list("pk", flat=True))
    added = photos.add_photos(
        product_id=product_id,
        files=[content],
        by=sheet.started_by,
        wait=PACE * photo.number,
    )
    for turned in added.turned_away:
        photo.words = turned.words[:300]
    for kept in added.photos:  # one that was there is not ours to take back
        photo.state = State.KNOWN if kept.pk in there else State.ADDED
        photo.photo_id = kept.pk


def _known(sheet: SheetImport, keys: set[str]) -> Iterator[str]:
    theirs = Variant.objects.filter(merchant=sheet.merchant_id).by_sku(*keys)
    yield from theirs.values_list("sku", flat=True)
    ours = _called(sheet, keys).exclude(action=SheetRow.Action.BAD)
    yield from ours.values_list("sku", flat=True)


def _faulty(sheet: SheetImport, keys: set[str]) -> Iterator[str]:
    bad = _called(sheet, keys).filter(action=SheetRow.Action.BAD)
    yield from bad.values_list("sku", flat=True)


def _called(sheet: SheetImport, keys: set[str]) -> QuerySet[SheetRow]:
    return sheet.lines.alias(alike=ALIKE).filter(alike__in=keys)


def _is_none(name: str, entry: zipfile.ZipInfo) -> bool:
    return entry.is_dir() or archive.is_rubbish(name)

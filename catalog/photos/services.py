"""Photos of a product: adding, ordering, cropping, removing, and making what is shown.

Who changes a product's photos locks the product's row first: places, the cover and the
most photos there may be are all facts of the product. Making is a step of the media
lane (`catalog.make_photo`); it holds no lock while it works, and what it made counts
only if the photo is still there and still to be cropped so. Every attempt writes files
of new names, and files that are not shown any more go a week later, so that no cache
and no open page ever shows a wrong picture or none.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.photos import making
from catalog.photos.kinds import FIRST_BYTES, MADE_FROM, MOST_BYTES, kind_of
from catalog.photos.models import Made, Photo
from donghai import steps
from donghai.errors import Refused
from donghai.models import User
from donghai.steps.models import Step
from donghai.storage import private_files

MAKE = "catalog.make_photo"
DROP_FILES = "catalog.drop_photo_files"
DROP_ORIGINAL = "catalog.drop_photo_original"

MOST_PHOTOS = 24
KEPT = timedelta(days=7)  # files that are not shown any more
LEAST_PART = 0.05  # of a side that may be left by cropping
MADE_BY = "1"  # another number makes every photo look unmade

Crop = Sequence[float]


class TooManyPhotos(Refused):
    code = "too_many_photos"
    title = _(
        "A product shows at most %(most)s photos. Remove one before you add another."
    )


class NoSuchCrop(Refused):
    code = "no_such_crop"
    title = _("This crop leaves too little of the photo. Choose a larger part.")
    status = 422


@dataclass(frozen=True, slots=True)
class Turned:
    """A file that was not taken, and why in words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of several files: the good ones are kept."""

    photos: list[Photo] = field(default_factory=list)
    turned_away: list[Turned] = field(default_factory=list)


def add_photos(
    *,
    product_id: int,
    files: Iterable["File[bytes]"],
    by: User | None = None,
    wait: timedelta = timedelta(0),
) -> Added:
    """Keep files as photos of a product, in their order, and have them made.

    Each file stands for itself: what is no picture, too large or one too many is turned
    away in words. The same file again is the photo that is there already. They're made
    after `wait`, so that a thousand at once let those of others go before.
    """
    added, make_at = Added(), timezone.now() + wait
    for file in files:
        file.seek(0)
        if reason := unfit(file.size, file.read(FIRST_BYTES)):
            words = str(reason.label)
            added.turned_away.append(Turned(str(file.name), words))
            continue
        try:
            added.photos.append(_add(product_id, file, by, make_at))
        except TooManyPhotos as refusal:
            added.turned_away.append(Turned(str(file.name), str(refusal)))
    return added


def unfit(size: int, first: bytes) -> Photo.Reason | None:
    """Why a file can't even be tried: what its size and its first bytes say."""
    if size > MOST_BYTES:
        return Photo.Reason.TOO_HEAVY
    kind = kind_of(first)
    if kind in MADE_FROM:
        return None
    reasons = {"HEIC": Photo.Reason.HEIC, "OTHER": Photo.Reason.OTHER_KIND}
    return reasons.get(kind, Photo.Reason.NO_PICTURE)


def order_photos(*, product_id: int, ids: Sequence[int]) -> None:
    """Show these first and in this order, then all others as they were.

    Locks the product. Ids of no photo of this product are passed over: it may have been
    removed meanwhile.
    """
    wanted = {photo_id: place for place, photo_id in enumerate(ids)}
    with transaction.atomic():
        _lock(product_id)
        photos = list(Photo.objects.filter(product_id=product_id).in_order())
        photos.sort(key=lambda photo: wanted.get(photo.pk, len(wanted)))
        for place, photo in enumerate(photos):
            photo.position = place
        Photo.objects.bulk_update(photos, ["position"])
        _show_first(product_id)


def move_photo(*, photo_id: int, places: int) -> None:
    """Show a photo so many places later, or earlier if negative. Locks the product."""
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None:
            return
        ids = list(
            Photo.objects.filter(product_id=photo.product_id)
            .in_order()
            .values_list("pk", flat=True)
        )
        place = ids.index(photo.pk)
        ids.insert(max(0, place + places), ids.pop(place))
        order_photos(product_id=photo.product_id, ids=ids)


def crop_photo(*, photo_id: int, box: Crop | None) -> None:
    """Show a part of a photo (left, top, right, bottom as parts of one), None for all.

    Locks the product. Until it is made the photo shows as it did. The same box again,
    or a photo that is gone, changes nothing. Refuses a box that leaves nearly nothing.
    """
    crop = _as_kept(box)
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None or photo.crop == crop:
            return
        photo.crop = crop
        photo.state = Photo.State.READY if _is_made(photo) else Photo.State.WAITING
        photo.save(update_fields=["crop", "state"])
        if not _is_made(photo):
            steps.schedule(MAKE, subject_id=photo.pk, key=uuid.uuid4().hex)


def remove_photo(*, photo_id: int) -> None:
    """Take a photo away. Locks the product; one that is gone stays gone.

    The original goes at once, the files that pages may still show in a week.
    """
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None:
            return
        _drop_later(photo)
        steps.schedule(DROP_ORIGINAL, subject_id=photo.pk, key=str(photo.original.name))
        photo.delete()
        _show_first(photo.product_id)


def failed(photos: Iterable[Photo]) -> dict[int, int]:
    """Photos whose making gave up and waits for a person, each with its parked step."""
    waiting = [one.pk for one in photos if one.state == Photo.State.WAITING]
    makes = Step.objects.filter(job=MAKE, subject_id__in=waiting)
    tried = set(makes.open().values_list("subject_id", flat=True))
    parked = makes.parked().order_by("pk").values_list("subject_id", "pk")
    return {photo: step for photo, step in parked if photo not in tried}


def make_again(*, photo_id: int) -> bool:
    """Take up the making of a photo that gave up. False if none did."""
    step_id = failed(Photo.objects.filter(pk=photo_id)).get(photo_id)
    return step_id is not None and steps.retry(step_id)


def make_photo(step: Step) -> None:
    """Make the files of a photo as it is to be cropped now. Ends if they are there."""
    photo = Photo.objects.filter(pk=step.subject_id).first()
    if photo is None or _is_made(photo):
        with steps.finishing(step):
            return
    try:
        with (
            private_files().open(str(photo.original.name)) as original,
            making.made_from(original, photo.crop) as files,
        ):
            _keep(step, photo, files)
    except making.Unusable as unusable:
        with steps.finishing(step):
            _refuse(photo, unusable.reason)


def drop_files(step: Step) -> None:
    """Delete the made files named by the step's key, unless a photo shows them."""
    made = Made.named(step.key)
    if made:
        _delete_unless_shown(made)
    with steps.finishing(step):
        pass


def drop_original(step: Step) -> None:
    """Delete the original of a photo that was removed."""
    private_files().delete(step.key)
    with steps.finishing(step):
        pass


def _add(
    product_id: int, file: "File[bytes]", by: User | None, make_at: datetime
) -> Photo:
    """Keep one file. It is written before the product is locked, as disks are slow."""
    sha256 = _sha256(file)
    photos = Photo.objects.filter(product_id=product_id)
    if there := photos.filter(sha256=sha256).first():
        return there
    file.seek(0)
    name = private_files().save(f"originals/{uuid.uuid4().hex}", file)
    try:
        with transaction.atomic():
            _lock(product_id)
            kept = photos.filter(sha256=sha256).first()
            if kept is None:
                if photos.count() >= MOST_PHOTOS:
                    raise TooManyPhotos(most=MOST_PHOTOS)
                last = photos.aggregate(last=Max("position"))["last"]
                kept = Photo.objects.create(
                    product_id=product_id,
                    position=0 if last is None else last + 1,
                    original=name,
                    sha256=sha256,
                    added_by=by,
                )
                steps.schedule(MAKE, subject_id=kept.pk, due_at=make_at)
    except BaseException:
        private_files().delete(name)
        raise
    if kept.original.name != name:
        private_files().delete(name)
    return kept


def _sha256(file: "File[bytes]") -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    return found.hexdigest()


def _as_kept(box: Crop | None) -> list[float] | None:
    """A crop as it is written down; the whole photo is none at all."""
    if box is None:
        return None
    left, top, right, bottom = crop = [round(float(part), 4) for part in box]
    if not all(0 <= part <= 1 for part in crop):
        raise NoSuchCrop
    if right - left < LEAST_PART or bottom - top < LEAST_PART:
        raise NoSuchCrop
    return None if crop == [0, 0, 1, 1] else crop


def _products() -> Any:
    """Products, by name: catalog.products stands above this folder."""
    return apps.get_model("catalog", "Product")._default_manager


def _lock(product_id: int) -> None:
    _products().select_for_update(no_key=True).only("pk").get(pk=product_id)


def _locked(photo_id: int) -> Photo | None:
    """A photo under the lock of its product; None if it's gone."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None:
        return None
    _lock(photo.product_id)
    return Photo.objects.filter(pk=photo_id).first()


def _look(photo: Photo) -> str:
    """What tells this photo in this crop from every other, in a word."""
    facts = json.dumps([MADE_BY, photo.sha256, photo.crop])
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


def _is_made(photo: Photo) -> bool:
    return f"-{_look(photo)}-" in photo.stem


def _made(step: Step, photo: Photo, files: making.Files, attempt: int) -> Made:
    """What one attempt's files are called: no two attempts ever share a name."""
    look = f"{photo.pk}-{_look(photo)}-{step.pk}.{attempt}"
    facts = f"{files.width}x{files.height}-{files.colour}"
    stem = f"pieces/{photo.product_id}/{look}-{facts}"
    return Made(stem, files.width, files.height, f"#{files.colour}")


def _keep(step: Step, photo: Photo, files: making.Files) -> None:
    """Store what was made and show it; what came too late to be shown is deleted."""
    for attempt in range(1, step.attempts + 1):  # those that died while they wrote
        _delete(_made(step, photo, files, attempt))
    made = _made(step, photo, files, step.attempts)
    try:
        for size, kind, path in files.each():
            _store(made.name(size, kind), path)
        with steps.finishing(step):
            _show(photo, made)
    finally:
        _delete_unless_shown(made)


def _store(name: str, path: Path) -> None:
    with path.open("rb") as content:
        kept_as = default_storage.save(name, File(content))
    assert kept_as == name, kept_as  # nobody else writes this name


def _show(photo: Photo, made: Made) -> None:
    """Record what was made, if the photo still wants it. Locks the product."""
    now = _locked(photo.pk)
    if now is None or now.crop != photo.crop:
        return
    _drop_later(now)
    now.state, now.refused_because = Photo.State.READY, ""
    now.stem, now.colour = made.stem, made.colour
    now.width, now.height = made.width, made.height
    now.save()
    _show_first(now.product_id)


def _refuse(photo: Photo, reason: Photo.Reason) -> None:
    """Nothing can be made of it: say why, and show nothing. Locks the product."""
    now = _locked(photo.pk)
    if now is None or now.crop != photo.crop:
        return
    _drop_later(now)
    now.state, now.refused_because, now.stem = Photo.State.REFUSED, reason.value, ""
    now.save()
    _show_first(now.product_id)


def _show_first(product_id: int) -> None:
    """The product's picture follows its first photo that has something to show."""
    first = Photo.objects.filter(product_id=product_id).shown().in_order().first()
    made = first.made if first else None
    picture = made.name() if made else ""
    products = _products().filter(pk=product_id)
    if products.values_list("picture", flat=True).get() != picture:
        products.update(picture=picture)


def _drop_later(photo: Photo) -> None:
    if photo.stem:
        steps.schedule(
            DROP_FILES,
            subject_id=photo.pk,
            key=photo.stem,
            due_at=timezone.now() + KEPT,
        )


def _delete_unless_shown(made: Made) -> None:
    if not Photo.objects.filter(stem=made.stem).exists():
        _delete(made)


def _delete(made: Made) -> None:
    for name in made.names():
        default_storage.delete(name)

"""What a person may do with a sheet: upload, choose, map, take over, stop, take back.

All long work is a step of the bulk lane (see staging, checking, applying, undoing). Who
sets something going counts the import's `run` up, which ends every older step of it.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant
from catalog.sheets import archive, columns, pictures, sniffing
from catalog.sheets.models import ColumnMapping, SheetImport, SheetPhoto, SheetRow
from donghai import steps
from donghai.errors import Refused
from donghai.models import User

READ = "catalog.read_sheet"
CHECK = "catalog.check_sheet"
APPLY = "catalog.apply_sheet"
UNDO = "catalog.undo_sheet"

SHEET_MOST = 50 << 20  # bytes
KEPT = timedelta(days=60)

State = SheetImport.State


class SheetTooLarge(Refused):
    code = "sheet_too_large"
    title = _("This file has more than %(most)s MB. Split it.")
    status = 413


class NoSku(Refused):
    code = "no_sku_column"
    title = _("Say which column holds the SKU: a piece is known by it.")
    status = 422


class FieldTwice(Refused):
    code = "field_twice"
    title = _("Two columns are to fill “%(field)s”. Choose one of them.")
    status = 422


class NotNow(Refused):
    code = "not_now"
    title = _("This can't be done now: the import is %(state)s.")


def upload(
    *,
    merchant: Merchant,
    by: User,
    language: str,
    file: "File[bytes]",
    photos: "File[bytes] | None" = None,
) -> SheetImport:
    """Keep a file and have it read. Refuses what is no table, and keeps nothing."""
    if file.size > SHEET_MOST:
        raise SheetTooLarge(most=SHEET_MOST >> 20)
    with sniffing.opened(file):
        pass
    listed = []
    if photos:
        if photos.size > archive.PHOTOS_MOST:
            raise archive.PhotosTooLarge(**archive.MOST_PHOTOS)
        listed = pictures.names(photos)
    with transaction.atomic():
        sheet = SheetImport(
            merchant=merchant, name=str(file.name)[-200:], language=language
        )
        sheet.started_by = by
        file.seek(0)
        sheet.file.save(f"{merchant.pk}.sheet", file, save=False)
        if photos:
            photos.seek(0)
            sheet.photos.save(f"{merchant.pk}.zip", photos, save=False)
        sheet.save()
        SheetPhoto.objects.bulk_create(
            SheetPhoto(sheet_import=sheet, number=number, name=name)
            for number, name in enumerate(listed)
            if name
        )
        steps.schedule(READ, subject_id=sheet.pk, key=str(sheet.run))
    return sheet


@transaction.atomic
def choose_tab(*, import_id: int, name: str) -> SheetImport:
    """Read this of several sheets that fit."""
    sheet = _in(import_id, {State.CHOOSING, State.READ, State.READY})
    sheet.lines.all().delete()
    sheet.rows, sheet.counts, sheet.tab = 0, {}, name
    _set_going(sheet, State.UPLOADED, READ)
    return sheet


@transaction.atomic
def map_columns(*, import_id: int, fields: Sequence[str]) -> SheetImport:
    """Say which column fills which field, remember it, and have the rows checked.

    Refuses a mapping without SKU or with a field twice, and changes nothing.
    """
    sheet = _in(import_id, {State.READ, State.READY})
    known = columns.columns()
    chosen = [field if field in known else "" for field in fields]
    if "sku" not in chosen:
        raise NoSku
    for field in chosen:
        if field and chosen.count(field) > 1:
            raise FieldTwice(field=columns.label_of(field))
    sheet.fields = chosen[: len(sheet.headers)]
    ColumnMapping.objects.update_or_create(
        merchant_id=sheet.merchant_id,
        fingerprint=columns.fingerprint(sheet.headers),
        defaults={
            "fields": columns.to_remember(sheet.headers, sheet.fields),
            "used_at": timezone.now(),
        },
    )
    go_on_checking(sheet)
    return sheet


def go_on_checking(sheet: SheetImport) -> None:
    """Have the rows of a locked import checked by its mapping."""
    _set_going(sheet, State.CHECKING, CHECK)


@transaction.atomic
def take_over(*, import_id: int, confirms_codes: bool = False) -> SheetImport:
    """Save all rows without fault, and the photos. What is faulty is left out."""
    sheet = _in(import_id, {State.READY})
    sheet.confirms_codes = confirms_codes
    _set_going(sheet, State.APPLYING, APPLY)
    return sheet


@transaction.atomic
def stop(*, import_id: int) -> SheetImport:
    """Stop taking over after the present batch; what is saved stays saved."""
    sheet = _in(import_id, {State.APPLYING})
    sheet.state, sheet.run = State.STOPPED, sheet.run + 1
    sheet.save()
    return sheet


@transaction.atomic
def go_on(*, import_id: int) -> SheetImport:
    """Go on where a stopped import stopped."""
    sheet = _in(import_id, {State.STOPPED})
    _set_going(sheet, State.APPLYING, APPLY, cursor=sheet.cursor)
    return sheet


@transaction.atomic
def take_back(*, import_id: int) -> SheetImport:
    """Undo an import: see `undoing` for what can't be."""
    sheet = _in(import_id, {State.DONE, State.STOPPED})
    _set_going(sheet, State.UNDOING, UNDO)
    return sheet


def forget_old() -> None:
    """Drop files and rows of imports that nobody will take back any more."""
    old = SheetImport.objects.filter(created_at__lt=timezone.now() - KEPT)
    for sheet in old.exclude(file="", photos="")[:20]:
        for file in (sheet.file, sheet.photos):
            if file:
                file.delete(save=False)
        SheetRow.objects.filter(sheet_import=sheet).delete()
        sheet.save()


def _set_going(sheet: SheetImport, state: str, job: str, cursor: int = 0) -> None:
    sheet.state, sheet.run, sheet.cursor = state, sheet.run + 1, cursor
    sheet.place, sheet.ended_at = {}, None
    sheet.save()
    steps.schedule(job, subject_id=sheet.pk, key=str(sheet.run))


def _in(import_id: int, states: Collection[str]) -> SheetImport:
    """The import under its lock. Raises NotNow unless it is in one of these states."""
    sheet = SheetImport.objects.select_for_update().get(pk=import_id)
    if sheet.state not in states:
        raise NotNow(state=sheet.get_state_display())
    return sheet

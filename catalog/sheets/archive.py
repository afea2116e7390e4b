"""Zip files from people: opened only after their directory was looked through."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

MOST_ENTRIES = 5_000
MOST_UNPACKED = 1 << 30  # bytes of one part; 1,048,576 formatted rows need two thirds
MOST_RATIO = 400  # honest sheets of blank formatted rows reach 250, bombs 1,000
SMALL = 10 << 20  # below it a ratio does no harm

PHOTOS_MOST = 500 << 20  # bytes
MOST_PHOTOS = {"megabytes": PHOTOS_MOST >> 20, "files": f"{MOST_ENTRIES:,}"}

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError)


class DamagedArchive(Refused):
    code = "damaged"
    title = _("This file is damaged. Save it again and upload it once more.")
    status = 422


class ArchiveTooLarge(Refused):
    code = "unpacks_too_large"
    title = _(
        "This file unpacks to more than we can take. Save it again without what it "
        "doesn't need, or split it."
    )
    status = 422


class LockedArchive(Refused):
    code = "locked"
    title = _("This file has a password. Save it without one and upload it again.")
    status = 422


class PhotosRefused(Refused):
    """The archive of photos, not the sheet beside it."""

    status = 422


class DamagedPhotos(PhotosRefused):
    code = "photos_damaged"
    title = _(
        "The file of photos is damaged or no .zip. Pack the photos as .zip again and "
        "upload it once more."
    )


class LockedPhotos(PhotosRefused):
    code = "photos_locked"
    title = _(
        "The .zip of photos has a password. Pack it without one and upload it again."
    )


class PhotosTooLarge(PhotosRefused):
    code = "photos_too_large"
    title = _(
        "The .zip of photos is too large. Pack at most %(megabytes)s MB and "
        "%(files)s files into one, and upload the others with the sheet again."
    )
    status = 413


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """A zip file whose directory promises nothing harmful."""
    try:
        with zipfile.ZipFile(file) as archive:
            _look_through(archive)
            yield archive
    except DAMAGED as error:
        raise DamagedArchive from error


@contextmanager
def opened_photos(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """As `opened`, and what is wrong is said of the photos."""
    try:
        with opened(file) as archive:
            yield archive
    except LockedArchive as refusal:
        raise LockedPhotos from refusal
    except ArchiveTooLarge as refusal:
        raise PhotosTooLarge(**MOST_PHOTOS) from refusal
    except DamagedArchive as refusal:
        raise DamagedPhotos from refusal


def name_of(entry: zipfile.ZipInfo) -> str:
    """Its name; Windows in China writes GBK where the standard wants a mark for UTF-8.

    Without the mark `zipfile` reads code page 437, which loses nothing.
    """
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("ascii", "utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def is_rubbish(name: str) -> bool:
    """What systems put into archives by themselves."""
    return bool(re.search(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", name))


def _look_through(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ArchiveTooLarge
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise LockedArchive
        size, packed = entry.file_size, max(entry.compress_size, 1)
        # what `zipfile` unpacks never exceeds the size that the directory names
        if size > MOST_UNPACKED or (size > SMALL and size / packed > MOST_RATIO):
            raise ArchiveTooLarge
    if sum(entry.file_size for entry in entries) > 2 * MOST_UNPACKED:
        raise ArchiveTooLarge

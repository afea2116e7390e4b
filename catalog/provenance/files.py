"""Papers and pictures as evidence: what is taken in, and what a file really is."""

from io import BytesIO
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from donghai.errors import Refused

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST = 2400  # pixels of a side, enough to read a stamp
SMALL = 480
BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class UnusableFile(Refused):
    code = "unusable_file"
    status = 422
    title = _("Send a PDF, or a photo as JPEG, PNG or WebP, of at most 12 MB.")


def taken_in(upload: Any) -> "ContentFile[bytes]":
    """The upload as it is kept: a PDF unchanged, a photo redrawn.

    A redrawn photo stands upright, tells no place where it was taken and is nothing but
    a photo. Refuses what is neither, is too large or can't be read.
    """
    if upload.size > MOST_BYTES:
        raise UnusableFile
    sent = upload.read()
    if sent.startswith(b"%PDF-"):
        return ContentFile(sent, name="paper.pdf")
    try:
        return ContentFile(_redrawn(BytesIO(sent)), name="photo.jpg")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ) as broken:
        raise UnusableFile from broken


def _redrawn(sent: BinaryIO) -> bytes:
    with Image.open(sent, formats=("JPEG", "PNG", "WEBP")) as photo:
        if photo.width * photo.height > MOST_PIXELS:
            raise UnusableFile
        photo.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(photo).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    out = BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def small(content: bytes) -> bytes:
    """A photo that was taken in, as a page shows it."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as photo:
        photo.draft("RGB", (SMALL * 2, SMALL * 2))
        photo.thumbnail((SMALL, SMALL))
        out = BytesIO()
        photo.save(out, "JPEG", quality=78, optimize=True, progressive=True)
    return out.getvalue()


def kind_of(beginning: bytes) -> str:
    """The content type by what a file begins with, never by its name."""
    for start, kind in BEGINNINGS:
        if beginning.startswith(start):
            return kind
    return "application/octet-stream"

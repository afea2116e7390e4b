"""A business licence as it was sent: a photo or a PDF, told by its content.

Kept as sent, in private storage, under a name of ours that ends in its true kind.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from uuid import uuid4

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from PIL import Image

from donghai.errors import Refused

BIGGEST = 10 * 1024 * 1024  # bytes
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
ACCEPT = ",".join(TYPES.values())


class TooBig(Refused):
    code = "licence_too_big"
    title = _("This file has more than 10 MB. Take the photo again, a little smaller.")


class NotALicence(Refused):
    code = "licence_of_unknown_kind"
    title = _("This is no photo and no PDF. Take a photo of the licence.")


def name_for(sent: "File[bytes]") -> str:
    """A new name of ours for what was sent; its content says of which kind it is.

    Refuses with TooBig and NotALicence.
    """
    if (sent.size or 0) > BIGGEST:
        raise TooBig()
    return f"{uuid4().hex}.{_kind_of(sent)}"


def type_of(name: str) -> str:
    """The content type of a licence, by the name we gave it."""
    kind = PurePosixPath(name).suffix.lstrip(".")
    return TYPES.get(kind, "application/octet-stream")


def _kind_of(sent: "File[bytes]") -> str:
    sent.seek(0)
    is_pdf = sent.read(5) == b"%PDF-"
    sent.seek(0)
    if is_pdf:
        return "pdf"
    try:
        with Image.open(sent, formats=("JPEG", "PNG", "WEBP")) as image:
            kind = str(image.format).lower()
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotALicence() from error
    finally:
        sent.seek(0)
    return kind

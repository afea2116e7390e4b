"""Pictures of what is listed: the file as it was sent, and what was made of it."""

import re
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.storage import private_files

SIZES = (320, 800, 1600)  # pixels of the longer side; a smaller picture stays smaller
SHOWN = 800  # which of them a product's `picture` is

STEM = re.compile(
    r"(?P<stem>.+-(?P<width>\d+)x(?P<height>\d+)-(?P<colour>[0-9a-f]{6}))"
    rf"(-{SHOWN}\.jpg)?"
)


class PhotoQuerySet(models.QuerySet["Photo"]):
    def in_order(self) -> Self:
        return self.order_by("position", "pk")

    def shown(self) -> Self:
        """Those with something to show; one that is cropped anew shows how it was."""
        return self.exclude(stem="")


class Photo(models.Model):
    """A picture of a product: the file as it was sent, and what the worker made of it.

    `stem` names the made files: <stem>-320.webp, -800.webp, -1600.webp, and .jpg too.
    `crop` is left, top, right, bottom as parts of one, after turning upright.
    `width` and `height` are those of the largest made file.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("being made")
        READY = "READY", _("ready")
        REFUSED = "REFUSED", _("cannot be used")

    class Reason(models.TextChoices):
        """Why a picture cannot be used, and what to do."""

        NO_PICTURE = (
            "NO_PICTURE",
            _("This is no picture. Send a photo as JPEG, PNG or WebP."),
        )
        HEIC = (
            "HEIC",
            _(
                "This photo is HEIC, which most screens cannot show. Send it from the"
                " phone that took it, or set its camera to “most compatible” (JPEG)."
            ),
        )
        OTHER_KIND = (
            "OTHER_KIND",
            _("This kind of picture cannot be used. Save it as JPEG and send that."),
        )
        TOO_HEAVY = (
            "TOO_HEAVY",
            _("This file is larger than 25 MB. Save it smaller and send that."),
        )
        TOO_MANY_PIXELS = (
            "TOO_MANY_PIXELS",
            _(
                "This picture has too many pixels. Send a JPEG of at most 64"
                " megapixels."
            ),
        )
        MOVES = "MOVES", _("This picture moves. Send a still one.")
        DAMAGED = (
            "DAMAGED",
            _(
                "This picture is damaged or came incomplete. Send it again, or take it"
                " anew."
            ),
        )
        TOO_COSTLY = (
            "TOO_COSTLY",
            _("This picture cannot be opened safely. Save it as JPEG and send that."),
        )

    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="photos"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    original = models.FileField(
        _("as it was sent"), upload_to="originals/", storage=private_files
    )
    sha256 = models.CharField(max_length=64, blank=True, default="")
    crop = models.JSONField(_("crop"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING
    )
    refused_because = models.CharField(max_length=200, blank=True, default="")
    stem = models.CharField(max_length=120, blank=True, default="")
    width = models.PositiveIntegerField(_("width"), default=0)
    height = models.PositiveIntegerField(_("height"), default=0)
    colour = models.CharField(_("placeholder"), max_length=7, blank=True, default="")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "sha256"],
                condition=~Q(sha256=""),
                name="a_product_shows_a_picture_once",
            ),
            models.CheckConstraint(
                name="a_ready_photo_has_its_files",
                condition=~Q(state="READY") | ~Q(stem=""),
            ),
        ]
        indexes = [models.Index(fields=["product", "position"], name="photos_in_order")]

    def __str__(self) -> str:
        return f"{self.product_id}/{self.position}"

    @property
    def made(self) -> "Made | None":
        return Made.named(self.stem)

    @property
    def refusal(self) -> str:
        """Why it cannot be used, in the reader's words."""
        reason = self.refused_because
        return str(self.Reason(reason).label) if reason else ""


@dataclass(frozen=True, slots=True)
class Made:
    """The files made of one photo, all read from their name.

    A product's `picture` is one of them, so that a list of a hundred products knows
    every size, shape and placeholder colour without a look at the photos.
    """

    stem: str
    width: int  # of the largest
    height: int
    colour: str

    @classmethod
    def named(cls, name: str) -> "Made | None":
        """From a stem or the name of a product's picture; None for other pictures."""
        found = STEM.fullmatch(name)
        if found is None:
            return None
        colour = f"#{found['colour']}"
        return cls(found["stem"], int(found["width"]), int(found["height"]), colour)

    def name(self, size: int = SHOWN, kind: str = "jpg") -> str:
        return f"{self.stem}-{size}.{kind}"

    def names(self) -> list[str]:
        """All its files."""
        return [self.name(size, kind) for size in SIZES for kind in ("jpg", "webp")]

    def url(self, size: int = SHOWN, kind: str = "jpg") -> str:
        return str(default_storage.url(self.name(size, kind)))

    def size_at(self, size: int) -> tuple[int, int]:
        """Its width and height in the file of one size."""
        part = min(1.0, size / max(self.width, self.height))
        return max(1, round(self.width * part)), max(1, round(self.height * part))

    def srcset(self, kind: str, largest: int = SIZES[-1]) -> str:
        """What a browser may choose from, each width once."""
        widths = {
            self.size_at(size)[0]: size for size in SIZES[::-1] if size <= largest
        }
        return ", ".join(
            f"{self.url(size, kind)} {width}w" for width, size in sorted(widths.items())
        )

"""The process that opens one picture, and may die of it.

    python -m catalog.photos.child <folder> <crop as JSON>

reads `original` in the folder, writes 320.jpg, 320.webp and so on beside it and says on
its output what it made or why not. It knows neither Django nor the database, has no
secrets in its environment, and its memory and time are bounded, so that a bomb nobody
has thought of ends this process and no worker.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from catalog.photos.kinds import FIRST_BYTES, MADE_FROM, kind_of

SIZES = (1600, 800, 320)  # pixels of the longer side, each made from the one before

MEMORY = 330 * 1024 * 1024  # bytes of address space, so never more of memory
SECONDS = 15  # of processor time
MOST_WRITTEN = 32 * 1024 * 1024  # bytes in one file

# WebP is opened whole, in four copies; JPEG can be opened at a part of its size
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 40_000_000, "WEBP": 16_000_000}
MOST_DECODED = 16_000_000  # pixels of a JPEG that is opened in part
MOST_COEFFICIENTS = 200_000_000  # bytes a progressive JPEG needs at once
PARTS = (1, 2, 4, 8)  # what a JPEG's sides can be divided by while it is opened
STRIP = 64  # rows of the smaller picture made at a time
ORIENTATION = 0x0112  # in EXIF: which side is up

SRGB = ImageCms.createProfile("sRGB")

Crop = Sequence[float]
Box = tuple[int, int, int, int]


class Unfit(Exception):
    """The picture cannot be used; the word is one of `Photo.Reason`."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture in sRGB, upright and cropped, no larger than it need be."""

    image: Image.Image

    def sizes(self) -> Iterator[tuple[int, Image.Image]]:
        image = self.image
        for longest in SIZES:
            part = min(1, longest / max(image.size))
            width, height = (max(1, round(side * part)) for side in image.size)
            if (width, height) != image.size:
                image = image.resize((width, height), Image.Resampling.BICUBIC)
            yield longest, image


def main(folder: Path, crop: Crop) -> dict[str, Any]:
    """Make everything; the answer is what the parent reads."""
    try:
        opened = _opened(folder / "original", crop)
    except Unfit as unfit:
        return {"unfit": str(unfit)}
    except (MemoryError, ValueError, Image.DecompressionBombError):
        return {"unfit": "TOO_COSTLY"}
    except Exception:  # what else decoders raise on bytes made to hurt them
        return {"unfit": "DAMAGED"}
    made: dict[str, Any] = {}
    for longest, image in opened.sizes():
        image.save(folder / f"{longest}.jpg", quality=84, optimize=True)
        image.save(folder / f"{longest}.webp", quality=80, method=4)
        made.setdefault("size", image.size)
    red, green, blue = image.resize((1, 1), Image.Resampling.BOX).tobytes()
    return made | {"colour": f"#{red:02x}{green:02x}{blue:02x}"}


def _opened(path: Path, crop: Crop) -> Opened:
    with path.open("rb") as file:
        kind = kind_of(file.read(FIRST_BYTES))
    if kind not in MADE_FROM:
        raise Unfit("OTHER_KIND")
    with Image.open(path, formats=[kind]) as image:
        _judge(kind, image)
        orientation = image.getexif().get(ORIENTATION, 1)
        crop = _lying(crop, orientation)
        left, top, right, bottom = crop
        longest = max((right - left) * image.width, (bottom - top) * image.height)
        factor = max(1, int(longest // SIZES[0]))
        if kind == "JPEG":
            factor = _open_in_part(image, factor)
        small = _made_small(image, _pixels(image.size, crop), factor)
    small.getexif()[ORIENTATION] = orientation
    return Opened(ImageOps.exif_transpose(small))


def _judge(kind: str, image: Image.Image) -> None:
    """Say no by what the header says, before anything of the picture is read."""
    if image.width * image.height > MOST_PIXELS[kind]:
        raise Unfit("TOO_MANY_PIXELS")
    if kind != "JPEG" and getattr(image, "is_animated", False):
        raise Unfit("MOVES")
    if image.info.get("progressive") and _coefficients(image) > MOST_COEFFICIENTS:
        raise Unfit("TOO_MANY_PIXELS")


def _coefficients(image: Any) -> int:
    """Bytes of what a progressive JPEG holds back until its last scan."""
    layers = [(across, down) for _, across, down, _ in image.layer]
    finest = max(across for across, _ in layers) * max(down for _, down in layers)
    samples = sum(across * down for across, down in layers) / finest
    return int(2 * image.width * image.height * samples)


def _open_in_part(image: Image.Image, factor: int) -> int:
    """Have a JPEG opened at a part of its size; what is left to shrink by."""
    wanted = max(part for part in PARTS if part <= factor)
    while image.width * image.height > MOST_DECODED * wanted**2:
        wanted *= 2
    image.draft(None, (image.width // wanted, image.height // wanted))
    return 1


def _made_small(image: Image.Image, box: Box, factor: int) -> Image.Image:
    """A part in sRGB on white, by strips: a second whole copy would cost too much."""
    image.load()
    into_srgb = _Colours(image)
    left, top, right, bottom = box
    width, height = -(-(right - left) // factor), -(-(bottom - top) // factor)
    small = Image.new("RGB", (width, height))
    for row in range(0, height, STRIP):
        y = top + row * factor
        strip = image.crop((left, y, right, min(bottom, y + STRIP * factor)))
        strip = _opaque(strip, image.info).reduce(factor)
        small.paste(into_srgb(strip), (0, row))
    return small


def _opaque(strip: Image.Image, facts: dict[Any, Any]) -> Image.Image:
    """As RGB or CMYK; what shines through stands on white."""
    if strip.mode in ("RGB", "CMYK") and "transparency" not in facts:
        return strip
    if strip.mode.startswith("I"):  # sixteen bits of grey
        return strip.point(lambda grey: grey / 256).convert("L").convert("RGB")
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
        ground = Image.new("RGB", strip.size, "white")
        ground.paste(strip, mask=strip.getchannel("A"))
        return ground
    return strip.convert("RGB")


class _Colours:
    """From the colours of a picture's own profile to sRGB."""

    def __init__(self, image: Image.Image) -> None:
        self.transform = None
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
        if profile := image.info.get("icc_profile"):
            with suppress(ImageCms.PyCMSError, OSError):  # broken, or of another space
                self.transform = ImageCms.buildTransform(
                    ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB, mode, "RGB"
                )

    def __call__(self, strip: Image.Image) -> Image.Image:
        if self.transform is None:
            return strip.convert("RGB")
        changed = ImageCms.applyTransform(strip, self.transform)
        assert changed is not None
        return changed


def _lying(crop: Crop, orientation: int) -> Crop:
    """Where a crop of the upright picture is in a file that lies or is mirrored."""
    left, top, right, bottom = crop
    if orientation in (2, 3, 6, 7):  # what is left in the upright picture is right here
        left, right = 1 - right, 1 - left
    if orientation in (3, 4, 7, 8):
        top, bottom = 1 - bottom, 1 - top
    if orientation in (5, 6, 7, 8):
        return top, left, bottom, right
    return left, top, right, bottom


def _pixels(size: tuple[int, int], crop: Crop) -> Box:
    """The crop in whole pixels, at least one each way."""
    (width, height), (left, top, right, bottom) = size, crop
    x, y = min(int(left * width), width - 1), min(int(top * height), height - 1)
    return x, y, max(x + 1, round(right * width)), max(y + 1, round(bottom * height))


def _bound() -> None:
    """From here on no more memory, time and disk than a picture may cost."""
    with suppress(ImportError):  # Windows has none
        import resource

        for what, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_FSIZE, MOST_WRITTEN),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):  # macOS doesn't bound memory
                resource.setrlimit(what, (most, most + 1))


if __name__ == "__main__":
    _bound()
    Image.MAX_IMAGE_PIXELS = None  # we judge by kind
    PngImagePlugin.MAX_TEXT_MEMORY = PngImagePlugin.MAX_TEXT_CHUNK
    json.dump(main(Path(sys.argv[1]), json.loads(sys.argv[2])), sys.stdout)

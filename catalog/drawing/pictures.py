"""Pictures as files."""

from pathlib import Path
from typing import BinaryIO

from PIL import Image


def save_picture(image: Image.Image, path: Path | BinaryIO) -> None:
    """Write a picture as WebP where the name asks for it, else as progressive JPEG."""
    name = getattr(path, "name", str(path))
    if str(name).lower().endswith(".webp"):
        image.save(path, "WEBP", quality=84, method=4)
    else:
        image.convert("RGB").save(
            path, "JPEG", quality=86, progressive=True, optimize=True
        )

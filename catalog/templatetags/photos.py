"""Pictures of products on pages."""

from typing import Any

from django import template

from catalog.photos.models import SIZES, Made

register = template.Library()


@register.filter
def photo_url(made: Made, size: int) -> str:
    """The address of the JPEG of one size."""
    return made.url(size)


@register.inclusion_tag("catalog/_photo.html")
def photo(
    of: Any,
    size: int = 800,
    sizes: str = "",
    alt: object = "",
    css: str = "picture",
    first: bool = False,
) -> dict[str, Any]:
    """`{% photo product 320 %}`: a product's picture, or one photo, as a <picture>.

    `size` is the largest file a browser may take; `sizes` says how wide it stands there
    (as in HTML; else as wide as `size`); the `first` of a page isn't loaded lazily.
    Needs no query: the name of the file tells everything.
    """
    name = of.stem if hasattr(of, "stem") else of.picture.name
    made = Made.named(name or "")
    width, height = made.size_at(size) if made else (size, size)
    return {
        "made": made,
        "url": "" if made or not name else of.picture.url,
        "jpg": made.srcset("jpg", size) if made else "",
        "webp": made.srcset("webp", size) if made else "",
        "src": made.url(min(size, SIZES[1])) if made else "",
        "width": width,
        "height": height,
        "sizes": sizes or f"{width}px",
        "alt": alt,
        "css": css,
        "loading": "eager" if first else "lazy",
    }

"""Grey fields and colour ramps: what every texture and shade is made of."""

import math
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageOps

Colour = tuple[int, int, int]
Size = tuple[int, int]
BICUBIC = Image.Resampling.BICUBIC
BILINEAR = Image.Resampling.BILINEAR


def rgb(code: str) -> Colour:
    """The colour written as six hexadecimal digits."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to the other."""
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


@lru_cache(maxsize=256)
def ramp(*codes: str | Colour) -> tuple[int, ...]:
    """A table from darkness to light through evenly spaced colours."""
    stops = [rgb(code) if isinstance(code, str) else code for code in codes]
    steps = len(stops) - 1
    colours = []
    for level in range(256):
        at = level / 255 * steps
        low = min(int(at), steps - 1)
        colours.append(mix(stops[low], stops[low + 1], at - low))
    return tuple(colour[band] for band in range(3) for colour in colours)


def tint(grey: Image.Image, table: tuple[int, ...]) -> Image.Image:
    """A grey picture coloured through a ramp."""
    return Image.merge("RGB", (grey, grey, grey)).point(table)


def level(grey: Image.Image, low: float, high: float) -> Image.Image:
    """Stretch the greys so that `low` becomes black and `high` white (0 to 1)."""
    span = (high - low) or 1e-6
    return grey.point(_line(-low / span * 255, 1 / span))


def fade(grey: Image.Image, strength: float) -> Image.Image:
    """The same grey, weaker or stronger."""
    return grey.point(_line(0.0, strength))


def lifted(grey: Image.Image, base: float, strength: float) -> Image.Image:
    """The grey made weaker or stronger, then raised by `base` levels."""
    return grey.point(_line(base, strength))


@lru_cache(maxsize=512)
def _line(base: float, rise: float) -> list[int]:
    return [max(0, min(255, round(base + i * rise))) for i in range(256)]


def noise(
    rng: Random, size: Size, cells: float = 4, octaves: int = 4, stretch: float = 1
) -> Image.Image:
    """Cloudy grey with about `cells` lumps across; `stretch` makes them tall."""
    longest = max(size)
    scale = min(1.0, 220 / longest)
    width, height = (max(4, round(side * scale)) for side in size)
    cloud: Image.Image | None = None
    for octave in range(octaves):
        count = cells * 2**octave
        enough = min(1.0, count * 9 / max(width, height))
        lumps = _lumps(
            rng, (round(width * enough) + 1, round(height * enough) + 1), count, stretch
        )
        lumps = lumps.resize((width, height), BICUBIC)
        cloud = (
            lumps if cloud is None else Image.blend(cloud, lumps, 0.36 - octave * 0.03)
        )
    assert cloud is not None
    return ImageOps.autocontrast(cloud, cutoff=1).resize(size, BICUBIC)


def ridges(
    rng: Random, size: Size, cells: float = 3, octaves: int = 4, thin: float = 4
) -> Image.Image:
    """Thin bright sheets that wander through darkness, like healed cracks."""
    cloud = noise(rng, size, cells, octaves)
    return cloud.point(
        [max(0, round(255 - abs(i - 128) * thin * 2)) for i in range(256)]
    )


def _lumps(rng: Random, size: Size, cells: float, stretch: float) -> Image.Image:
    """One layer of noise; round lumps lie on a turned grid so that no grid is seen."""
    width, height = size
    wide, tall = width, height
    density = cells / max(size)
    if stretch == 1:
        wide = tall = round(math.hypot(width, height)) + 2
    grid = (
        max(4, min(wide, round(wide * density) + 2)),
        max(4, min(tall, round(tall * density / stretch) + 2)),
    )
    lumps = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
    lumps = lumps.resize((wide, tall), BICUBIC)
    if stretch != 1:
        return lumps
    lumps = lumps.rotate(rng.uniform(0, 90), BILINEAR)
    left, top = (wide - width) // 2, (tall - height) // 2
    return lumps.crop((left, top, left + width, top + height))


def slope(
    size: Size, start: tuple[float, float], end: tuple[float, float]
) -> Image.Image:
    """Grey that rises from black at `start` to white at `end` (in pixels)."""
    shrink = min(1.0, 72 / max(size))
    small = max(2, round(size[0] * shrink)), max(2, round(size[1] * shrink))
    kx, ky = size[0] / small[0], size[1] / small[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = (dx * dx + dy * dy) or 1e-6
    a, b = dx / square * 255, dy / square * 255
    c = 256 - (start[0] * a + start[1] * b)
    coarse = _rising().transform(
        small, Image.Transform.AFFINE, (0, 0, 0.5, a * kx, b * ky, c), BILINEAR
    )
    return coarse if small == size else coarse.resize(size, BILINEAR)


@lru_cache(maxsize=1)
def _rising() -> Image.Image:
    """A column that is black, then rises to white, then stays white."""
    column = bytes(min(255, max(0, i - 256)) for i in range(768))
    return Image.frombytes("L", (1, 768), column)


def glow(size: Size, centre: tuple[float, float], reach: float) -> Image.Image:
    """White at the centre, fading smoothly to black at `reach` pixels."""
    return ellipse_glow(size, centre, (reach, reach))


def ellipse_glow(
    size: Size, centre: tuple[float, float], reach: tuple[float, float]
) -> Image.Image:
    """White at the centre, fading smoothly to black on an ellipse."""
    shrink = min(1.0, 96 / max(size))
    small = max(2, round(size[0] * shrink)), max(2, round(size[1] * shrink))
    kx, ky = 128 / reach[0], 128 / reach[1]
    coarse = _spot().transform(
        small,
        Image.Transform.AFFINE,
        (
            kx * size[0] / small[0],
            0,
            128 - centre[0] * kx,
            0,
            ky * size[1] / small[1],
            128 - centre[1] * ky,
        ),
        BILINEAR,
    )
    return coarse if small == size else coarse.resize(size, BICUBIC)


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    table = []
    for i in range(256):
        near = max(0.0, 1 - i / 181)
        table.append(round(255 * near * near * (3 - 2 * near)))
    spot = Image.radial_gradient("L").point(table)
    return ImageChops.multiply(
        spot, spot.point([255 if i > 1 else 0 for i in range(256)])
    )

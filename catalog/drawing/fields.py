"""Grey fields and colour ramps: what every texture and shade is made of."""

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
def ramp(*codes: str) -> tuple[int, ...]:
    """A table from darkness to light through evenly spaced colours."""
    stops = [rgb(code) for code in codes]
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
    return grey.point(
        [max(0, min(255, round((i / 255 - low) / span * 255))) for i in range(256)]
    )


def fade(grey: Image.Image, strength: float) -> Image.Image:
    """The same grey, weaker or stronger."""
    return grey.point([min(255, round(i * strength)) for i in range(256)])


def noise(
    rng: Random, size: Size, cells: float = 4, octaves: int = 4, stretch: float = 1
) -> Image.Image:
    """Cloudy grey with about `cells` lumps across; `stretch` makes them tall."""
    width, height = size
    scale = min(1.0, 320 / max(width, height))
    work = max(4, round(width * scale)), max(4, round(height * scale))
    cloud: Image.Image | None = None
    for octave in range(octaves):
        count = cells * 2**octave
        grid = (
            min(work[0], max(3, round(count * width / max(size)) + 2)),
            min(work[1], max(3, round(count * height / max(size) / stretch) + 2)),
        )
        lumps = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
        lumps = lumps.resize(work, BICUBIC)
        if cloud is None:
            cloud = lumps
        else:
            cloud = Image.blend(cloud, lumps, 0.34 if octave < 3 else 0.22)
    assert cloud is not None
    return ImageOps.autocontrast(cloud, cutoff=1).resize(size, BICUBIC)


def slope(
    size: Size, start: tuple[float, float], end: tuple[float, float]
) -> Image.Image:
    """Grey that rises from black at `start` to white at `end` (in pixels)."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = (dx * dx + dy * dy) or 1e-6
    a, b = dx / square * 255, dy / square * 255
    c = -(start[0] * a + start[1] * b)
    return _rising().transform(
        size, Image.Transform.AFFINE, (0, 0, 0.5, a, b, c + 256), BILINEAR
    )


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
    spot = _spot()
    kx, ky = 128 / reach[0], 128 / reach[1]
    return spot.transform(
        size,
        Image.Transform.AFFINE,
        (kx, 0, 128 - centre[0] * kx, 0, ky, 128 - centre[1] * ky),
        BILINEAR,
    )


@lru_cache(maxsize=1)
def _spot() -> Image.Image:
    table = []
    for i in range(256):
        near = max(0.0, 1 - i / 181)
        table.append(round(255 * near * near * (3 - 2 * near)))
    spot = Image.radial_gradient("L").point(table)
    return ImageChops.multiply(spot, spot.point([255 if i > 1 else 0 for i in range(256)]))

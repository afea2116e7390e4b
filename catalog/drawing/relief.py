"""Rounded stones: a picture of surface directions, shaded through one table."""

import math
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from catalog.drawing.beams import (
    INDEX,
    VIEW,
    bent,
    mirrored,
    schlick,
    surroundings,
)
from catalog.drawing.crystal import body, glossed
from catalog.drawing.fields import BICUBIC, Size, fade
from catalog.drawing.grains import Grain
from catalog.drawing.minerals import Mineral
from catalog.drawing.solids import Point, Vector, dot, unit

KEY = unit((-0.5, 0.62, 0.62))
SOFTBOX = unit((-0.40, 0.47, 0.79))
ACROSS = unit((0.76, 0.0, 0.38))


def round_normals(width: int, height: int) -> Image.Image:
    """The directions of a ball's surface: red is right, green is up."""
    size = width, height
    row = bytes(round(i / (width - 1) * 255) for i in range(width))
    column = bytes(round(255 - i / (height - 1) * 255) for i in range(height))
    layers = (
        Image.frombytes("L", (width, 1), row).resize(size),
        Image.frombytes("L", (1, height), column).resize(size),
        Image.new("L", size, 0),
    )
    return Image.merge("RGB", layers)


def domed_normals(outline: list[Point], size: Size, puff: float = 0.8) -> Image.Image:
    """The directions of a cushion over an outline that its middle sees whole."""
    centre = size[0] / 2, size[1] / 2
    rim = _rim(outline, centre)
    steps = 44
    hill = [
        [
            _height(
                ((c - 1) / (steps - 3)) * size[0] - centre[0],
                ((r - 1) / (steps - 3)) * size[1] - centre[1],
                rim,
            )
            for c in range(steps)
        ]
        for r in range(steps)
    ]
    span = max(size) / 2
    run = 2 * size[0] / (steps - 3) / span, 2 * size[1] / (steps - 3) / span
    across, up = bytearray(), bytearray()
    for r in range(1, steps - 1):
        for c in range(1, steps - 1):
            dx = (hill[r][c - 1] - hill[r][c + 1]) * puff / run[0]
            dy = (hill[r + 1][c] - hill[r - 1][c]) * puff / run[1]
            long = math.sqrt(dx * dx + dy * dy + 1)
            across.append(round(127.5 + 127 * dx / long))
            up.append(round(127.5 + 127 * dy / long))
    small = steps - 2, steps - 2
    layers = (
        Image.frombytes("L", small, bytes(across)).resize(size, BICUBIC),
        Image.frombytes("L", small, bytes(up)).resize(size, BICUBIC),
        Image.new("L", size, 0),
    )
    return Image.merge("RGB", layers)


def _rim(outline: list[Point], centre: Point) -> list[float]:
    """How far the outline is from the middle, for each of 120 directions."""
    rim = [0.0] * 120
    for one, two in zip(outline, outline[1:] + outline[:1], strict=True):
        for share in (0.0, 0.25, 0.5, 0.75):
            x = one[0] + (two[0] - one[0]) * share - centre[0]
            y = one[1] + (two[1] - one[1]) * share - centre[1]
            slot = int(math.atan2(y, x) / math.tau * 120) % 120
            rim[slot] = max(rim[slot], math.hypot(x, y))
    for k in range(240):
        if not rim[k % 120]:
            rim[k % 120] = rim[(k - 1) % 120]
    return [(rim[k - 1] + rim[k] + rim[(k + 1) % 120]) / 3 for k in range(120)]


def _height(x: float, y: float, rim: list[float]) -> float:
    at = math.atan2(y, x) / math.tau * 120 - 0.5
    low = math.floor(at)
    far = rim[low % 120] + (rim[(low + 1) % 120] - rim[low % 120]) * (at - low)
    share = math.hypot(x, y) / far
    return math.sqrt(1 - share * share * 0.97) if share < 1 else 0.16 - (share - 1) * 2


def shaded(
    normals: Image.Image, mineral: Mineral, inside: Grain, *, shine: float = 1
) -> Image.Image:
    """The mineral in that shape: light through it, light off it, and its gloss."""
    return _shown(normals.filter(_table()).split(), mineral, inside, shine)


def ball(width: int, mineral: Mineral, inside: Grain) -> Image.Image:
    """A polished ball of the mineral, cut round."""
    image = _shown(_ball_light(width), mineral, inside, 1)
    image.putalpha(disc(width))
    return image


def disc(width: int) -> Image.Image:
    """A white circle on black."""
    mask = Image.new("L", (width, width), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, width - 1, width - 1), 255)
    return mask


@lru_cache(maxsize=96)
def _ball_light(width: int) -> tuple[Image.Image, ...]:
    small = width if width < 200 else 128  # 8 bits of direction hold no more
    lights = round_normals(small, small).filter(_table()).split()
    if small == width:
        return lights
    return tuple(light.resize((width, width), BICUBIC) for light in lights)


def _shown(
    lights: tuple[Image.Image, ...], mineral: Mineral, inside: Grain, shine: float
) -> Image.Image:
    through, dense, gloss = lights
    light = Image.blend(through, dense, _density(mineral))
    return glossed(body(mineral, light, inside), fade(gloss, shine))


def _density(mineral: Mineral) -> float:
    return 1.0 if mineral.haze >= 0.85 else mineral.haze


@lru_cache(maxsize=1)
def _table() -> ImageFilter.Color3DLUT:
    """Surface direction to (light through, light off, gloss), worked out once."""
    steps = 65
    flat: list[tuple[float, float, float]] = []
    for row in range(steps):
        for column in range(steps):
            x, y = column / (steps - 1) * 2 - 1, row / (steps - 1) * 2 - 1
            far = math.hypot(x, y)
            if far > 0.995:
                x, y = x / far * 0.995, y / far * 0.995
            normal = (x, y, math.sqrt(1 - x * x - y * y))
            flat.append((_through(normal), _off(normal), _gloss(normal)))
    return ImageFilter.Color3DLUT((steps, steps, 2), flat * 2)


def _through(normal: Vector) -> float:
    """What is seen through a clear ball: the room upside down, dark at the rim."""
    into = bent(VIEW, normal, 1 / INDEX)
    assert into is not None
    far = -2 * dot(into, normal)
    hit = (
        normal[0] + into[0] * far,
        normal[1] + into[1] * far,
        normal[2] + into[2] * far,
    )
    out = bent(into, (-hit[0], -hit[1], -hit[2]), INDEX) or into
    light = 0.58 * min(1.0, surroundings(out)) * (1 - schlick(normal[2]))
    pool = dot(normal, unit((0.46, -0.58, 0.67)))
    light += 0.38 * max(0.0, (pool - 0.70) / 0.30) ** 1.7
    light *= 0.50 + 0.50 * min(1.0, normal[2] * 1.45)
    light -= 0.10 * max(0.0, dot(normal, KEY))
    return max(0.0, min(1.0, light))


def _off(normal: Vector) -> float:
    """Light off a dense ball, with some that seeps through on the far side."""
    facing = dot(normal, KEY)
    light = 0.25 + 0.52 * max(0.0, facing) + 0.10 * (0.5 + 0.5 * normal[1])
    light += 0.10 * max(0.0, dot(normal, unit((0.6, -0.6, 0.3)))) ** 2
    return min(1.0, light * (0.55 + 0.45 * min(1.0, normal[2] * 1.8)))


def _gloss(normal: Vector) -> float:
    """The softbox and the room in the polish."""
    way = mirrored(VIEW, normal)
    share = schlick(normal[2])
    light = min(0.35, share * surroundings(way) * 0.75)
    side, up = dot(normal, ACROSS), normal[1]
    near = dot(normal, SOFTBOX)
    box = _inside((near - 0.948) / 0.026) * _inside((0.26 - abs(up - 0.47)) / 0.09)
    box *= 0.45 + 0.55 * _inside((up - 0.22) / 0.4)
    light += 0.92 * box + 0.20 * max(0.0, near) ** 14
    rim = dot(normal, unit((0.74, -0.55, 0.38)))
    light += 0.20 * _inside((rim - 0.78) / 0.22) * (0.6 + 0.4 * side)
    return min(1.0, light)


def _inside(value: float) -> float:
    value = max(0.0, min(1.0, value))
    return value * value * (3 - 2 * value)


def crop(sheet: Grain, rng: Random, size: Size) -> Grain:
    """A random piece of a larger sheet, turned at random."""
    layers = (sheet.colour, sheet.zone, sheet.veil, sheet.inside)
    some = next((layer for layer in layers if layer is not None), None)
    if some is None:
        return Grain()
    left = rng.randint(0, max(0, some.width - size[0]))
    top = rng.randint(0, max(0, some.height - size[1]))
    flip = rng.choice((None, Image.Transpose.ROTATE_180))

    def piece(layer: Image.Image) -> Image.Image:
        part = layer.crop((left, top, left + size[0], top + size[1]))
        if min(size) > 24:
            part = part.transform(size, Image.Transform.MESH, _bulge(size), BICUBIC)
        return part if flip is None else part.transpose(flip)

    return sheet.mapped(piece)


@lru_cache(maxsize=64)
def _bulge(
    size: Size,
) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """A mesh that wraps a flat piece round a ball."""
    count = 6
    width, height = size

    def source(column: int, row: int) -> tuple[float, float]:
        x, y = column / count * 2 - 1, row / count * 2 - 1
        far = min(1.0, math.hypot(x, y))
        pull = (math.asin(far) / (math.pi / 2) / far if far > 0.01 else 0.64) * 0.98
        return (x * pull + 1) * width / 2, (y * pull + 1) * height / 2

    mesh: list[tuple[tuple[int, int, int, int], tuple[float, ...]]] = []
    for row in range(count):
        for column in range(count):
            box = (
                width * column // count,
                height * row // count,
                width * (column + 1) // count,
                height * (row + 1) // count,
            )
            corners = (
                *source(column, row),
                *source(column, row + 1),
                *source(column + 1, row + 1),
                *source(column + 1, row),
            )
            mesh.append((box, corners))
    return mesh

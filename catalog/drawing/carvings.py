"""Small animals carved from one stone, in plain facets."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from catalog.drawing.crystal import Sprite
from catalog.drawing.fields import Size
from catalog.drawing.grains import Spot, grain
from catalog.drawing.minerals import Mineral
from catalog.drawing.relief import shaded
from catalog.drawing.scene import Scene
from catalog.drawing.solids import Point, Vector, unit


@dataclass(frozen=True)
class Lump:
    """An egg-shaped part of an animal."""

    x: float
    y: float
    z: float
    wide: float
    tall: float
    deep: float
    turn: float = 0  # degrees against the clock
    corners: int = 20

    def local(self, x: float, y: float) -> Point:
        c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        dx, dy = x - self.x, y - self.y
        return (c * dx + s * dy) / self.wide, (c * dy - s * dx) / self.tall

    def height(self, x: float, y: float) -> float:
        """How near the viewer the part reaches over a point of the picture."""
        u, v = self.local(x, y)
        rest = 1 - u * u - v * v
        if rest >= 0:
            return self.z + self.deep * math.sqrt(rest)
        return self.z - self.deep * 2.2 * math.sqrt(-rest)

    def outline(self) -> list[Point]:
        c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        points = []
        for k in range(self.corners):
            a = math.tau * k / self.corners
            u, v = self.wide * math.cos(a), self.tall * math.sin(a)
            points.append((self.x + c * u - s * v, self.y + s * u + c * v))
        return points


@dataclass(frozen=True)
class Animal:
    """Parts around zero, about one unit each way, and its eyes."""

    parts: tuple[Lump, ...]
    eyes: tuple[tuple[float, float, float], ...]
    foot: float


RABBIT = Animal(
    parts=(
        Lump(-0.22, -0.30, 0.00, 0.62, 0.50, 0.55, 12),
        Lump(0.12, -0.42, 0.16, 0.34, 0.36, 0.36, 0),
        Lump(0.44, 0.16, 0.10, 0.35, 0.30, 0.33, -14),
        Lump(0.18, 0.60, 0.06, 0.105, 0.42, 0.12, 20),
        Lump(0.36, 0.62, 0.16, 0.115, 0.44, 0.13, 2),
        Lump(-0.82, -0.34, 0.06, 0.17, 0.16, 0.2, 0),
        Lump(0.34, -0.70, 0.26, 0.26, 0.11, 0.16, 0),
        Lump(-0.28, -0.68, 0.28, 0.36, 0.13, 0.2, 4),
    ),
    eyes=((0.52, 0.22, 0.038),),
    foot=-0.80,
)
OWL = Animal(
    parts=(
        Lump(0.0, -0.22, 0.0, 0.52, 0.66, 0.5),
        Lump(0.0, 0.42, 0.08, 0.47, 0.36, 0.44),
        Lump(-0.31, 0.70, 0.05, 0.27, 0.15, 0.16, 118, 5),
        Lump(0.31, 0.70, 0.05, 0.27, 0.15, 0.16, 62, 5),
        Lump(-0.44, -0.20, 0.16, 0.17, 0.50, 0.22, -10),
        Lump(0.44, -0.20, 0.16, 0.17, 0.50, 0.22, 10),
        Lump(-0.18, 0.44, 0.40, 0.19, 0.19, 0.11),
        Lump(0.18, 0.44, 0.40, 0.19, 0.19, 0.11),
        Lump(0.0, 0.29, 0.50, 0.065, 0.12, 0.1),
        Lump(-0.18, -0.83, 0.26, 0.15, 0.08, 0.14),
        Lump(0.18, -0.83, 0.26, 0.15, 0.08, 0.14),
    ),
    eyes=((-0.17, 0.44, 0.072), (0.17, 0.44, 0.072)),
    foot=-0.88,
)
FISH = Animal(
    parts=(
        Lump(0.14, 0.02, 0.0, 0.64, 0.42, 0.42, 4),
        Lump(0.52, 0.03, 0.05, 0.30, 0.29, 0.3, 0),
        Lump(-0.34, 0.02, -0.02, 0.36, 0.20, 0.2, 0),
        Lump(-0.76, 0.28, -0.05, 0.50, 0.20, 0.14, 140, 4),
        Lump(-0.76, -0.20, -0.05, 0.46, 0.18, 0.14, 216, 4),
        Lump(-0.02, 0.44, -0.02, 0.46, 0.22, 0.14, 162, 4),
        Lump(-0.10, -0.08, 0.34, 0.28, 0.12, 0.12, 200, 4),
        Lump(0.04, -0.50, 0.04, 0.22, 0.26, 0.16, 0),
        Lump(0.06, -0.66, -0.02, 0.46, 0.15, 0.34, 0, 8),
    ),
    eyes=((0.60, 0.11, 0.052),),
    foot=-0.76,
)
CAT = Animal(
    parts=(
        Lump(0.0, -0.34, 0.0, 0.44, 0.55, 0.46, 0),
        Lump(0.0, 0.32, 0.14, 0.38, 0.33, 0.36, 0),
        Lump(-0.25, 0.62, 0.10, 0.27, 0.15, 0.14, 108, 5),
        Lump(0.25, 0.62, 0.10, 0.27, 0.15, 0.14, 72, 5),
        Lump(0.0, 0.20, 0.42, 0.16, 0.11, 0.12, 0),
        Lump(-0.15, -0.66, 0.30, 0.13, 0.26, 0.18, 4),
        Lump(0.15, -0.66, 0.30, 0.13, 0.26, 0.18, -4),
        Lump(-0.34, -0.68, 0.14, 0.26, 0.22, 0.24, 0),
        Lump(0.34, -0.68, 0.14, 0.26, 0.22, 0.24, 0),
        Lump(0.62, -0.66, 0.10, 0.30, 0.10, 0.14, 34),
    ),
    eyes=((-0.15, 0.36, 0.05), (0.15, 0.36, 0.05)),
    foot=-0.86,
)
BEAR = Animal(
    parts=(
        Lump(-0.12, -0.02, 0.0, 0.68, 0.42, 0.46, 4),
        Lump(0.62, 0.06, 0.10, 0.30, 0.28, 0.30, -8),
        Lump(0.86, -0.06, 0.18, 0.17, 0.13, 0.16, -14),
        Lump(0.50, 0.34, 0.04, 0.10, 0.11, 0.1, 0),
        Lump(0.70, 0.34, 0.16, 0.10, 0.11, 0.1, 0),
        Lump(0.34, -0.44, 0.20, 0.18, 0.34, 0.22, 4),
        Lump(0.12, -0.42, -0.16, 0.17, 0.32, 0.2, -4),
        Lump(-0.52, -0.44, 0.20, 0.20, 0.34, 0.24, -6),
        Lump(-0.28, -0.42, -0.16, 0.17, 0.32, 0.2, 4),
        Lump(-0.80, 0.06, 0.0, 0.08, 0.08, 0.1, 0),
    ),
    eyes=((0.72, 0.12, 0.036),),
    foot=-0.77,
)
ANIMALS = (RABBIT, OWL, FISH, CAT, BEAR)


def draw_carving(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """One of the animals, cut in facets and polished."""
    animal = rng.choice(ANIMALS)
    facing = rng.choice((-1, 1))
    scale, centre = scene.px(0.34), (0.5, 0.49)
    side = round(scale * 2.3)
    size = side, side
    spot = Spot(size, (side * 0.4, side), (side * 0.6, 0), clean=True)
    cuts = _facets(animal, rng, size, scale)
    small = cuts.reduce(8).filter(ImageFilter.GaussianBlur(side / 8 / 26))
    normals = Image.blend(cuts, small.resize(size, Image.Resampling.BICUBIC), 0.42)
    image = shaded(normals, mineral, grain(mineral, rng, spot), shine=0.4)
    _eyes(image, animal, scale)
    mask = _mask(animal, size, scale)
    image.putalpha(mask)
    if facing < 0:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scene.place(Sprite(image, -side / 2, -side / 2), centre)
    return scene.finish(mineral, standing=centre[1] - animal.foot * 0.34)


def _mask(animal: Animal, size: Size, scale: float) -> Image.Image:
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    for part in animal.parts:
        pen.polygon([_pixel(p, size, scale) for p in part.outline()], 255)
    floor = size[1] / 2 - animal.foot * scale
    pen.rectangle((0, floor, size[0], size[1]), 0)
    return mask


def _pixel(at: Point, size: Size, scale: float) -> Point:
    return size[0] / 2 + at[0] * scale, size[1] / 2 - at[1] * scale


def _facets(animal: Animal, rng: Random, size: Size, scale: float) -> Image.Image:
    """The directions of a net of triangles laid over the animal."""
    count = 16
    step = 2.3 / count
    net: list[list[Vector]] = []
    for row in range(count + 1):
        line = []
        for column in range(count + 1):
            x = (
                -1.15
                + (column + 0.5 * (row % 2)) * step
                + rng.uniform(-0.3, 0.3) * step
            )
            y = -1.15 + row * step + rng.uniform(-0.3, 0.3) * step
            line.append((x, y, max(part.height(x, y) for part in animal.parts)))
        net.append(line)
    image = Image.new("RGB", size, (128, 128, 0))
    pen = ImageDraw.Draw(image)
    for row in range(count):
        for column in range(count):
            a, b = net[row][column], net[row][column + 1]
            c, d = net[row + 1][column], net[row + 1][column + 1]
            pairs = ((a, b, d), (a, d, c)) if row % 2 else ((a, b, c), (b, d, c))
            for triangle in pairs:
                points = [_pixel((p[0], p[1]), size, scale) for p in triangle]
                pen.polygon(points, _ink(triangle))
    return image


def _ink(triangle: tuple[Vector, Vector, Vector]) -> tuple[int, int, int]:
    """The direction a triangle faces, as a colour."""
    one, two, three = triangle
    u = two[0] - one[0], two[1] - one[1], (two[2] - one[2]) * 0.85
    v = three[0] - one[0], three[1] - one[1], (three[2] - one[2]) * 0.85
    x, y, z = unit(
        (
            u[1] * v[2] - u[2] * v[1],
            u[2] * v[0] - u[0] * v[2],
            u[0] * v[1] - u[1] * v[0],
        )
    )
    if z < 0:
        x, y = -x, -y
    return round(127.5 + 127 * x), round(127.5 + 127 * y), 0


def _eyes(image: Image.Image, animal: Animal, scale: float) -> None:
    pen = ImageDraw.Draw(image)
    for x, y, reach in animal.eyes:
        px, py = _pixel((x, y), image.size, scale)
        r = reach * scale
        pen.ellipse((px - r, py - r, px + r, py + r), (24, 20, 24))
        glint = r * 0.32
        gx, gy = px - r * 0.32, py - r * 0.36
        pen.ellipse((gx - glint, gy - glint, gx + glint, gy + glint), (250, 248, 246))

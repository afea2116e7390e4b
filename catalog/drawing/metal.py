"""Gold and silver: wires, bands, chains and settings, shaded as tubes."""

import math
from functools import lru_cache
from itertools import pairwise

from PIL import ImageDraw, ImageFilter

from catalog.drawing.beams import LAMPS, VIEW, mirrored
from catalog.drawing.fields import Colour, ramp
from catalog.drawing.scene import Scene
from catalog.drawing.solids import Point, Vector, dot, unit

METALS: dict[str, tuple[str, ...]] = {
    "GOLD": ("3a2108", "7d5014", "bd8c35", "e2be70", "f7e4b4", "fffaf0"),
    "SILVER": ("2c2f34", "666b72", "9ea3a9", "cdd1d5", "eff1f3", "ffffff"),
    "ROSE": ("431f16", "8f5444", "c78a74", "e6b6a3", "f8ded3", "fffaf7"),
    "WOOD": ("150b06", "2c190f", "47291a", "633d27", "875a3d", "b58a68"),
    "CORD": ("14100f", "2a2221", "41373a", "5a4d4d", "776966", "98897f"),
}
STRIPS = 6


@lru_cache(maxsize=4096)
def sheen(metal: str, across: int, steep: int) -> Colour:
    """The colour of polished metal facing `across` (degrees), `steep` up the strip."""
    a, s = math.radians(across), math.radians(steep)
    normal = math.cos(a) * math.cos(s), math.sin(a) * math.cos(s), math.sin(s)
    return shade(metal, normal)


def shade(metal: str, normal: Vector) -> Colour:
    """The colour of polished metal that faces a direction."""
    way = mirrored(VIEW, normal)
    light = 0.40 + 0.22 * way[1] - 0.10 * way[0]
    for lamp, _, power in LAMPS:
        light += 0.42 * power * math.exp(-(1 - dot(way, lamp)) * 9)
    level = max(0, min(255, round(255 * (0.5 + (light - 0.56) * 1.35))))
    table = ramp(*METALS[metal])
    return table[level], table[256 + level], table[512 + level]


def draw_tube(
    scene: Scene, path: list[Vector], radius: float, metal: str, closed: bool = False
) -> None:
    """Draw a wire along points given in shares of the picture; far parts first."""
    count = len(path)
    sides = [_side(path, k, closed) for k in range(count)]
    pairs = [(k, (k + 1) % count) for k in range(count if closed else count - 1)]
    pairs.sort(key=lambda pair: path[pair[0]][2] + path[pair[1]][2])
    pen = ImageDraw.Draw(scene.layer)
    for one, two in pairs:
        _draw_piece(
            scene, pen, (path[one], path[two]), (sides[one], sides[two]), radius, metal
        )


def _draw_piece(
    scene: Scene,
    pen: ImageDraw.ImageDraw,
    ends: tuple[Vector, Vector],
    sides: tuple[Point, Point],
    radius: float,
    metal: str,
) -> None:
    side = sides[0]
    across = round(math.degrees(math.atan2(side[1], side[0])) / 2) * 2
    for strip in range(STRIPS):
        low, high = strip / STRIPS * math.pi, (strip + 1) / STRIPS * math.pi
        steep = round(math.degrees((low + high) / 2))
        facing, rise = (across, steep) if steep <= 90 else (across + 180, 180 - steep)
        quad = []
        for end, way, angles in (
            (0, sides[0], (low, high)),
            (1, sides[1], (high, low)),
        ):
            for angle in angles:
                reach = math.cos(angle) * radius
                quad.append(
                    (
                        scene.px(ends[end][0] + way[0] * reach),
                        scene.px(ends[end][1] - way[1] * reach),
                    )
                )
        pen.polygon(quad, (*sheen(metal, facing % 360, rise), 255))


def _side(path: list[Vector], k: int, closed: bool) -> Point:
    """The direction to the left of the path at a point, in the picture plane."""
    count = len(path)
    before = path[(k - 1) % count] if closed or k else path[0]
    after = path[(k + 1) % count] if closed or k < count - 1 else path[-1]
    x, y, _ = unit((after[0] - before[0], before[1] - after[1], 0))
    return -y, x


def draw_ball(scene: Scene, at: Point, radius: float, metal: str) -> None:
    """Draw a small polished ball."""
    pen = ImageDraw.Draw(scene.layer)
    x, y, reach = scene.px(at[0]), scene.px(at[1]), scene.px(radius)
    table = ramp(*METALS[metal])
    for share, move, shade in (
        (1, 0, 80),
        (0.8, 0.1, 140),
        (0.5, 0.26, 200),
        (0.24, 0.36, 250),
    ):
        r, dx = reach * share, -move * reach
        colour = table[shade], table[256 + shade], table[512 + shade], 255
        pen.ellipse((x + dx - r, y + dx - r, x + dx + r, y + dx + r), colour)


def draw_lathe(
    scene: Scene, at: Point, profile: list[Point], flat: float, metal: str
) -> None:
    """Draw a turned piece seen from a little above: (half width, down) from the top."""
    pen = ImageDraw.Draw(scene.layer)
    steps = 48
    for (wide, down), (wider, lower) in pairwise(_rounded(profile)):
        rise = math.atan2(wider - wide, lower - down)
        for k in range(steps):
            a, b = math.pi * k / steps, math.pi * (k + 1) / steps
            middle = (a + b) / 2
            normal = unit((math.cos(middle), math.sin(rise), math.sin(middle)))
            colour = shade(metal, normal)
            quad = [
                (
                    scene.px(at[0] + w * math.cos(t)),
                    scene.px(at[1] + d + w * flat * math.sin(t)),
                )
                for w, d, t in (
                    (wide, down, a),
                    (wide, down, b),
                    (wider, lower, b),
                    (wider, lower, a),
                )
            ]
            pen.polygon(quad, (*colour, 255))


def _rounded(profile: list[Point]) -> list[Point]:
    """The same profile with its corners turned away."""
    for _ in range(2):
        cut = [profile[0]]
        for one, two in pairwise(profile):
            for share in (0.25, 0.75):
                x = one[0] + (two[0] - one[0]) * share
                cut.append((x, one[1] + (two[1] - one[1]) * share))
        profile = [*cut, profile[-1]]
    return profile


@lru_cache(maxsize=8)
def polish(metal: str) -> ImageFilter.Color3DLUT:
    """Surface direction (red is right, green is up) to the colour of the metal."""
    steps = 41
    flat: list[tuple[float, ...]] = []
    for row in range(steps):
        for column in range(steps):
            x, y = column / (steps - 1) * 2 - 1, row / (steps - 1) * 2 - 1
            far = max(1.0, math.hypot(x, y) / 0.998)
            x, y = x / far, y / far
            normal = x, y, math.sqrt(1 - x * x - y * y)
            flat.append(tuple(band / 255 for band in shade(metal, normal)))
    return ImageFilter.Color3DLUT((steps, steps, 2), flat * 2)


def draw_chain(scene: Scene, path: list[Point], link: float, metal: str) -> None:
    """Draw a cable chain: links seen flat and on edge by turns."""
    flat = False
    for start, end in _links(path, link):
        flat = not flat
        dx, dy = end[0] - start[0], end[1] - start[1]
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        if not flat:
            points = [
                (middle[0] + dx * s * 0.75, middle[1] + dy * s * 0.75, 0.0)
                for s in (-1, 0, 1)
            ]
            draw_tube(scene, points, link * 0.14, metal)
            continue
        loop = []
        for k in range(10):
            a = k / 10 * math.tau
            along, across = math.cos(a) * 0.72, math.sin(a) * 0.42
            loop.append(
                (
                    middle[0] + dx * along - dy * across,
                    middle[1] + dy * along + dx * across,
                    0.0,
                )
            )
        draw_tube(scene, loop, link * 0.13, metal, closed=True)


def _links(path: list[Point], link: float) -> list[tuple[Point, Point]]:
    """Cut a path into pieces as long as a link."""
    found, start, left = [], path[0], link
    for before, after in pairwise(path):
        here = before
        while True:
            far = math.dist(here, after)
            if far < left:
                left -= far
                break
            share = left / far
            here = (
                here[0] + (after[0] - here[0]) * share,
                here[1] + (after[1] - here[1]) * share,
            )
            found.append((start, here))
            start, left = here, link
    return found

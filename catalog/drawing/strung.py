"""Beads on a string: bracelets and necklaces."""

import math
from itertools import pairwise
from random import Random

from PIL import Image

from catalog.drawing.crystal import Sprite
from catalog.drawing.grains import Grain, Spot, grain
from catalog.drawing.jewels import hang
from catalog.drawing.metal import draw_ball, draw_tube, polish
from catalog.drawing.minerals import Mineral
from catalog.drawing.relief import ball, crop, disc, round_normals
from catalog.drawing.scene import Scene
from catalog.drawing.solids import Point


class Beads:
    """Beads cut from one piece of the mineral, each from another place in it."""

    def __init__(self, mineral: Mineral, rng: Random, widest: int):
        self.mineral = mineral
        self.rng = rng
        span = round(widest * 3.2)
        spot = Spot((span, span), root=(0, span), tip=(span, 0))
        self.sheet: Grain = grain(mineral, rng, spot)

    def bead(self, width: int) -> Sprite:
        """One round bead."""
        width += width % 2
        piece = crop(self.sheet, self.rng, (width, width))
        return Sprite(ball(width, self.mineral, piece), -width / 2, -width / 2)


def metal_bead(metal: str, width: int) -> Sprite:
    """One polished metal bead."""
    image = round_normals(width, width).filter(polish(metal))
    image.putalpha(disc(width))
    return Sprite(image, -width / 2, -width / 2)


def draw_bracelet(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A ring of beads lying on the table, seen from above its near edge."""
    count = rng.randint(17, 22)
    across, squash = 0.35, rng.uniform(0.66, 0.76)
    start = rng.uniform(0, math.tau)
    radius = across * math.sin(math.pi / count) * 1.0
    beads = Beads(mineral, rng, round(scene.px(radius * 2.3)))
    places = []
    for k in range(count):
        angle = start + math.tau * k / count
        depth = math.sin(angle)  # 1 is nearest
        grow = 1 + 0.13 * depth
        x = 0.5 + across * math.cos(angle) * grow
        y = 0.49 + across * squash * (depth * grow - 0.06)
        places.append((y, x, radius * grow, k))
    accents = _accents(rng, count)
    for y, x, size, number in sorted(places):
        scene.dim((x + size * 0.12, y + size * 0.1), size * 1.45, 0.5)
        width = round(scene.px(size * 2))
        metal = number in accents
        bead = metal_bead(mineral.metal, width) if metal else beads.bead(width)
        scene.place(bead, (x, y))
    return scene.finish(mineral)


def _accents(rng: Random, count: int) -> set[int]:
    """Which beads are metal: mostly none, else one, or two round a stone."""
    if rng.random() < 0.6:
        return set()
    first = rng.randrange(count)
    return {first} if rng.random() < 0.5 else {first, (first + 2) % count}


def draw_necklace(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A strand laid down in a loop, larger beads in front, a drop in the middle."""
    count = 2 * rng.randint(21, 25) + 1
    beads = Beads(mineral, rng, round(scene.px(0.06)))
    grow = rng.uniform(0.0, 0.5)
    sizes = []
    for k in range(count):
        front = 1 - abs(2 * k / (count - 1) - 1)
        sizes.append(0.0155 * (1 + grow * front))
    loop = _loop(rng)
    long = sum(math.dist(a, b) for a, b in pairwise(loop))
    scale = long / (sum(sizes) * 2.0)
    sizes = [size * scale for size in sizes]
    _string(scene, loop)
    done = 0.0
    for size in sizes:
        at = _along(loop, done + size)
        done += size * 2
        scene.dim((at[0] + size * 0.2, at[1] + size * 0.2), size * 1.5, 0.4)
        scene.place(beads.bead(round(scene.px(size * 1.96))), at)
    draw_ball(scene, loop[0], 0.013, mineral.metal)
    draw_ball(scene, loop[-1], 0.013, mineral.metal)
    ring = [
        (0.5 + 0.02 * math.cos(a), loop[0][1] - 0.012 + 0.014 * math.sin(a), 0.0)
        for a in (math.tau * k / 20 for k in range(20))
    ]
    draw_tube(scene, ring, 0.0035, mineral.metal, closed=True)
    low = max(y for _, y in loop)
    hang(scene, mineral, rng, (0.5, low + 0.034), 0.072)
    return scene.finish(mineral)


def _loop(rng: Random) -> list[Point]:
    """A long egg, open at the top."""
    wide, tall = rng.uniform(0.25, 0.29), rng.uniform(0.315, 0.335)
    points = []
    for k in range(161):
        a = math.pi * (0.53 + 1.94 * k / 160)
        x, y = math.cos(a), -math.sin(a)
        points.append((0.5 + wide * x * (1 - 0.16 * y), 0.42 + tall * y))
    return points


def _along(path: list[Point], far: float) -> Point:
    for one, two in pairwise(path):
        step = math.dist(one, two)
        if far <= step:
            share = far / step
            return one[0] + (two[0] - one[0]) * share, one[1] + (
                two[1] - one[1]
            ) * share
        far -= step
    return path[-1]


def _string(scene: Scene, path: list[Point]) -> None:
    draw_tube(scene, [(x, y, 0.0) for x, y in path], 0.0022, "CORD")

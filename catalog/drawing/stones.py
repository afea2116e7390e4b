"""Stones as they are picked up: a handful of tumbled ones, and a rough lump."""

import math
from dataclasses import replace
from random import Random

from PIL import Image

from catalog.drawing.crystal import Cut, Sprite, draw_crystal
from catalog.drawing.jewels import domed
from catalog.drawing.minerals import Mineral
from catalog.drawing.scene import Scene
from catalog.drawing.solids import Point, pebble, turn

HEAP: tuple[tuple[float, float, float], ...] = (
    (0.40, 0.33, 0.115),
    (0.61, 0.32, 0.110),
    (0.27, 0.45, 0.115),
    (0.51, 0.44, 0.130),
    (0.74, 0.45, 0.110),
    (0.37, 0.58, 0.130),
    (0.62, 0.59, 0.135),
    (0.49, 0.70, 0.105),
)


def draw_tumbled(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A handful of stones polished in the drum."""
    skip = rng.randrange(len(HEAP) * 2)
    for k, (x, y, usual) in enumerate(HEAP):
        if k == skip:
            continue
        at = x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.015, 0.015)
        size = usual * rng.uniform(0.9, 1.08)
        scene.dim((at[0] + size * 0.15, at[1] + size * 0.2), size * 1.5, 0.6)
        outline = _egg(scene.px(size), rng)
        scene.place(_stone(outline, mineral, rng), at)
    return scene.finish(mineral)


def _egg(reach: float, rng: Random) -> list[Point]:
    """A smooth, uneven outline around zero."""
    flat, turn_by = rng.uniform(0.74, 0.94), rng.uniform(0, math.tau)
    waves = [(n, rng.uniform(-0.05, 0.05), rng.uniform(0, math.tau)) for n in (2, 3, 4)]
    points = []
    for k in range(72):
        a = math.tau * k / 72
        far = reach * (1 + sum(s * math.cos(n * a + p) for n, s, p in waves))
        x, y = far * math.cos(a), far * flat * math.sin(a)
        c, s = math.cos(turn_by), math.sin(turn_by)
        points.append((c * x - s * y, s * x + c * y))
    return points


def _stone(outline: list[Point], mineral: Mineral, rng: Random) -> Sprite:
    left, top = min(x for x, _ in outline), min(y for _, y in outline)
    size = (
        round(max(x for x, _ in outline) - left) + 2,
        round(max(y for _, y in outline) - top) + 2,
    )
    local = [(x - left, y - top) for x, y in outline]
    return Sprite(domed(local, size, mineral, rng), left, top)


def draw_rough(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A broken lump, straight from the ground, wiped clean."""
    wide, tall = rng.uniform(0.95, 1.12), rng.uniform(0.66, 0.86)
    lump = pebble(rng, radii=(wide, tall, 0.8), faces=64, rough=1.15)
    lump = turn(lump, yaw=rng.uniform(0, 40), pitch=14, roll=rng.uniform(-18, 18))
    mineral = replace(mineral, haze=max(0.22, mineral.haze), shine=0.5 * mineral.shine)
    cut = Cut(
        scale=scene.px(0.33),
        root=(0, -0.9),
        tip=(0, 0.9),
        bounces=2,
        edges=0.3,
        rough=0.16,
    )
    stone = draw_crystal(lump, mineral, rng, cut)
    foot = 0.49 + (stone.top + stone.image.height) / scene.unit
    scene.place(stone, (0.49, 0.49))
    return scene.finish(mineral, standing=foot - 0.012)

"""Crystals as they grow: a group of points on a piece of their rock."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops

from catalog.drawing.crystal import Cut, Sprite, draw_crystal
from catalog.drawing.fields import level, slope
from catalog.drawing.minerals import Mineral
from catalog.drawing.scene import Scene
from catalog.drawing.solids import (
    Plane,
    Point,
    Solid,
    cube,
    pebble,
    point,
    turn,
    turned,
)

ROCK = Mineral(
    ramp=("5a534c", "746b62", "8b8279", "b5aca2", "d9d3ca", "f4f1ec"),
    haze=1,
    lift=0.5,
    weave="rock",
    shine=0.25,
)


@dataclass(frozen=True)
class Shoot:
    """One crystal of a group: where its foot is and how it stands."""

    foot: Point
    height: float
    width: float
    roll: float
    pitch: float


def draw_cluster(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """Grown points that stand together on a piece of their rock."""
    bed = 0.49, 0.70
    lump = pebble(rng, radii=(1.0, 0.3, 0.62), faces=52, rough=0.32)
    lump = (*lump, Plane((0, -1, 0), 0.13))
    lump = turn(lump, yaw=rng.uniform(-20, 20), pitch=18)
    cut = Cut(scale=scene.px(0.335), edges=0.06)
    rock = draw_crystal(lump, ROCK, rng, cut)
    scene.place(rock, (bed[0], bed[1] + 0.045))
    foot = bed[1] + 0.045 + (rock.top + rock.image.height) / scene.unit
    grow(scene, mineral, rng, bed, 1.12)
    return scene.finish(mineral, standing=foot - 0.004)


def grow(scene: Scene, mineral: Mineral, rng: Random, bed: Point, size: float) -> None:
    """Grow a group of crystals around a middle, the far ones first."""
    leans = range(-48, 49, 16)
    small = {lean: _sizes(_small(scene, mineral, rng, size, lean)) for lean in leans}
    things: list[tuple[float, Shoot | Sprite, Point]] = [
        (shoot.foot[1], shoot, (bed[0] + shoot.foot[0], bed[1] + shoot.foot[1]))
        for shoot in _shoots(rng, mineral, size)
    ]
    for _ in range(50):
        a, far = rng.uniform(0, math.tau), math.sqrt(rng.uniform(0.06, 0.9))
        x, y = 0.24 * size * far * math.cos(a), 0.08 * size * far * math.sin(a)
        lean = round(-far * math.cos(a) * 2.3 + rng.gauss(0, 0.9)) * 16
        lean = max(-48, min(48, lean))
        things.append((y, rng.choice(small[lean]), (bed[0] + x, bed[1] + y)))
    for _, thing, at in sorted(things, key=lambda item: item[0]):
        if isinstance(thing, Shoot):
            scene.dim((at[0], at[1] - thing.height * 0.25), thing.height * 0.4, 0.35)
            scene.place(shoot_sprite(scene, mineral, rng, thing), at)
        else:
            scene.place(thing, at)


def _shoots(rng: Random, mineral: Mineral, size: float) -> list[Shoot]:
    """One tall crystal and its family, leaning away from it."""
    slim = 0.62 if mineral.habit == "SLIM" else 1.0
    if mineral.habit == "CUBE":
        return _cubes(rng, size)
    tall = rng.uniform(0.43, 0.48) * size
    shoots = [Shoot((0, 0), tall, tall * 0.155 * slim, rng.uniform(-6, 6), 12)]
    count = rng.randint(8, 10)
    for k in range(count):
        a = math.tau * (k + rng.uniform(-0.3, 0.3)) / count
        far = rng.uniform(0.35, 0.95)
        x, y = far * math.cos(a), far * math.sin(a)
        high = tall * (0.86 - 0.48 * far) * rng.uniform(0.8, 1.1)
        if y > 0.4:
            high *= 0.68
        shoots.append(
            Shoot(
                (x * 0.19 * size, y * 0.055 * size),
                high,
                high * rng.uniform(0.15, 0.2) * slim,
                -x * 44 + rng.uniform(-5, 5),
                12 + y * 18,
            )
        )
    return shoots


def _cubes(rng: Random, size: float) -> list[Shoot]:
    """Fluorite: cubes that grow into one another."""
    shoots = []
    for k in range(rng.randint(14, 18)):
        a, far = k * 2.4, math.sqrt(k / 17)
        edge = size * (0.165 - 0.07 * far) * rng.uniform(0.85, 1.15)
        x, y = far * math.cos(a) * 0.2 * size, far * math.sin(a) * 0.055 * size
        lift = size * 0.06 * (1 - far)
        shoots.append(
            Shoot((x, y - lift), edge, edge, rng.uniform(-20, 20), rng.uniform(26, 44))
        )
    return shoots


def shoot_sprite(scene: Scene, mineral: Mineral, rng: Random, shoot: Shoot) -> Sprite:
    """One grown crystal whose foot fades into the rock."""
    tall = shoot.height / shoot.width
    solid: Solid = (
        cube(rng) if tall == 1 else point(rng, height=tall, width=1, wild=0.75)
    )
    solid = turn(solid, yaw=rng.uniform(18, 72), pitch=shoot.pitch, roll=shoot.roll)
    tip = turned((0, tall, 0), pitch=shoot.pitch, roll=shoot.roll)
    cut = Cut(
        scale=scene.px(shoot.width),
        root=(0, 0),
        tip=(tip[0], tip[1]),
        bounces=2,
        edges=0.45,
    )
    return _rooted(draw_crystal(solid, mineral, rng, cut), tip, scene.px(shoot.width))


def _rooted(sprite: Sprite, tip: tuple[float, float, float], scale: float) -> Sprite:
    """Let the lowest part melt away."""
    image = sprite.image
    root = -sprite.left, -sprite.top
    end = root[0] + tip[0] * scale, root[1] - tip[1] * scale
    seen = level(slope(image.size, root, end), -0.015, 0.13)
    image.putalpha(ImageChops.multiply(image.getchannel("A"), seen))
    return sprite


def _small(
    scene: Scene, mineral: Mineral, rng: Random, size: float, lean: float
) -> Sprite:
    """A small crystal to be used several times."""
    high = rng.uniform(0.06, 0.085) * size
    wide = high if mineral.habit == "CUBE" else high * rng.uniform(0.22, 0.28)
    shoot = Shoot((0, 0), high, wide, lean, rng.uniform(12, 34))
    return shoot_sprite(scene, mineral, rng, shoot)


def _sizes(sprite: Sprite) -> list[Sprite]:
    """The same crystal, large, middling and small."""
    sizes = [sprite]
    for by in (0.85, 0.68):
        image = sprite.image
        size = max(4, round(image.width * by)), max(4, round(image.height * by))
        image = image.resize(size, Image.Resampling.BILINEAR)
        sizes.append(Sprite(image, sprite.left * by, sprite.top * by))
    return sizes

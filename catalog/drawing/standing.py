"""Pieces that stand: towers, spheres on a stand, clusters on their matrix."""

from random import Random

from PIL import Image

from catalog.drawing.crystal import Cut, Sprite, draw_crystal
from catalog.drawing.grains import Spot, grain
from catalog.drawing.metal import draw_lathe
from catalog.drawing.minerals import Mineral
from catalog.drawing.relief import ball
from catalog.drawing.scene import Scene
from catalog.drawing.solids import Point, point, shifted, turn


def draw_tower(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A cut six-sided point standing on its base."""
    half = rng.uniform(1.0, 1.18)
    solid = point(rng, height=half * 2, width=rng.uniform(0.44, 0.54), wild=0)
    solid = shifted(solid, (0, -half, 0))
    solid = turn(solid, yaw=rng.uniform(8, 52), pitch=13)
    scale = 0.345
    cut = Cut(scale=scene.px(scale), root=(0, -half), tip=(0, half), edges=0.42)
    centre = 0.48, 0.5
    tower = draw_crystal(solid, mineral, rng, cut)
    foot = centre[1] + (tower.top + tower.image.height) / scene.unit
    scene.place(tower, centre)
    return scene.finish(mineral, standing=foot - 0.012)


STAND: tuple[Point, ...] = (
    (0.44, -0.10),
    (0.50, -0.115),
    (0.525, -0.085),
    (0.50, -0.04),
    (0.43, 0.0),
)
STAND += ((0.41, 0.05), (0.45, 0.09), (0.53, 0.105), (0.565, 0.135), (0.55, 0.165))


def draw_sphere(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A polished ball on a small turned stand."""
    radius = rng.uniform(0.285, 0.305)
    centre = 0.49, 0.45
    foot = centre[1] + radius * 0.98
    width = round(scene.px(radius * 2) / 8) * 8
    spot = Spot((width, width), (width * 0.3, width), (width * 0.7, 0))
    image = ball(width, mineral, grain(mineral, rng, spot))
    scene.place(Sprite(image, -width / 2, -width / 2), centre)
    profile = [(wide * radius, down * radius) for wide, down in STAND]
    draw_lathe(scene, (centre[0], foot), profile, 0.2, "WOOD")
    return scene.finish(mineral, standing=foot + radius * 0.26)

"""What lies inside each mineral: zones, veils, bands, needles, flecks and glows."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.drawing.fields import (
    Colour,
    Size,
    ellipse_glow,
    fade,
    level,
    mix,
    noise,
    ramp,
    rgb,
    slope,
    tint,
)
from catalog.drawing.minerals import Mineral
from catalog.drawing.solids import Point


@dataclass
class Grain:
    """A piece of the mineral, as large as the picture of the stone it fills."""

    colour: Image.Image | None = None  # RGB, for stones that show their own pattern
    zone: Image.Image | None = None  # L, where the second ramp is seen
    veil: Image.Image | None = None  # L, milky clouds
    inside: Image.Image | None = None  # RGBA, needles and flecks

    def mapped(self, change: Callable[[Image.Image], Image.Image]) -> "Grain":
        """The same grain with every layer changed alike."""
        layers = (self.colour, self.zone, self.veil, self.inside)
        return Grain(*(None if layer is None else change(layer) for layer in layers))


@dataclass(frozen=True)
class Spot:
    """Where a grain is needed: how large, and which way the crystal grew."""

    size: Size
    root: Point
    tip: Point
    clean: bool = False  # cut from the clearest part

    @property
    def span(self) -> float:
        return max(self.size)


def grain(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """A new piece of the mineral for one stone."""
    return WEAVES[mineral.weave](mineral, rng, spot)


def _clear(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    return Grain()


def _veils(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    if spot.clean:
        return Grain()
    return Grain(veil=_clouds(rng, spot, 0.62))


def _clouds(rng: Random, spot: Spot, strength: float) -> Image.Image:
    """Wisps that are thick at the root and gone at the tip."""
    wisps = level(noise(rng, spot.size, 5, 5), 0.52, 0.95)
    return fade(ImageChops.multiply(wisps, slope(spot.size, spot.tip, spot.root)), strength)


def _tips(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Colour that gathers towards the tip and leaves the root pale."""
    if spot.clean:
        return Grain(zone=fade(level(noise(rng, spot.size, 2, 2), 0.55, 1.3), 0.6))
    pale = level(slope(spot.size, spot.tip, spot.root), rng.uniform(0.38, 0.5), 1.05)
    cloud = noise(rng, spot.size, 4, 4)
    pale = ImageChops.add(pale, level(cloud, 0.35, 1.4), 1, -38)
    return Grain(zone=pale, veil=_clouds(rng, spot, 0.7))


def _milk(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    return Grain(veil=fade(level(noise(rng, spot.size, 3, 4), 0.35, 1.0), 0.42))


def _epidote(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    inside = Image.new("RGBA", spot.size, (52, 60, 30, 0))
    pen = ImageDraw.Draw(inside)
    for _ in range(rng.randint(4, 9)):
        x, y = rng.uniform(0, spot.size[0]), rng.uniform(0, spot.size[1])
        turn, reach = rng.uniform(0, math.pi), spot.span * rng.uniform(0.02, 0.09)
        end = x + math.cos(turn) * reach, y + math.sin(turn) * reach
        pen.line((x, y, *end), (44, 54, 26, 120), max(1, round(spot.span / 170)))
    veil = fade(level(noise(rng, spot.size, 3, 4), 0.4, 1.0), 0.4)
    return Grain(veil=veil, inside=inside.filter(ImageFilter.GaussianBlur(1)))


AGATES: tuple[tuple[str, ...], ...] = (
    ("4a2a22", "8f4a30", "c9764a", "e9b48a", "f7e6d4", "b65a38", "7d3b2a", "f2d6bd"),
    ("39434f", "6d7c8c", "a9b6c2", "e8ebec", "8796a6", "c9d1d8", "f4f3ef", "56636f"),
    ("5b4a3d", "a08a74", "d9c8b2", "f6efe2", "8c7460", "e3d3be", "b79f86", "f9f4ea"),
    ("2d4a4c", "5d8683", "a4c3bd", "eaf1ec", "7ba39d", "cfe0d9", "3f6364", "f6f5ee"),
)


def _bands(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Bands that follow the wall of the hollow they grew in."""
    codes = list(rng.choice(AGATES))
    order = [rng.choice(codes) for _ in range(18)]
    stops = []
    for one, following in zip(order, order[1:], strict=False):
        stops += [one] * rng.randint(1, 3) + [following]
    width, height = spot.size
    centre = width * rng.uniform(0.25, 0.75), height * rng.uniform(0.3, 0.8)
    reach = spot.span * rng.uniform(0.75, 0.95)
    hollow = ellipse_glow(spot.size, centre, (reach, reach * rng.uniform(0.7, 1)))
    lumps = noise(rng, spot.size, 2.2, 4)
    field = Image.blend(hollow, lumps, 0.34)
    return Grain(colour=tint(level(field, 0.12, 0.86), ramp(*stops[:48])))


def _glass(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    flow = noise(rng, spot.size, 2, 4)
    return Grain(colour=tint(flow, ramp("1b1b1f", "222227", "34333b", "26262b")))


def _silk(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Fibres across the stone: gold where they catch the light, brown between."""
    fibres = noise(rng, spot.size, 9, 4, stretch=9)
    waves = noise(rng, spot.size, 3.2, 3, stretch=2.4)
    field = Image.blend(waves, fibres, 0.42)
    codes = ("1d0e05", "4b270b", "7a4510", "c58a2c", "f6d27a", "d99f3c", "8a5216")
    codes += ("3c1f0a", "a86a1c", "f2c565", "b97a24", "5a300e", "2a1407")
    colour = tint(level(field, 0.2, 0.8), ramp(*codes))
    return Grain(colour=colour.rotate(rng.uniform(-28, 28), Image.Resampling.BILINEAR))


def _flash(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Dark feldspar with sheets that flash blue, green and gold."""
    ground = tint(noise(rng, spot.size, 7, 4), ramp("232a2e", "3a4549", "535f62"))
    hue = level(noise(rng, spot.size, 1.6, 3), 0.1, 0.9)
    first = ("0b3fae", "1668d6", "1f9ae0", "3cc4c0", "b7c457", "e8a93a")
    fire = tint(hue, ramp(*(first if rng.random() < 0.7 else first[::-1])))
    sheet = level(noise(rng, spot.size, 2.2, 3), 0.42, 0.68)
    streak = level(noise(rng, spot.size, 16, 2, stretch=7), 0.05, 0.8)
    seen = ImageChops.multiply(sheet, streak.rotate(rng.uniform(15, 60)))
    return Grain(colour=Image.composite(fire, ground, fade(seen, 0.95)))


def _moon(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """A blue glow that floats inside, brighter on one side."""
    body = tint(noise(rng, spot.size, 2.5, 3), ramp("cdd2d8", "e6e8ea", "f6f4f0"))
    width, height = spot.size
    centre = width * rng.uniform(0.34, 0.52), height * rng.uniform(0.34, 0.56)
    sheen = ellipse_glow(spot.size, centre, (spot.span * 0.42, spot.span * 0.34))
    sheen = ImageChops.multiply(sheen, level(noise(rng, spot.size, 4, 3), -0.5, 0.7))
    blue = Image.new("RGB", spot.size, rgb("7fb0f2"))
    return Grain(colour=Image.composite(blue, body, fade(sheen, 0.85)))


def _zones(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Green and purple in layers with straight, slightly wavy borders."""
    line = slope(spot.size, spot.tip, spot.root)
    field = Image.blend(line, noise(rng, spot.size, 3, 3), 0.16)
    start = rng.choice((0, 255))
    cuts = sorted(rng.uniform(0.15, 0.9) for _ in range(rng.randint(2, 4)))
    table = []
    for i in range(256):
        value = float(start)
        for cut in cuts:
            step = 1 / (1 + math.exp(-(i / 255 - cut) * 42))
            value += (255 - 2 * value) * step
        table.append(round(max(0, min(255, value))))
    return Grain(zone=field.point(table), veil=_veil_of(rng, spot, 0.35))


def _veil_of(rng: Random, spot: Spot, strength: float) -> Image.Image | None:
    return None if spot.clean else _clouds(rng, spot, strength)


def _melon(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Pink at the heart and at the tip, green at the rind and the root."""
    line = slope(spot.size, spot.root, spot.tip)
    field = Image.blend(line, noise(rng, spot.size, 3, 3), 0.14)
    middle = rng.uniform(0.4, 0.55)
    return Grain(
        zone=level(field, middle - 0.1, middle + 0.12), veil=_veil_of(rng, spot, 0.3)
    )


def _glitter(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    body = noise(rng, spot.size, 5, 5)
    colour = tint(body, ramp("2f7a4a", "458f5e", "62a877", "8cc49b"))
    inside = Image.new("RGBA", spot.size, (255, 255, 255, 0))
    _dots(rng, spot, inside, (("d9f5dc", 150), ("1e5a36", 90)), 260)
    return Grain(colour=colour, inside=inside)


def _night(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Deep blue with gold pyrite and now and then a white vein."""
    body = tint(noise(rng, spot.size, 5, 5), ramp("142a7c", "1d3c9e", "2a51bb", "4268c8"))
    vein = level(noise(rng, spot.size, 3, 4), 0.78, 1.02)
    white = Image.new("RGB", spot.size, rgb("cfd8ee"))
    colour = Image.composite(white, body, fade(vein, rng.uniform(0.15, 0.7)))
    inside = Image.new("RGBA", spot.size, (*rgb("d8b04a"), 0))
    _dots(rng, spot, inside, (("e6c35c", 235), ("b98a2c", 200), ("f6e3a0", 240)), 150)
    return Grain(colour=colour, inside=inside)


def _dots(
    rng: Random,
    spot: Spot,
    on: Image.Image,
    inks: tuple[tuple[str, int], ...],
    count: int,
) -> None:
    pen = ImageDraw.Draw(on)
    colours = [(*rgb(code), alpha) for code, alpha in inks]
    unit = spot.span / 330
    for _ in range(count):
        x, y = rng.uniform(0, spot.size[0]), rng.uniform(0, spot.size[1])
        if rng.random() < 0.5:  # flecks gather
            x, y = rng.gauss(spot.size[0] * 0.55, spot.span / 7), rng.gauss(y, 9)
        wide, tall = unit * rng.uniform(0.4, 2.2), unit * rng.uniform(0.4, 1.5)
        pen.ellipse((x - wide, y - tall, x + wide, y + tall), rng.choice(colours))


def _needles(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Golden needles in sprays, some thick, most as fine as hair."""
    inside = Image.new("RGBA", spot.size, (*rgb(mineral.flecks[2]), 0))
    pen = ImageDraw.Draw(inside)
    inks = [rgb(code) for code in mineral.flecks]
    main = rng.uniform(-0.5, 0.5) - math.pi / 2
    for _ in range(rng.randint(38, 64)):
        x, y = rng.uniform(0, spot.size[0]), rng.uniform(0, spot.size[1])
        angle = main + rng.gauss(0, 0.38)
        reach = spot.span * rng.uniform(0.15, 0.6)
        ink = _between(rng, inks)
        wide = max(1, round(spot.span / 420 * rng.choice((0.6, 1, 1, 1.6, 2.6))))
        dx, dy = math.cos(angle) * reach / 2, math.sin(angle) * reach / 2
        pen.line((x - dx, y - dy, x + dx, y + dy), (*ink, rng.randint(120, 235)), wide)
    return Grain(inside=inside, veil=_veil_of(rng, spot, 0.25))


def _between(rng: Random, inks: list[Colour]) -> Colour:
    at = rng.uniform(0, len(inks) - 1.001)
    return mix(inks[int(at)], inks[int(at) + 1], at % 1)


Weave = Callable[[Mineral, Random, Spot], Grain]
WEAVES: dict[str, Weave] = {
    "clear": _clear,
    "veils": _veils,
    "tips": _tips,
    "milk": _milk,
    "epidote": _epidote,
    "bands": _bands,
    "glass": _glass,
    "silk": _silk,
    "flash": _flash,
    "moon": _moon,
    "zones": _zones,
    "melon": _melon,
    "glitter": _glitter,
    "night": _night,
    "needles": _needles,
}

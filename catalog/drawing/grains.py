"""What lies inside each mineral: zones, veils, bands, needles, flecks and glows."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

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
    ridges,
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
    if spot.clean or spot.span < 150:
        return Grain()
    return Grain(veil=_clouds(rng, spot, 0.6), inside=_rainbow(rng, spot))


def _rainbow(rng: Random, spot: Spot) -> Image.Image | None:
    """The thin-film colours of a crack that catches the light."""
    if spot.span < 220 or rng.random() < 0.4:
        return None
    width, height = spot.size
    centre = width * rng.uniform(0.35, 0.65), height * rng.uniform(0.45, 0.75)
    reach = spot.span * 0.13
    patch = ImageChops.multiply(
        ellipse_glow(spot.size, centre, (reach, reach * 0.55)),
        level(noise(rng, spot.size, 6, 3), 0.2, 0.8),
    )
    hue = slope(
        spot.size,
        (centre[0] - reach, centre[1] - reach * 0.4),
        (centre[0] + reach, centre[1] + reach * 0.4),
    )
    image = tint(hue, ramp("ff9fb0", "ffd59a", "d9f0a8", "a4e2f2", "bba8f5"))
    image.putalpha(fade(patch, 0.62))
    return image


def _clouds(rng: Random, spot: Spot, strength: float) -> Image.Image:
    """Wisps and healed cracks, thick at the root and gone at the tip."""
    sheets = ImageChops.multiply(
        ridges(rng, spot.size, 1.6, 3, 4.6),
        level(noise(rng, spot.size, 3, 3), 0.45, 1.2),
    )
    wisps = ImageChops.add(sheets, level(noise(rng, spot.size, 6, 4), 0.6, 1.3))
    fall = level(slope(spot.size, spot.tip, spot.root), 0.12, 1.0)
    return fade(ImageChops.multiply(wisps, fall), strength)


def _tips(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Colour that gathers towards the tip and leaves the root pale."""
    if spot.clean:
        return Grain(zone=fade(level(noise(rng, spot.size, 2, 2), 0.55, 1.3), 0.6))
    pale = level(slope(spot.size, spot.tip, spot.root), rng.uniform(0.38, 0.5), 1.05)
    if spot.span < 150:
        return Grain(zone=pale)
    cloud = noise(rng, spot.size, 4, 4)
    pale = ImageChops.add(pale, level(cloud, 0.55, 2.2), 1, -22)
    return Grain(zone=pale, veil=_clouds(rng, spot, 0.6))


def _milk(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    return Grain(veil=fade(level(noise(rng, spot.size, 3, 4), 0.35, 1.0), 0.42))


def _rock(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Plain grainy host rock."""
    coarse = noise(rng, spot.size, 8, 5)
    return Grain(colour=tint(coarse, ramp("6f675f", "9a9188", "b8afa5", "d2cac0")))


def _grape(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Milky, with darker green where it is thick."""
    veil = fade(level(noise(rng, spot.size, 3, 4), 0.35, 1.0), 0.42)
    return Grain(
        zone=fade(level(noise(rng, spot.size, 2, 3), 0.5, 1.1), 0.55), veil=veil
    )


def _bands(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Bands that follow the wall of the hollow they grew in."""
    codes = mineral.flecks
    at, stops = rng.uniform(0, 4), []
    for _ in range(44):
        at = min(4.0, max(0.0, at + rng.choice((-2.2, -1, -0.4, 0.4, 1, 2.2))))
        stops += [codes[round(at)]] * rng.choice((1, 1, 1, 2, 4))
    width, height = spot.size
    centre = width * rng.uniform(0.2, 0.8), height * rng.uniform(0.35, 1.0)
    reach = spot.span * rng.uniform(1.0, 1.3)
    hollow = ellipse_glow(spot.size, centre, (reach, reach * rng.uniform(0.75, 1)))
    field = Image.blend(hollow, noise(rng, spot.size, 1.7, 2), 0.26)
    field = Image.blend(field, noise(rng, spot.size, 9, 2), 0.018)
    field = ImageOps.autocontrast(field, cutoff=0.5)
    return Grain(colour=tint(field, ramp(*stops[:64])))


def _glass(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Black glass; now and then a band of gold or violet sheen."""
    flow = Image.blend(
        slope(spot.size, spot.root, spot.tip), noise(rng, spot.size, 1.6, 2), 0.5
    )
    sheens = (("1a1a1e", "202026"), ("1b1a1c", "4a3f2c"), ("1a191f", "3a3350"))
    dark, bright = rng.choice(sheens)
    return Grain(colour=tint(flow, ramp(dark, dark, bright, dark, dark)))


def _silk(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Layers of gold and brown; where the fibres face the light they shine."""
    codes = ("3f1e08", "7a430f", "b0721d", "d9a038", "f5cf74", "c98d2b")
    at, stops = 2.0, []
    for _ in range(46):
        at = min(5.0, max(0.0, at + rng.choice((-1.7, -0.9, 0.9, 1.7))))
        stops.append(codes[round(at)])
    turn = rng.uniform(-0.5, 0.5) + math.pi / 2
    width, height = spot.size
    dx, dy = math.cos(turn) * spot.span * 0.72, math.sin(turn) * spot.span * 0.72
    line = slope(
        spot.size,
        (width / 2 - dx, height / 2 - dy),
        (width / 2 + dx, height / 2 + dy),
    )
    field = Image.blend(line, noise(rng, spot.size, 1.8, 3), 0.2)
    field = ImageOps.autocontrast(field)
    colour = tint(field, ramp(*stops))
    fibres = level(noise(rng, spot.size, 50, 1, stretch=16), -1.4, 0.9)
    colour = ImageChops.multiply(colour, Image.merge("RGB", (fibres,) * 3))
    glint = level(ridges(rng, spot.size, 1.4, 2, 1.5), 0.1, 1.0)
    gold = Image.merge("RGB", (fade(glint, 0.5), fade(glint, 0.37), fade(glint, 0.14)))
    return Grain(colour=ImageChops.screen(colour, gold))


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
    body = tint(noise(rng, spot.size, 2.5, 3), ramp("e3e6ea", "f1f1f1", "fbf8f2"))
    width, height = spot.size
    centre = width * rng.uniform(0.34, 0.52), height * rng.uniform(0.34, 0.56)
    sheen = ellipse_glow(spot.size, centre, (spot.span * 0.42, spot.span * 0.34))
    sheen = ImageChops.multiply(sheen, level(noise(rng, spot.size, 4, 3), -0.5, 0.7))
    blue = Image.new("RGB", spot.size, rgb("8cb8f5"))
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
    return None if spot.clean or spot.span < 150 else _clouds(rng, spot, strength)


def _melon(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Pink at the heart and at the tip, green at the rind and the root."""
    line = slope(spot.size, spot.root, spot.tip)
    field = Image.blend(line, noise(rng, spot.size, 3, 3), 0.14)
    middle = rng.uniform(0.4, 0.55)
    border = field.point(
        [max(0, round(170 - abs(i - middle * 255) * 6)) for i in range(256)]
    )
    cloudy = _veil_of(rng, spot, 0.3)
    return Grain(
        zone=level(field, middle - 0.08, middle + 0.08),
        veil=border if cloudy is None else ImageChops.lighter(border, cloudy),
    )


def _glitter(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    body = noise(rng, spot.size, 5, 5)
    colour = tint(body, ramp("2f7a4a", "458f5e", "62a877", "8cc49b"))
    inside = Image.new("RGBA", spot.size, (255, 255, 255, 0))
    _dots(rng, spot, inside, (("d9f5dc", 150), ("1e5a36", 90)), 260)
    return Grain(colour=colour, inside=inside)


def _night(mineral: Mineral, rng: Random, spot: Spot) -> Grain:
    """Deep blue with gold pyrite and now and then a white vein."""
    body = tint(
        noise(rng, spot.size, 5, 5), ramp("142a7c", "1d3c9e", "2a51bb", "4268c8")
    )
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
    for _ in range(rng.randint(3, 5)):
        main = rng.uniform(-0.9, 0.9) - math.pi / 2
        from_x, from_y = rng.uniform(0, spot.size[0]), rng.uniform(0, spot.size[1])
        for _ in range(rng.randint(14, 30)):
            x = rng.gauss(from_x, spot.span * 0.16)
            y = rng.gauss(from_y, spot.span * 0.2)
            angle, reach = main + rng.gauss(0, 0.13), spot.span * rng.uniform(0.15, 0.8)
            wide = max(1, round(spot.span / 460 * rng.choice((0.5, 1, 1, 1.5, 2.6))))
            dx, dy = math.cos(angle) * reach / 2, math.sin(angle) * reach / 2
            ink = (*_between(rng, inks), rng.randint(130, 240))
            pen.line((x - dx, y - dy, x + dx, y + dy), ink, wide)
    return Grain(inside=inside, veil=_veil_of(rng, spot, 0.2))


def _between(rng: Random, inks: list[Colour]) -> Colour:
    at = rng.uniform(0, len(inks) - 1.001)
    return mix(inks[int(at)], inks[int(at) + 1], at % 1)


Weave = Callable[[Mineral, Random, Spot], Grain]
WEAVES: dict[str, Weave] = {
    "clear": _clear,
    "veils": _veils,
    "tips": _tips,
    "milk": _milk,
    "grape": _grape,
    "rock": _rock,
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

"""Covers of live sessions: the mineral by lamplight, in a dark room."""

from dataclasses import replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.drawing.clusters import grow
from catalog.drawing.fields import (
    Colour,
    Size,
    ellipse_glow,
    fade,
    glow,
    level,
    lifted,
    mix,
    noise,
    ramp,
    rgb,
    slope,
    tint,
)
from catalog.drawing.minerals import Mineral, one_of
from catalog.drawing.scene import Scene

NIGHT: Colour = (14, 11, 20)


def draw_cover(
    *, mineral: str, seed: str, size: tuple[int, int] = (1200, 1500)
) -> Image.Image:
    """A dark, upright picture of the mineral; quiet at the top and the bottom."""
    rng = Random(f"cover {mineral} {seed}")
    look = replace(one_of(mineral, rng), habit="POINT")
    room = _room(look, rng, size)
    side = min(size)
    scene = Scene(round(side * 0.75))
    grow(scene, look, rng, (0.5, 0.83), rng.uniform(1.5, 1.65))
    piece = scene.layer.resize((side, side), Image.Resampling.BICUBIC)
    at = (size[0] - side) // 2, round(size[1] * 0.47 - side * 0.5)
    room = _haloed(room, piece.getchannel("A"), at, look)
    room.paste(_lamplit(piece, look), at, piece)
    _dust(room, look, rng)
    night = Image.new("RGB", size, _deep(look, 0.07))
    feet = slope(size, (0, size[1] * 0.50), (0, size[1] * 0.80))
    return _vignette(Image.composite(night, room, feet))


def _deep(mineral: Mineral, share: float) -> Colour:
    return mix(NIGHT, rgb(mineral.ramp[1]), share)


def _room(mineral: Mineral, rng: Random, size: Size) -> Image.Image:
    """The wall behind: one warm pool of light in the mineral's own dark."""
    width, height = size
    wall = Image.new("RGB", size, _deep(mineral, 0.28))
    centre = width * rng.uniform(0.44, 0.56), height * 0.40
    lit = Image.new("RGB", size, mix(rgb(mineral.ramp[1]), rgb(mineral.ramp[2]), 0.55))
    pool = ellipse_glow(size, centre, (width * 0.82, height * 0.62))
    mist = level(noise(rng, size, 2.5, 4), -0.9, 1.0)
    return Image.composite(lit, wall, fade(ImageChops.multiply(pool, mist), 0.88))


def _haloed(
    room: Image.Image, alpha: Image.Image, at: Size, mineral: Mineral
) -> Image.Image:
    """Light that spreads from the crystals onto the wall and the floor."""
    small = Image.new("L", (room.width // 8, room.height // 8), 0)
    small.paste(alpha.reduce(8), (at[0] // 8, at[1] // 8))
    near = small.filter(ImageFilter.GaussianBlur(room.width / 8 / 22))
    wide = small.filter(ImageFilter.GaussianBlur(room.width / 8 / 7))
    light = ImageChops.add(fade(near, 0.30), fade(wide, 0.42))
    light = light.resize(room.size, Image.Resampling.BICUBIC)
    halo = mix(rgb(mineral.ramp[2]), rgb(mineral.halo), 0.5)
    return Image.composite(Image.new("RGB", room.size, halo), room, light)


def _lamplit(piece: Image.Image, mineral: Mineral) -> Image.Image:
    """The crystals with one lamp at the upper left, in their own colour."""
    size = piece.size
    lamp = ellipse_glow(
        size, (size[0] * 0.42, size[1] * 0.34), (size[0] * 0.75, size[1] * 0.95)
    )
    lamp = lifted(lamp, 64, 1.12)
    dim = mix(rgb(mineral.ramp[2]), rgb(mineral.halo), 0.35)
    colour = ImageChops.multiply(piece.convert("RGB"), tint(lamp, warm(NIGHT, dim)))
    shine = level(piece.convert("L"), 0.6, 1.5)
    glint = ImageChops.multiply(shine, level(lamp, 0.35, 1.0))
    return ImageChops.screen(colour, tint(glint, warm((0, 0, 0), rgb(mineral.halo))))


def warm(dark: Colour, colour: Colour) -> tuple[int, ...]:
    """A ramp from a dark through a colour to white."""
    return ramp(dark, colour, (255, 255, 255))


def _dust(room: Image.Image, mineral: Mineral, rng: Random) -> None:
    """Motes in the lamplight, few and soft."""
    width, height = room.size
    motes = Image.new("L", (width // 2, height // 2), 0)
    pen = ImageDraw.Draw(motes)
    for _ in range(46):
        x, y = rng.gauss(0.45, 0.26) * motes.width, rng.gauss(0.36, 0.2) * motes.height
        r = rng.choice((0.6, 0.8, 1.1, 1.6, 3.4)) * width / 1200
        pen.ellipse((x - r, y - r, x + r, y + r), rng.randint(60, 190))
    motes = motes.filter(ImageFilter.GaussianBlur(width / 1100)).resize(room.size)
    room.paste(mix(rgb(mineral.halo), (255, 255, 255), 0.5), (0, 0), fade(motes, 0.7))


def _vignette(room: Image.Image) -> Image.Image:
    width, height = room.size
    bright = glow(room.size, (width * 0.48, height * 0.42), max(room.size) * 0.95)
    bright = lifted(bright, 70, 1.25)
    return ImageChops.multiply(room, Image.merge("RGB", (bright,) * 3))

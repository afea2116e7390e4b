"""Calm portraits of hosts: a bust in warm colours, without a face."""

import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from catalog.drawing.fields import Colour, ellipse_glow, fade, mix, rgb, slope

OVER = 2
WALLS = ("e9dccb", "dfd6e6", "d8e0d6", "ecd8d2", "d7dee6", "e8e0c8", "e3d3dc")
CLOTHES = (
    "6d4a8f",
    "3f5f73",
    "a4573f",
    "4e6b52",
    "b98d3e",
    "7a3e4e",
    "2f3a4d",
    "c9b8a3",
)
SKINS = ("f0cfb4", "e6bd9c", "d9a886", "c68f6c", "a87352")
HAIRS = ("1f1a1c", "2d2220", "3b2a22", "57402f", "241f2a", "8a8684")


class Bust:
    """Shapes laid one over another, each lit from the upper left."""

    def __init__(self, side: int, wall: Colour):
        self.side = side
        self.image = Image.new("RGB", (side, side), wall)
        lamp = ellipse_glow(self.image.size, (side * 0.3, side * 0.2), (side, side))
        pale = Image.new("RGB", self.image.size, mix(wall, (255, 255, 255), 0.55))
        self.image = Image.composite(pale, self.image, fade(lamp, 0.8))

    def lay(self, draw: Callable[[ImageDraw.ImageDraw], None], colour: Colour) -> None:
        """Paint one shape with a soft turn from light to shade, and its shadow."""
        mask = Image.new("L", (self.side, self.side), 0)
        draw(ImageDraw.Draw(mask))
        small = mask.reduce(6).filter(ImageFilter.GaussianBlur(self.side / 6 / 60))
        cast = Image.new("L", mask.size, 0)
        cast.paste(small.resize(mask.size), (self.side // 90, self.side // 70))
        dark = Image.new("RGB", mask.size, mix(colour, (40, 24, 30), 0.6))
        self.image = Image.composite(dark, self.image, fade(cast, 0.22))
        fall = slope(
            mask.size, (self.side * 0.25, self.side * 0.2), (self.side * 0.8, self.side)
        )
        lit = Image.composite(
            Image.new("RGB", mask.size, mix(colour, (44, 26, 40), 0.26)),
            Image.new("RGB", mask.size, mix(colour, (255, 246, 236), 0.14)),
            fall,
        )
        self.image = Image.composite(lit, self.image, mask)

    def box(self, x: float, y: float, wide: float, tall: float) -> tuple[float, ...]:
        """A box around a middle, in shares of the picture."""
        s = self.side
        return (x - wide) * s, (y - tall) * s, (x + wide) * s, (y + tall) * s

    def oval(
        self, colour: Colour, x: float, y: float, wide: float, tall: float
    ) -> None:
        box = self.box(x, y, wide, tall)
        self.lay(lambda pen: pen.ellipse(box, 255), colour)

    def block(self, colour: Colour, box: tuple[float, ...], round_by: float) -> None:
        shape = self.box(*box)
        radius = round_by * self.side
        self.lay(lambda pen: pen.rounded_rectangle(shape, radius, 255), colour)

    def shape(
        self, colour: Colour, points: list[tuple[float, float]], round_by: int = 0
    ) -> None:
        """Paint an outline; its corners are cut `round_by` times."""
        for _ in range(round_by):
            points = [
                (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
                for a, b in pairwise([*points, points[0]])
                for share in (0.25, 0.75)
            ]
        corners = [(x * self.side, y * self.side) for x, y in points]
        self.lay(lambda pen: pen.polygon(corners, 255), colour)


def draw_portrait(*, name: str, size: int = 480) -> Image.Image:
    """A square portrait, the same for the same name on every machine."""
    rng = Random(f"portrait {name}")
    cloth, hair = rgb(rng.choice(CLOTHES)), rgb(rng.choice(HAIRS))
    skin = rgb(rng.choice(SKINS))
    bust = Bust(size * OVER, rgb(rng.choice(WALLS)))
    behind, before = rng.choice(STYLES)
    behind(bust, hair)
    bust.block(mix(skin, (120, 60, 50), 0.16), (0.5, 0.60, 0.066, 0.13), 0.05)
    _shoulders(bust, cloth, skin, rng)
    bust.oval(skin, 0.5, 0.425, 0.135, 0.172)
    before(bust, hair)
    if rng.random() < 0.5:
        _earrings(bust, rng)
    return bust.image.resize((size, size), Image.Resampling.LANCZOS)


def _shoulders(bust: Bust, cloth: Colour, skin: Colour, rng: Random) -> None:
    """A garment with one of three collars."""
    bust.block(cloth, (0.5, 1.0, 0.345, 0.285), 0.22)
    collar = rng.choice(("ROUND", "V", "STANDING"))
    darker = mix(cloth, (30, 18, 28), 0.35)
    if collar == "ROUND":
        bust.oval(darker, 0.5, 0.715, 0.105, 0.058)
        bust.oval(skin, 0.5, 0.700, 0.090, 0.050)
    elif collar == "V":
        bust.shape(darker, [(0.39, 0.70), (0.61, 0.70), (0.5, 0.90)])
        bust.shape(skin, [(0.412, 0.69), (0.588, 0.69), (0.5, 0.86)])
    else:
        bust.block(darker, (0.5, 0.705, 0.092, 0.040), 0.03)
        bust.shape(darker, [(0.494, 0.74), (0.506, 0.74), (0.506, 1.0), (0.494, 1.0)])
    _pendant(bust, rng, 0.79 if collar == "ROUND" else 0.875)


def _pendant(bust: Bust, rng: Random, y: float) -> None:
    """A small stone on the breast: these people sell crystal."""
    stone = rgb(rng.choice(("9a6ad6", "e0a23a", "7fcfb4", "e5a7ac", "d3dce2")))
    bust.shape(stone, [(0.5, y - 0.03), (0.518, y), (0.5, y + 0.034), (0.482, y)])


def _earrings(bust: Bust, rng: Random) -> None:
    metal = rgb(rng.choice(("d9b46a", "d5d9de")))
    for side in (-1, 1):
        bust.oval(metal, 0.5 + side * 0.132, 0.49, 0.010, 0.012)


def _nothing(bust: Bust, hair: Colour) -> None:
    """No hair on this side."""


def _fringe(bust: Bust, hair: Colour) -> None:
    """Hair over the brow, parted at the side."""
    top = _arc(0.5, 0.40, 0.153, 0.178, 174, 366)
    edge = [(0.648, 0.48), (0.618, 0.37), (0.50, 0.325), (0.435, 0.285)]
    bust.shape(hair, [*top, *edge, (0.41, 0.34), (0.36, 0.40), (0.352, 0.48)], 3)


def _middle(bust: Bust, hair: Colour) -> None:
    """Hair parted in the middle."""
    top = _arc(0.5, 0.40, 0.153, 0.180, 172, 368)
    right = [(0.646, 0.50), (0.630, 0.39), (0.575, 0.335), (0.5, 0.268)]
    left = [(0.5, 0.268), (0.425, 0.335), (0.370, 0.39), (0.354, 0.50)]
    bust.shape(hair, [*top, *right, *left], 3)


def _crop(bust: Bust, hair: Colour) -> None:
    """Short hair, swept to one side."""
    top = _arc(0.5, 0.385, 0.150, 0.182, 176, 364)
    edge = [(0.641, 0.43), (0.622, 0.345), (0.55, 0.318), (0.44, 0.298), (0.40, 0.33)]
    bust.shape(hair, [*top, *edge, (0.372, 0.36), (0.359, 0.43)], 3)


def _long(bust: Bust, hair: Colour) -> None:
    """Long hair down the back."""
    bust.block(hair, (0.5, 0.54, 0.178, 0.315), 0.165)


def _bob(bust: Bust, hair: Colour) -> None:
    """Hair cut at the chin."""
    bust.block(hair, (0.5, 0.435, 0.178, 0.205), 0.15)


def _bun(bust: Bust, hair: Colour) -> None:
    """Hair put up."""
    bust.oval(hair, 0.5, 0.215, 0.078, 0.075)


def _tail(bust: Bust, hair: Colour) -> None:
    """Hair tied at the side."""
    bust.oval(hair, 0.655, 0.50, 0.058, 0.165)


def _arc(
    x: float, y: float, wide: float, tall: float, start: int, end: int
) -> list[tuple[float, float]]:
    """Points on an ellipse, clockwise from the right, in degrees."""
    return [
        (x + wide * math.cos(math.radians(a)), y + tall * math.sin(math.radians(a)))
        for a in range(start, end, 4)
    ]


Style = Callable[[Bust, Colour], None]
STYLES: tuple[tuple[Style, Style], ...] = (
    (_long, _middle),
    (_long, _fringe),
    (_bob, _fringe),
    (_bob, _middle),
    (_bun, _middle),
    (_bun, _fringe),
    (_tail, _fringe),
    (_nothing, _crop),
    (_nothing, _crop),
)

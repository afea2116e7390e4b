"""The table a piece lies on: quiet ground, soft shadow, coloured light."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.drawing.crystal import Sprite
from catalog.drawing.fields import (
    BILINEAR,
    Colour,
    Size,
    ellipse_glow,
    fade,
    level,
    mix,
    rgb,
    slope,
)
from catalog.drawing.minerals import Mineral

OVER = 2  # everything is drawn this much larger, then made small


class Scene:
    """A picture being laid out, in units of its own width; (0, 0) is top left."""

    def __init__(self, size: int):
        self.size = size
        self.unit = size * OVER
        self.layer = Image.new("RGBA", (self.unit, self.unit), (90, 84, 88, 0))

    def px(self, share: float) -> float:
        return share * self.unit

    def place(self, sprite: Sprite, at: tuple[float, float]) -> None:
        """Lay a sprite over what is there; `at` is where its own zero goes."""
        left = round(self.px(at[0]) + sprite.left)
        top = round(self.px(at[1]) + sprite.top)
        self.lay(sprite.image, left, top)

    def lay(self, image: Image.Image, left: int, top: int) -> None:
        """Lay a picture with its corner at a pixel, cropped to the table."""
        box = (max(0, -left), max(0, -top))
        if box != (0, 0):
            image = image.crop((*box, *image.size))
        self.layer.alpha_composite(image, (max(0, left), max(0, top)))

    def dim(self, centre: tuple[float, float], reach: float, strength: float) -> None:
        """Darken what already lies there, softly, without touching the ground."""
        span = round(self.px(reach) * 2)
        if span < 4:
            return
        left = round(self.px(centre[0]) - span / 2)
        top = round(self.px(centre[1]) - span / 2)
        box = (left, top, left + span, top + span)
        below = self.layer.crop(box)
        spot = ellipse_glow((span, span), (span / 2, span / 2), (span / 2, span / 2))
        dark = Image.new("RGB", (span, span), (16, 12, 18))
        colour = Image.composite(dark, below.convert("RGB"), fade(spot, strength))
        colour.putalpha(below.getchannel("A"))
        self.layer.paste(colour, (left, top))

    def finish(self, mineral: Mineral, standing: float | None = None) -> Image.Image:
        """The picture on its ground; `standing` is how far down the piece stands."""
        shadow = _standing(self.layer, standing) if standing else _lying(self.layer)
        size = (self.size, self.size)
        picture = ground(size, mineral)
        dark = Image.new("RGB", size, mix((58, 50, 60), rgb(mineral.ramp[1]), 0.25))
        picture = Image.composite(dark, picture, shadow.resize(size, BILINEAR))
        if mineral.haze < 0.8:
            light = _pool(shadow, standing).resize(size, BILINEAR)
            halo = Image.new("RGB", size, rgb(mineral.halo))
            picture = Image.composite(halo, picture, light)
        piece = self.layer.reduce(OVER)
        picture.paste(piece, (0, 0), piece)
        return picture


def ground(size: Size, mineral: Mineral) -> Image.Image:
    """Paper under soft light from the upper left, with a breath of the mineral."""
    near = mix(rgb("ebe8e6"), rgb(mineral.halo), 0.07)
    far = mix(rgb("f8f7f5"), rgb(mineral.halo), 0.025)
    fall = slope(size, (size[0] * 0.1, 0), (size[0] * 0.7, size[1]))
    return Image.composite(
        Image.new("RGB", size, near), Image.new("RGB", size, far), fall
    )


def _small(layer: Image.Image) -> Image.Image:
    return layer.getchannel("A").reduce(OVER * 4)


def _moved(alpha: Image.Image, right: float, down: float) -> Image.Image:
    dx, dy = right * alpha.width, down * alpha.width
    return alpha.transform(
        alpha.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy), BILINEAR
    )


def _soft(alpha: Image.Image, radius: float) -> Image.Image:
    return alpha.filter(ImageFilter.GaussianBlur(radius * alpha.width))


def _lying(layer: Image.Image) -> Image.Image:
    """A close dark shadow and a wide pale one, both to the lower right."""
    alpha = _small(layer)
    close = fade(_soft(_moved(alpha, 0.008, 0.012), 0.008), 0.42)
    wide = fade(_soft(_moved(alpha, 0.022, 0.034), 0.030), 0.30)
    return ImageChops.lighter(close, ImageChops.add(fade(close, 0.6), wide))


def _standing(layer: Image.Image, foot: float) -> Image.Image:
    """The shadow a standing piece throws back and to the right, and its contact."""
    alpha = _small(layer)
    side = alpha.width
    base = foot * side
    squash, lean = 0.26, 0.62
    a, b = 1 / squash, lean / squash
    cast = alpha.transform(
        alpha.size,
        Image.Transform.AFFINE,
        (1, b, -b * base, 0, a, base - a * base),
        BILINEAR,
    )
    ImageDraw.Draw(cast).rectangle((0, round(base), side, side), 0)
    cast = ImageChops.multiply(
        cast, level(slope(alpha.size, (side * 0.95, 0), (side * 0.45, 0)), 0, 0.75)
    )
    near = fade(_soft(cast, 0.014), 0.30)
    far = fade(_soft(cast, 0.045), 0.30)
    touch = alpha.copy()
    ImageDraw.Draw(touch).rectangle((0, 0, side, round(base - side * 0.05)), 0)
    close = fade(_soft(_moved(touch, 0.006, 0.008), 0.006), 0.62)
    under = fade(_soft(_moved(touch, 0.016, 0.012), 0.028), 0.75)
    return ImageChops.lighter(
        ImageChops.add(near, far),
        ImageChops.lighter(close, ImageChops.add(close, under)),
    )


def _pool(shadow: Image.Image, standing: float | None) -> Image.Image:
    """Where light that fell through the piece brightens its own shadow."""
    move = (0.035, 0.0) if standing else (0.012, 0.02)
    return fade(_soft(_moved(shadow, *move), 0.03), 0.3 if standing else 0.42)


def blank(colour: Colour, size: Size) -> Image.Image:
    return Image.new("RGB", size, colour)

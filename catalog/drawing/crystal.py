"""One faceted crystal as a picture with a transparent ground."""

from dataclasses import dataclass, replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.drawing.beams import (
    VIEW,
    Facet,
    Patch,
    Tracer,
    area,
    facets,
    mirrored,
    schlick,
    surroundings,
)
from catalog.drawing.fields import (
    fade,
    level,
    lifted,
    mix,
    noise,
    ramp,
    rgb,
    slope,
    tint,
)
from catalog.drawing.grains import Grain, Spot, grain
from catalog.drawing.minerals import Mineral
from catalog.drawing.solids import Point, Solid, dot, unit

KEY = unit((-0.5, 0.62, 0.62))


@dataclass(frozen=True)
class Sprite:
    """A picture with a transparent ground and where its corner lies."""

    image: Image.Image
    left: float
    top: float


@dataclass(frozen=True)
class Cut:
    """How a crystal is to be drawn: pixels for one unit, and its growth."""

    scale: float
    root: Point = (0.0, -1.0)
    tip: Point = (0.0, 1.0)
    clean: bool = False
    bounces: int = 3
    edges: float = 0.5
    rough: float = 0.0  # how much a broken skin scatters the light


class Frame:
    """Turns the crystal's units into the pixels of its own small picture."""

    def __init__(self, shapes: list[Facet], scale: float):
        xs = [x for shape in shapes for x, _ in shape.corners]
        ys = [y for shape in shapes for _, y in shape.corners]
        self.scale = scale
        self.left, self.top = min(xs) * scale - 3, -max(ys) * scale - 3
        self.size = (
            round((max(xs) - min(xs)) * scale) + 6,
            round((max(ys) - min(ys)) * scale) + 6,
        )

    def point(self, point: Point) -> Point:
        return point[0] * self.scale - self.left, -point[1] * self.scale - self.top

    def points(self, corners: list[Point]) -> list[Point]:
        return [self.point(corner) for corner in corners]


def draw_crystal(solid: Solid, mineral: Mineral, rng: Random, cut: Cut) -> Sprite:
    """Draw a convex crystal: what is seen through it, its grain, its gloss."""
    shapes = facets(solid)
    frame = Frame(shapes, cut.scale)
    mask = Image.new("L", frame.size, 0)
    pen = ImageDraw.Draw(mask)
    for shape in shapes:
        pen.polygon(frame.points(shape.corners), 255)
    light = _light(solid, shapes, mineral, frame, cut)
    if cut.rough:
        skin = level(noise(rng, frame.size, 7, 5), 0.1, 0.9)
        light = ImageChops.overlay(light, Image.blend(light, skin, cut.rough))
    spot = Spot(frame.size, frame.point(cut.root), frame.point(cut.tip), cut.clean)
    inside = _shifted(grain(mineral, rng, spot), shapes, frame, rng)
    image = body(mineral, light, inside)
    image = glossed(image, _gloss(shapes, mineral, frame, cut.edges))
    image.putalpha(mask)
    return Sprite(image, frame.left, frame.top)


def body(mineral: Mineral, light: Image.Image, inside: Grain) -> Image.Image:
    """The mineral's own colour under this light."""
    if inside.colour is not None:
        strong = fade(light, 1.42)
        shade = mix((0, 0, 0), rgb(mineral.ramp[2]), mineral.lift)
        table = ramp(shade, "ffffff")
        image = ImageChops.multiply(inside.colour, tint(strong, table))
        lift = lifted(light, -96, 0.55)
        image = ImageChops.screen(image, Image.merge("RGB", (lift,) * 3))
    else:
        image = tint(light, ramp(*mineral.ramp))
    if inside.zone is not None and mineral.zone:
        image = Image.composite(tint(light, ramp(*mineral.zone)), image, inside.zone)
    if inside.veil is not None:
        soft = lifted(light, 96, 0.62)
        milk = tint(soft, ramp(*(mineral.zone or mineral.ramp)))
        image = Image.composite(milk, image, inside.veil)
    if inside.inside is not None:
        image.paste(_lit(inside.inside, light), (0, 0), inside.inside.getchannel("A"))
    return image


def _lit(layer: Image.Image, light: Image.Image) -> Image.Image:
    """Flecks and needles take part in the light around them."""
    lamp = lifted(light, 96, 0.8)
    return ImageChops.multiply(layer.convert("RGB"), Image.merge("RGB", (lamp,) * 3))


def glossed(image: Image.Image, gloss: Image.Image) -> Image.Image:
    """Light mirrored by the surface, over everything that is below it."""
    return ImageChops.screen(image, Image.merge("RGB", (gloss,) * 3))


def _light(
    solid: Solid, shapes: list[Facet], mineral: Mineral, frame: Frame, cut: Cut
) -> Image.Image:
    """How bright each part looks: through the stone, or off it where it is dense."""
    if mineral.haze >= 0.85:
        return _off(shapes, frame)
    finest = 10 / (cut.scale * cut.scale)
    tracer = Tracer(solid, absorb=mineral.absorb, bounces=cut.bounces, finest=finest)
    for shape in shapes:
        tracer.through(shape)
    seen = Image.new("L", frame.size, 120)
    for patch in tracer.patches:
        _lay(seen, patch, frame)
    soft = 0.6 + mineral.haze * frame.scale / 26 + (0 if cut.clean else 0.8)
    seen = seen.filter(ImageFilter.GaussianBlur(soft))
    if mineral.haze < 0.06:
        return seen
    return Image.blend(seen, _off(shapes, frame), mineral.haze)


def _off(shapes: list[Facet], frame: Frame) -> Image.Image:
    """The light that a dense stone throws back, facet by facet."""
    dense = Image.new("L", frame.size, 110)
    for shape in shapes:
        facing = max(0.0, dot(shape.plane.normal, KEY))
        sky = 0.5 + 0.5 * shape.plane.normal[1]
        bounce = max(0.0, -shape.plane.normal[1])  # from the pale table
        bright = (34 + 154 * facing + 42 * sky + 44 * bounce) / 190
        _lay(dense, Patch(shape.corners, bright, (-1, -1)), frame)
    width, height = frame.size
    fall = slope(frame.size, (0, 0), (width, height))
    return ImageChops.subtract(dense, fade(fall, 0.16))


def _lay(on: Image.Image, patch: Patch, frame: Frame) -> None:
    """Paint one patch, with a gradient when it is large enough to show one."""
    corners = frame.points(patch.corners)
    bright = patch.light * 190
    if area(corners) < 5000:
        ImageDraw.Draw(on).polygon(corners, max(0, min(255, round(bright))))
        return
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    left, top = int(min(xs)), int(min(ys))
    size = int(max(xs)) - left + 2, int(max(ys)) - top + 2
    local = [(x - left, y - top) for x, y in corners]
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(local, 255)
    swing = min(70.0, 0.22 * bright + 10)
    start, end = (size[0] * 0.1, 0), (size[0] * 0.9, size[1])
    if patch.rise[0] + patch.rise[1] > 0:
        start, end = end, start
    fall = slope(size, start, end)
    on.paste(lifted(fall, bright + swing / 2, -swing / 255), (left, top), mask)


def _shifted(inside: Grain, shapes: list[Facet], frame: Frame, rng: Random) -> Grain:
    """Break the grain at the facet edges, as looking through them does."""
    reach = frame.scale * 0.05
    moves = [(rng.uniform(-reach, reach), rng.uniform(-reach, reach)) for _ in shapes]

    def broken(layer: Image.Image) -> Image.Image:
        result = layer.copy()
        for shape, (dx, dy) in zip(shapes, moves, strict=True):
            corners = frame.points(shape.corners)
            mask = Image.new("L", frame.size, 0)
            ImageDraw.Draw(mask).polygon(corners, 255)
            result.paste(ImageChops.offset(layer, round(dx), round(dy)), (0, 0), mask)
        return result

    return inside.mapped(broken) if len(shapes) < 16 else inside


def _gloss(
    shapes: list[Facet], mineral: Mineral, frame: Frame, edges: float
) -> Image.Image:
    """Lamps and sky mirrored by the facets, and the fine light along their edges."""
    gloss = Image.new("L", frame.size, 0)
    for shape in shapes:
        normal = shape.plane.normal
        share = schlick(normal[2]) * surroundings(mirrored(VIEW, normal))
        bright = min(0.62, share * 2.2 * mineral.shine) * 170
        patch = replace(Patch(shape.corners, 0, (-1, -1)), light=bright / 190)
        _lay(gloss, patch, frame)
    lines = Image.new("L", frame.size, 0)
    pen = ImageDraw.Draw(lines)
    wide = max(1, round(frame.scale / 190))
    for shape in shapes:
        corners = frame.points(shape.corners)
        facing = max(0.1, dot(shape.plane.normal, KEY)) ** 1.5
        pen.line([*corners, corners[0]], round(255 * edges * facing), wide, "curve")
    return ImageChops.screen(gloss, lines)

"""Cut stones and what they are set in: loose gems, pendants, earrings, rings."""

import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from catalog.drawing.beams import facets
from catalog.drawing.crystal import Cut, Sprite, draw_crystal
from catalog.drawing.fields import Size
from catalog.drawing.grains import Spot, grain
from catalog.drawing.metal import draw_ball, draw_chain, draw_lathe, draw_tube
from catalog.drawing.minerals import Mineral
from catalog.drawing.relief import domed_normals, shaded
from catalog.drawing.scene import Scene
from catalog.drawing.solids import (
    Point,
    Solid,
    Vector,
    brilliant,
    drop,
    oval,
    point,
    shifted,
    step_cut,
    teardrop,
    turn,
    turned,
)

EMERALD: tuple[tuple[float, float], ...] = (
    (0, 0.78),
    (45, 1.0),
    (90, 1.08),
    (135, 1.0),
    (180, 0.78),
    (225, 1.0),
)
EMERALD += ((270, 1.08), (315, 1.0))
ROUNDS: dict[str, list[Point]] = {
    "ROUND": [
        (math.cos(math.tau * k / 72), math.sin(math.tau * k / 72)) for k in range(72)
    ],
    "OVAL": [
        (0.8 * math.cos(math.tau * k / 72), 1.06 * math.sin(math.tau * k / 72))
        for k in range(72)
    ],
    "PEAR": teardrop(0.74, 1.06),
}
CUTS: dict[str, Solid] = {
    "ROUND": brilliant(oval(1, 1)),
    "OVAL": brilliant(oval(0.8, 1.06)),
    "PEAR": brilliant(drop(0.74, 1.06)),
    "EMERALD": step_cut(EMERALD),
    "SQUARE": step_cut([(k * 45, 0.92 if k % 2 == 0 else 1.12) for k in range(8)]),
    "HEXAGON": step_cut([(k * 60 + 30, 0.95) for k in range(6)]),
}


def hull(points: list[Point]) -> list[Point]:
    """The outline that goes round all points."""
    ordered = sorted(set(points))

    def half(run: list[Point]) -> list[Point]:
        line: list[Point] = []
        for p in run:
            while len(line) > 1 and _turns_right(line[-2], line[-1], p):
                line.pop()
            line.append(p)
        return line[:-1]

    return half(ordered) + half(ordered[::-1])


def _turns_right(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 1e-9


def gem(
    scene: Scene, mineral: Mineral, rng: Random, solid: Solid, size: float
) -> Sprite:
    """A cut stone whose half width is `size` of the picture."""
    cut = Cut(
        scale=scene.px(size),
        clean=mineral.weave not in ("needles", "zones", "melon"),
        bounces=3,
        edges=0.16,
    )
    return draw_crystal(solid, mineral, rng, cut)


def cabochon(
    scene: Scene, mineral: Mineral, rng: Random, outline: list[Point]
) -> Sprite:
    """A domed stone that fills an outline given in shares of the picture."""
    pixels = [(scene.px(x), scene.px(y)) for x, y in outline]
    left, top = min(x for x, _ in pixels), min(y for _, y in pixels)
    size = (
        round(max(x for x, _ in pixels) - left) + 2,
        round(max(y for _, y in pixels) - top) + 2,
    )
    local = [(x - left, y - top) for x, y in pixels]
    return Sprite(domed(local, size, mineral, rng), left, top)


def domed(
    outline: list[Point], size: Size, mineral: Mineral, rng: Random
) -> Image.Image:
    """The mineral polished to a dome over an outline in pixels."""
    spot = Spot(size, (size[0] * 0.3, size[1]), (size[0] * 0.7, 0))
    image = shaded(domed_normals(outline, size), mineral, grain(mineral, rng, spot))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(outline, 255)
    image.putalpha(mask)
    return image


def draw_faceted(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """One loose cut stone, seen nearly from above."""
    plain = [name for name in sorted(CUTS) if name not in ROUNDS]
    name = rng.choice(plain if mineral.haze >= 0.5 else sorted(CUTS))
    solid = turn(
        CUTS[name],
        yaw=rng.uniform(-12, 12),
        pitch=rng.uniform(7, 14),
        roll=rng.uniform(-14, 14),
    )
    sprite = gem(scene, mineral, rng, solid, 0.30)
    if name in ROUNDS:
        edge = hull([c for facet in facets(solid) for c in facet.corners])
        sprite = _trimmed(sprite, _smooth(edge), scene.px(0.30))
    scene.place(sprite, (0.5, 0.49))
    return scene.finish(mineral)


def _ellipse(centre: Point, wide: float, tall: float, count: int = 72) -> list[Point]:
    return [
        (
            centre[0] + wide * math.cos(math.tau * k / count),
            centre[1] + tall * math.sin(math.tau * k / count),
        )
        for k in range(count)
    ]


@dataclass(frozen=True)
class Setting:
    """What is hung where; a pair shares its shape but not its grain."""

    scene: Scene
    mineral: Mineral
    shape: Random
    grain: Random
    at: Point
    size: float

    @property
    def metal(self) -> str:
        return self.mineral.metal


def hang(scene: Scene, mineral: Mineral, rng: Random, at: Point, size: float) -> None:
    """Hang a set stone below `at`, about twice `size` tall."""
    hang_set(Setting(scene, mineral, rng, rng, at, size))


def hang_set(setting: Setting) -> None:
    """Hang the stone in the way its mineral is mostly worn."""
    dense = _hang_cabochon, _hang_drop, _hang_point
    clear = _hang_gem, _hang_gem, _hang_point
    setting.shape.choice(dense if setting.mineral.haze >= 0.3 else clear)(setting)


def _bail(setting: Setting, lift: float = 0.0, grow: float = 1.1) -> None:
    """The loop that carries a pendant."""
    x, y = setting.at[0], setting.at[1] + lift * setting.size
    size = setting.size * grow
    loop = [
        (x + size * 0.10 * math.sin(a), y + size * 0.17 * math.cos(a), 0.0)
        for a in (math.tau * k / 18 for k in range(18))
    ]
    draw_tube(setting.scene, loop, size * 0.035, setting.metal, closed=True)
    draw_ball(setting.scene, (x, y + size * 0.2), size * 0.055, setting.metal)


def _rim(setting: Setting, outline: list[Point]) -> None:
    path = [(x, y, 0.0) for x, y in outline]
    draw_tube(setting.scene, path, setting.size * 0.042, setting.metal, closed=True)


def _hang_gem(setting: Setting) -> None:
    """A cut stone in a thin rim."""
    scene, size = setting.scene, setting.size
    name = setting.shape.choice(("PEAR", "PEAR", "OVAL", "EMERALD", "ROUND", "HEXAGON"))
    yaw, pitch = setting.shape.uniform(-8, 8), setting.shape.uniform(5, 10)
    solid = turn(CUTS[name], yaw=yaw, pitch=pitch)
    if name != "PEAR":
        size *= 0.86
    edge = ROUNDS.get(name) or hull([c for f in facets(solid) for c in f.corners])
    centre = setting.at[0], setting.at[1] + size * (max(y for _, y in edge) + 0.28)
    sprite = gem(scene, setting.mineral, setting.grain, solid, size)
    scene.place(_trimmed(sprite, edge, scene.px(size)), centre)
    _rim(setting, [(centre[0] + x * size, centre[1] - y * size) for x, y in edge])
    _bail(setting)


def _trimmed(sprite: Sprite, edge: list[Point], scale: float) -> Sprite:
    """Cut a sprite to the outline of its rim."""
    mask = Image.new("L", sprite.image.size, 0)
    local = [(x * scale - sprite.left, -y * scale - sprite.top) for x, y in edge]
    ImageDraw.Draw(mask).polygon(local, 255)
    mask = ImageChops.multiply(sprite.image.getchannel("A"), mask)
    sprite.image.putalpha(mask)
    return sprite


def _hang_point(setting: Setting) -> None:
    """A crystal point hung by a cap, tip down."""
    at, size = setting.at, setting.size
    solid = point(setting.shape, height=2.3, width=0.42, wild=0.15)
    solid = shifted(solid, (0, -1.15, 0))
    solid = turn(solid, yaw=setting.shape.uniform(0, 60), pitch=6, roll=180)
    cut = Cut(scale=setting.scene.px(size), root=(0, 1.15), tip=(0, -1.15))
    sprite = draw_crystal(solid, setting.mineral, setting.grain, cut)
    setting.scene.place(sprite, (at[0], at[1] + size * 1.5))
    cap: tuple[Point, ...] = (
        (0.06, 0.0),
        (0.16, 0.02),
        (0.30, 0.09),
        (0.43, 0.16),
        (0.46, 0.19),
    )
    cap += ((0.475, 0.21), (0.475, 0.33), (0.49, 0.345), (0.48, 0.37))
    profile = [(wide * size, down * size) for wide, down in cap]
    draw_lathe(setting.scene, (at[0], at[1] + size * 0.2), profile, 0.1, setting.metal)
    _bail(setting, 0.02, 1.0)


def _hang_cabochon(setting: Setting) -> None:
    """A domed oval in a rim."""
    at, size = setting.at, setting.size
    wide = size * setting.shape.uniform(0.72, 0.86)
    tall = size * setting.shape.uniform(0.98, 1.1)
    outline = _ellipse((at[0], at[1] + tall + size * 0.27), wide, tall)
    stone = cabochon(setting.scene, setting.mineral, setting.grain, outline)
    setting.scene.place(stone, (0, 0))
    _rim(setting, outline)
    _bail(setting)


def _hang_drop(setting: Setting) -> None:
    """A polished drop without a rim."""
    at, size = setting.at, setting.size
    outline = [
        (at[0] + x, at[1] + size * 1.3 - y)
        for x, y in teardrop(size * 0.78, size * 1.08)
    ]
    stone = cabochon(setting.scene, setting.mineral, setting.grain, outline)
    setting.scene.place(stone, (0, 0))
    _bail(setting, 0.08)


def draw_pendant(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A pendant on a fine chain that runs out of the picture."""
    at = 0.5, 0.33
    for side in (-1, 1):
        spread = rng.uniform(0.20, 0.27)
        path = []
        for k in range(40):
            s = k / 39
            path.append((at[0] + side * spread * s**0.8, at[1] - 0.02 - 0.36 * s**1.25))
        draw_chain(scene, path, 0.0125, mineral.metal)
    hang(scene, mineral, rng, at, 0.21)
    return scene.finish(mineral)


def draw_earrings(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """Two earrings that match as natural stones match."""
    lean, twin = rng.uniform(0.0, 0.02), rng.random()
    for side in (-1, 1):
        at = 0.485 + side * 0.165, 0.35 + lean * side
        _hook(scene, at, mineral.metal)
        hang_set(Setting(scene, mineral, Random(twin), rng, at, 0.155))
    return scene.finish(mineral)


def _hook(scene: Scene, at: Point, metal: str) -> None:
    """An ear wire: up, over and down behind."""
    path: list[Vector] = [(at[0], at[1] - 0.012, 0), (at[0], at[1] - 0.07, 0)]
    for k in range(26):
        a = math.pi * (1.0 - k / 25)
        path.append(
            (at[0] + 0.04 + 0.04 * math.cos(a), at[1] - 0.1 - 0.045 * math.sin(a), 0)
        )
    path += [(at[0] + 0.081, at[1] - 0.06, 0), (at[0] + 0.089, at[1] - 0.03, 0)]
    draw_tube(scene, path, 0.005, metal)


def draw_ring(scene: Scene, mineral: Mineral, rng: Random) -> Image.Image:
    """A ring seen from above its stone."""
    pitch, roll = rng.uniform(52, 60), rng.uniform(-9, 9)
    yaw = rng.uniform(-16, 16)
    centre, radius = (0.5, 0.56), 0.28

    def held(vector: Vector) -> Vector:
        x, y, z = turned(vector, yaw=yaw, pitch=pitch, roll=roll)
        return centre[0] + x * radius, centre[1] - y * radius, z

    band = [
        held((math.sin(a), math.cos(a), 0))
        for a in (math.tau * k / 90 for k in range(90))
    ]
    draw_tube(scene, band, 0.023, mineral.metal, closed=True)
    top = held((0, 1.13, 0))
    _set_stone(scene, mineral, rng, (top[0], top[1]), (yaw, pitch, roll))
    return scene.finish(mineral)


def _set_stone(
    scene: Scene,
    mineral: Mineral,
    rng: Random,
    at: Point,
    hold: tuple[float, float, float],
) -> None:
    """A stone in claws, its table along the ring's own upright."""
    cut = CUTS[rng.choice(("ROUND", "OVAL", "EMERALD", "SQUARE", "HEXAGON"))]
    solid = turn(cut, pitch=-90)
    solid = turn(turn(solid, yaw=hold[0] + 90), pitch=hold[1], roll=hold[2])
    size = 0.172
    corners = [c for facet in facets(solid) for c in facet.corners]
    outline = hull([(at[0] + x * size, at[1] - y * size) for x, y in corners])
    low = [(x, y + 0.012, 0.0) for x, y in outline]
    draw_tube(scene, low, 0.012, mineral.metal, closed=True)
    if mineral.haze >= 0.3:
        scene.place(cabochon(scene, mineral, rng, _smooth(outline)), (0, 0))
    else:
        scene.place(gem(scene, mineral, rng, solid, size), at)
    for k in range(4):
        x, y = outline[(len(outline) * (2 * k + 1) // 8) % len(outline)]
        inward = at[0] + (x - at[0]) * 0.86, at[1] + (y - at[1]) * 0.86
        claw = [(x, y + 0.008, 0.0), (x, y, 0.0), (*inward, 0.0)]
        draw_tube(scene, claw, 0.0085, mineral.metal)
        draw_ball(scene, inward, 0.0095, mineral.metal)


def _smooth(outline: list[Point]) -> list[Point]:
    """Round an outline's corners by cutting them twice."""
    for _ in range(3):
        cut = []
        for one, two in zip(outline, outline[1:] + outline[:1], strict=True):
            for share in (0.25, 0.75):
                cut.append(
                    (
                        one[0] + (two[0] - one[0]) * share,
                        one[1] + (two[1] - one[1]) * share,
                    )
                )
        outline = cut
    return outline

"""Where light goes inside a clear convex crystal, worked out polygon by polygon.

Seen from far away, all rays that enter one flat facet run parallel inside. So each
bundle of rays stays a polygon, cut only by the edges of the facets it meets.
"""

import math
from dataclasses import dataclass

from catalog.drawing.solids import Plane, Point, Solid, Vector, dot, unit

Affine = tuple[float, float, float]  # a*x + b*y + c over the picture plane
Polygon = list[Point]

INDEX = 1.55
VIEW: Vector = (0.0, 0.0, -1.0)
LAMPS: tuple[tuple[Vector, float, float], ...] = (  # way, cosine at the rim, power
    (unit((-0.52, 0.70, 0.50)), 0.84, 1.30),
    (unit((0.85, 0.20, 0.45)), 0.88, 0.70),
    (unit((-0.15, -0.55, 0.75)), 0.90, 0.50),
    (unit((0.30, 0.55, 0.80)), 0.95, 0.80),
    (unit((-0.85, -0.05, 0.40)), 0.92, 0.60),
    (unit((0.45, -0.75, 0.35)), 0.92, 0.35),
    (unit((-0.25, 0.55, -0.80)), 0.60, 0.40),
)


@dataclass(frozen=True)
class Facet:
    """A facet that faces the viewer and its outline in the picture plane."""

    corners: Polygon
    plane: Plane
    number: int


@dataclass(frozen=True)
class Patch:
    """A polygon of the picture through which one piece of the surroundings is seen."""

    corners: Polygon
    light: float
    rise: Point  # how the light changes along x and y


def surroundings(way: Vector) -> float:
    """How bright the room is in a direction: a pale sweep, lamps, a dark camera."""
    light = 0.60 + 0.26 * way[1]
    if way[2] > 0:
        light *= 1 - 0.42 * way[2]
    if way[2] > 0.95:
        light *= 0.35
    for lamp, rim, power in LAMPS:
        near = way[0] * lamp[0] + way[1] * lamp[1] + way[2] * lamp[2]
        if near > rim:
            light += power * min(1.0, 2.5 * (near - rim) / (1 - rim))
    return max(0.03, light)


def schlick(cosine: float) -> float:
    """The share of light that a facet mirrors at this angle."""
    return 0.046 + 0.954 * (1 - min(1.0, max(0.0, cosine))) ** 5


def mirrored(way: Vector, normal: Vector) -> Vector:
    twice = 2 * dot(way, normal)
    return (
        way[0] - twice * normal[0],
        way[1] - twice * normal[1],
        way[2] - twice * normal[2],
    )


def bent(way: Vector, normal: Vector, ratio: float) -> Vector | None:
    """The way after a facet, or None when everything is mirrored back inside."""
    cosine = -dot(way, normal)
    rest = 1 - ratio * ratio * (1 - cosine * cosine)
    if rest < 0:
        return None
    factor = ratio * cosine - math.sqrt(rest)
    return unit(
        (
            ratio * way[0] + factor * normal[0],
            ratio * way[1] + factor * normal[1],
            ratio * way[2] + factor * normal[2],
        )
    )


def clip(corners: Polygon, keep: Affine) -> Polygon:
    """The part of a convex polygon where `keep` is not negative."""
    a, b, c = keep
    result: Polygon = []
    last = corners[-1]
    last_value = a * last[0] + b * last[1] + c
    for corner in corners:
        value = a * corner[0] + b * corner[1] + c
        if (value >= 0) != (last_value >= 0):
            share = last_value / (last_value - value)
            result.append(
                (
                    last[0] + (corner[0] - last[0]) * share,
                    last[1] + (corner[1] - last[1]) * share,
                )
            )
        if value >= 0:
            result.append(corner)
        last, last_value = corner, value
    return result


def area(corners: Polygon) -> float:
    total = 0.0
    last = corners[-1]
    for corner in corners:
        total += last[0] * corner[1] - corner[0] * last[1]
        last = corner
    return abs(total) / 2


def middle(corners: Polygon) -> Point:
    count = len(corners)
    return sum(c[0] for c in corners) / count, sum(c[1] for c in corners) / count


def facets(solid: Solid) -> list[Facet]:
    """The facets that face the viewer, each with its outline."""
    front = [(i, p) for i, p in enumerate(solid) if p.normal[2] > 1e-6]
    edges = [
        (-p.normal[0], -p.normal[1], p.reach) for p in solid if abs(p.normal[2]) <= 1e-6
    ]
    behind = [_depth(p) for p in solid if p.normal[2] < -1e-6]
    depths = [(i, _depth(p)) for i, p in front]
    found = []
    for (number, plane), (_, depth) in zip(front, depths, strict=True):
        cuts = [_minus(other, depth) for i, other in depths if i != number]
        cuts += edges + [_minus(depth, other) for other in behind]
        corners: Polygon = [(-40.0, -40.0), (40.0, -40.0), (40.0, 40.0), (-40.0, 40.0)]
        corners = _clipped(corners, cuts)
        if len(corners) > 2 and area(corners) > 1e-6:
            found.append(Facet(corners, plane, number))
    return found


def _depth(plane: Plane) -> Affine:
    x, y, z = plane.normal
    return -x / z, -y / z, plane.reach / z


def _minus(one: Affine, other: Affine) -> Affine:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _clipped(corners: Polygon, cuts: list[Affine]) -> Polygon:
    for cut in cuts:
        corners = clip(corners, cut)
        if len(corners) < 3:
            return []
    return corners


@dataclass(frozen=True)
class _Beam:
    """Parallel rays inside: where each starts, its way, what it went through."""

    corners: Polygon
    start: tuple[Affine, Affine, Affine]
    way: Vector
    path: Affine
    share: float
    light: float
    leaving: int


class Tracer:
    """Follows the light that enters one crystal and collects what the viewer sees."""

    def __init__(self, solid: Solid, *, absorb: float, bounces: int, finest: float):
        self.solid = solid
        self.absorb = absorb
        self.bounces = bounces
        self.finest = finest
        self.patches: list[Patch] = []

    def through(self, facet: Facet) -> None:
        """Collect the patches seen through one facet."""
        way = bent(VIEW, facet.plane.normal, 1 / INDEX)
        if way is None:
            return
        beam = _Beam(
            corners=facet.corners,
            start=((1, 0, 0), (0, 1, 0), _depth(facet.plane)),
            way=way,
            path=(0, 0, 0),
            share=1 - schlick(facet.plane.normal[2]),
            light=0.0,
            leaving=facet.number,
        )
        self._follow(beam, self.bounces)

    def _follow(self, beam: _Beam, left: int) -> None:
        hits = []
        for number, plane in enumerate(self.solid):
            speed = dot(plane.normal, beam.way)
            if speed > 1e-6 and number != beam.leaving:
                hits.append((number, _reach(plane, beam.start, speed)))
        for number, distance, corners in _split(beam.corners, hits, self.finest):
            self._arrive(beam, number, distance, corners, left)

    def _arrive(
        self, beam: _Beam, number: int, distance: Affine, corners: Polygon, left: int
    ) -> None:
        plane = self.solid[number]
        inward = (-plane.normal[0], -plane.normal[1], -plane.normal[2])
        path = (
            beam.path[0] + distance[0],
            beam.path[1] + distance[1],
            beam.path[2] + distance[2],
        )
        out = bent(beam.way, inward, INDEX)
        mirror = 1.0 if out is None else schlick(dot(out, plane.normal))
        light = beam.light
        centre = middle(corners)
        dim = math.exp(-self.absorb * _at(path, centre))
        if out is not None:
            light += surroundings(out) * (1 - mirror) * beam.share * dim
        share = beam.share * mirror
        if left == 0 or share < 0.12:
            if out is None:
                light += surroundings(beam.way) * 0.8 * share * dim
            fall = -self.absorb * light
            rise = (path[0] * fall, path[1] * fall)
            self.patches.append(Patch(corners, light, rise))
            return
        start = (
            _along(beam.start[0], beam.way[0], distance),
            _along(beam.start[1], beam.way[1], distance),
            _along(beam.start[2], beam.way[2], distance),
        )
        way = mirrored(beam.way, plane.normal)
        self._follow(_Beam(corners, start, way, path, share, light, number), left - 1)


def _at(affine: Affine, point: Point) -> float:
    return affine[0] * point[0] + affine[1] * point[1] + affine[2]


def _along(start: Affine, speed: float, distance: Affine) -> Affine:
    return (
        start[0] + speed * distance[0],
        start[1] + speed * distance[1],
        start[2] + speed * distance[2],
    )


def _reach(plane: Plane, start: tuple[Affine, Affine, Affine], speed: float) -> Affine:
    """How far each ray runs before it meets a plane."""
    x, y, z = plane.normal
    one, two, three = start
    return (
        -(x * one[0] + y * two[0] + z * three[0]) / speed,
        -(x * one[1] + y * two[1] + z * three[1]) / speed,
        (plane.reach - x * one[2] - y * two[2] - z * three[2]) / speed,
    )


def _split(
    corners: Polygon, hits: list[tuple[int, Affine]], finest: float
) -> list[tuple[int, Affine, Polygon]]:
    """Cut a bundle by the facets it meets first."""
    first = set()
    for x, y in corners:
        first.add(min(range(len(hits)), key=lambda k: _at(hits[k][1], (x, y))))
    if len(first) == 1:
        number, distance = hits[first.pop()]
        return [(number, distance, corners)]
    parts = []
    for number, distance in hits:
        part = corners
        for other, farther in hits:
            if other != number:
                part = clip(part, _minus(farther, distance))
                if len(part) < 3:
                    break
        else:
            if area(part) > finest:
                parts.append((number, distance, part))
    return parts

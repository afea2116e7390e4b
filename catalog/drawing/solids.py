"""Convex crystals as half-spaces: what a cutter's angles and a point's faces make."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

Vector = tuple[float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """All points whose share of `normal` is at most `reach` lie inside."""

    normal: Vector
    reach: float


Solid = tuple[Plane, ...]


def dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def unit(vector: Vector) -> Vector:
    length = math.sqrt(dot(vector, vector)) or 1.0
    return vector[0] / length, vector[1] / length, vector[2] / length


def turned(
    vector: Vector, *, yaw: float = 0, pitch: float = 0, roll: float = 0
) -> Vector:
    """Turn about the upright axis, then tip towards the viewer, then lean (degrees)."""
    x, y, z = vector
    c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    x, z = c * x + s * z, c * z - s * x
    c, s = math.cos(math.radians(pitch)), math.sin(math.radians(pitch))
    y, z = c * y - s * z, c * z + s * y
    c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    return c * x - s * y, c * y + s * x, z


def turn(solid: Solid, *, yaw: float = 0, pitch: float = 0, roll: float = 0) -> Solid:
    """The same crystal, held another way."""
    return tuple(
        Plane(turned(plane.normal, yaw=yaw, pitch=pitch, roll=roll), plane.reach)
        for plane in solid
    )


def shifted(solid: Solid, by: Vector) -> Solid:
    """The same crystal, somewhere else."""
    return tuple(Plane(p.normal, p.reach + dot(p.normal, by)) for p in solid)


def _leaning(azimuth: float, rise: float) -> Vector:
    """A direction at `azimuth` round the y axis, `rise` degrees above level."""
    a, r = math.radians(azimuth), math.radians(rise)
    return math.cos(a) * math.cos(r), math.sin(r), math.sin(a) * math.cos(r)


def point(
    rng: Random, *, height: float, width: float, wild: float, base: float = 0
) -> Solid:
    """A six-sided quartz point standing on y = 0; `wild` 0 is cut, 1 is grown."""
    sides, tips = [], []
    rise = rng.uniform(33, 40) - 6 * wild
    taper = 2.2 + rng.uniform(-1, 1) * wild
    for k in range(6):
        azimuth = k * 60 + rng.uniform(-7, 7) * wild
        reach = width * (1 + rng.uniform(-0.22, 0.22) * wild)
        side = _leaning(azimuth, taper)
        sides.append(Plane(side, reach))
        tip = _leaning(
            azimuth + rng.uniform(-3, 3) * wild, rise + rng.uniform(-4, 4) * wild
        )
        lower = rng.uniform(0, 0.34) * wild * (k % 2) + rng.uniform(0, 0.12) * wild
        tips.append(Plane(tip, height * tip[1] - lower * width * 0.5))
    return (*sides, *tips, Plane((0, -1, 0), base))


def cube(rng: Random) -> Solid:
    """A fluorite cube standing on y = 0, one unit high, its corners barely cut."""
    edge = rng.uniform(0.42, 0.5)
    faces = [Plane((0, 1, 0), 1), Plane((0, -1, 0), 0)]
    for k in range(4):
        faces.append(Plane(_leaning(k * 90, 0), edge))
        faces.append(Plane(_leaning(k * 90 + 45, 35.3), edge * 1.16 + 0.533))
    return tuple(faces)


Outline = Callable[[float], float]


def oval(wide: float, long: float) -> Outline:
    """How far an ellipse reaches in each direction (degrees)."""

    def reach(azimuth: float) -> float:
        a = math.radians(azimuth)
        return math.hypot(wide * math.cos(a), long * math.sin(a))

    return reach


def teardrop(wide: float, long: float, count: int = 80) -> list[Point]:
    """The outline of a drop: round below, one point above."""
    points = []
    for k in range(count):
        t = math.tau * k / count
        narrow = math.sin(t / 2) ** 1.1
        points.append((wide * 1.09 * math.sin(t) * narrow, long * math.cos(t)))
    return points


def drop(wide: float, long: float) -> Outline:
    """How far a drop reaches in each direction (degrees)."""
    points = teardrop(wide, long)

    def reach(azimuth: float) -> float:
        a = math.radians(azimuth)
        return max(x * math.cos(a) + y * math.sin(a) for x, y in points)

    return reach


def brilliant(outline: Outline, *, fold: int = 8, table: float = 0.56) -> Solid:
    """A brilliant cut facing +z: table, stars, kites, halves, and a pavilion."""
    step = 360 / fold
    faces: list[Plane] = [Plane((0, 0, 1), 0.30 * _mean(outline))]
    for k in range(fold):
        mid = k * step + 90
        faces += [
            _cut(outline, mid, 36, 0.045),
            _cut(outline, mid - step / 4, 43.5, 0.028),
            _cut(outline, mid + step / 4, 43.5, 0.028),
            _cut(outline, mid + step / 2, 23, 0.30 * (1 - table) * 0.62),
            _cut(outline, mid, -41.5, 0.0),
            _cut(outline, mid - step / 4, -43, 0.0),
            _cut(outline, mid + step / 4, -43, 0.0),
        ]
    return tuple(faces)


def step_cut(sides: Iterable[tuple[float, float]]) -> Solid:
    """An emerald cut facing +z over an outline of (azimuth, reach) sides."""
    sides = list(sides)
    small = min(reach for _, reach in sides)
    faces = [Plane((0, 0, 1), 0.24 * small)]
    for azimuth, reach in sides:
        flat = _flat(reach)
        faces += [
            _cut(flat, azimuth, 52, 0.02),
            _cut(flat, azimuth, 38, 0.05),
            _cut(flat, azimuth, 25, 0.115),
            _cut(flat, azimuth, -58, 0.0),
            _cut(flat, azimuth, -47, -0.035),
            _cut(flat, azimuth, -38, -0.10),
        ]
    return tuple(faces)


def _flat(reach: float) -> Outline:
    return lambda azimuth: reach


def _mean(outline: Outline) -> float:
    return sum(outline(k * 30) for k in range(12)) / 12


def _cut(outline: Outline, azimuth: float, angle: float, lift: float) -> Plane:
    """A facet `angle` degrees off the girdle plane; below the girdle if negative."""
    a, lean = math.radians(azimuth), math.radians(abs(angle))
    sign = 1 if angle > 0 else -1
    across, up = math.sin(lean), math.cos(lean) * sign
    normal = (math.cos(a) * across, math.sin(a) * across, up)
    reach = outline(azimuth)
    return Plane(normal, reach * across + lift * reach * math.cos(lean))


def pebble(rng: Random, *, radii: Vector, faces: int, rough: float) -> Solid:
    """A broken or tumbled lump: planes all round an egg, some knocked off."""
    planes = []
    golden = math.pi * (3 - math.sqrt(5))
    for k in range(faces):
        y = 1 - 2 * (k + 0.5) / faces
        ring = math.sqrt(1 - y * y)
        jitter = rng.uniform(-0.5, 0.5) * rough
        normal = unit(
            (
                math.cos(golden * k + jitter) * ring,
                y + rng.uniform(-0.3, 0.3) * rough,
                math.sin(golden * k + jitter) * ring,
            )
        )
        egg = math.sqrt(sum((n * r) ** 2 for n, r in zip(normal, radii, strict=True)))
        planes.append(Plane(normal, egg * (1 - rng.uniform(0, 0.25) * rough)))
    return tuple(planes)

"""What each mineral looks like: its colours, how clear it is, what grows inside."""

from dataclasses import dataclass, replace
from random import Random

Codes = tuple[str, ...]


@dataclass(frozen=True)
class Mineral:
    """The look of one mineral. `ramp` runs from its deepest shadow to its light."""

    ramp: Codes
    haze: float  # 0 is glass, 1 lets nothing through
    absorb: float = 0.2  # how fast a clear crystal darkens with depth
    zone: Codes = ()  # a second ramp, where the colour changes
    weave: str = "clear"  # the pattern inside, see `grains`
    flecks: Codes = ()  # colours of what lies inside or of the bands
    shine: float = 1.0
    lift: float = 0.0  # how much light a patterned stone lets seep into its shade
    halo: str = "ffffff"  # light that falls through it onto the ground
    metal: str = "SILVER"
    habit: str = "POINT"  # or CUBE, or SLIM


MINERALS: dict[str, Mineral] = {
    "ROCK_CRYSTAL": Mineral(
        ramp=("2d343b", "76828c", "b9c2c9", "e2e7ea", "f7f9fa", "ffffff"),
        haze=0.03,
        absorb=0.03,
        weave="veils",
        halo="ffffff",
    ),
    "AMETHYST": Mineral(
        ramp=("1a0933", "45197f", "7842bd", "ae87e0", "e6d6fb", "ffffff"),
        zone=("3b3450", "8a7fa6", "c3b9d6", "e6e0ee", "f8f5fb", "ffffff"),
        haze=0.05,
        absorb=0.24,
        weave="tips",
        halo="b48cf0",
    ),
    "CITRINE": Mineral(
        ramp=("3a1a02", "94500a", "d98d17", "f5bf4d", "fde7ab", "ffffff"),
        zone=("5b4a30", "a98f5f", "dcc48f", "f3e6c4", "fdf8ea", "ffffff"),
        haze=0.05,
        absorb=0.20,
        weave="tips",
        halo="ffc84f",
        metal="GOLD",
    ),
    "ROSE_QUARTZ": Mineral(
        ramp=("8a4852", "c67f88", "e5a7ac", "f3c8ca", "fce6e5", "ffffff"),
        haze=0.36,
        absorb=0.1,
        weave="milk",
        halo="ffc2c4",
        metal="ROSE",
    ),
    "SMOKY_QUARTZ": Mineral(
        ramp=("0e0906", "35261b", "6b5340", "a48b74", "dccdbd", "ffffff"),
        zone=("33302c", "7a736b", "b5ada4", "dcd7d0", "f3f1ee", "ffffff"),
        haze=0.04,
        absorb=0.30,
        weave="tips",
        halo="caa27c",
        metal="GOLD",
    ),
    "AGATE": Mineral(
        ramp=("2c2f38", "6d7480", "a9b0b8", "d6dadd", "f2f2f0", "ffffff"),
        haze=0.9,
        lift=0.3,
        weave="bands",
        halo="d8c8c0",
    ),
    "OBSIDIAN": Mineral(
        ramp=("030304", "0b0b0d", "17171b", "26262c", "3b3b44", "c9cbd2"),
        haze=1,
        weave="glass",
        shine=1.5,
        halo="9a9aa2",
    ),
    "TIGER_EYE": Mineral(
        ramp=("1c0d03", "5a2f0a", "9c5d14", "d49a33", "f4d683", "fff6d8"),
        haze=1,
        weave="silk",
        halo="e0a860",
        metal="GOLD",
    ),
    "LABRADORITE": Mineral(
        ramp=("0c1013", "242c31", "48545a", "748088", "a9b3b6", "eef2f2"),
        haze=1,
        weave="flash",
        halo="9fb8c8",
    ),
    "MOONSTONE": Mineral(
        ramp=("5d6470", "9aa3af", "c9cfd6", "e4e7ea", "f6f6f4", "ffffff"),
        haze=0.6,
        absorb=0.05,
        lift=0.55,
        weave="moon",
        halo="d5e4ff",
    ),
    "FLUORITE": Mineral(
        ramp=("0a2d2b", "1d6e60", "4fae93", "95d8c2", "dcf5ea", "ffffff"),
        zone=("1d0c3d", "4c2a8c", "8057bf", "b496e0", "e8dcf8", "ffffff"),
        haze=0.08,
        absorb=0.18,
        weave="zones",
        habit="CUBE",
        halo="a0e6cf",
    ),
    "GREEN_AVENTURINE": Mineral(
        ramp=("0c2f1c", "215c38", "3f8a57", "71b283", "b3d8ba", "f6fff6"),
        haze=0.85,
        lift=0.2,
        weave="glitter",
        halo="a9d9b4",
        metal="GOLD",
    ),
    "LAPIS_LAZULI": Mineral(
        ramp=("060d33", "122266", "1f3b9b", "3f63c4", "8fa8e2", "eef3ff"),
        haze=1,
        weave="night",
        halo="8098d8",
        metal="GOLD",
    ),
    "TOURMALINE": Mineral(
        ramp=("08291a", "176140", "3f9e6c", "8bcfa3", "d7f2dd", "ffffff"),
        zone=("4a0a26", "a32a5a", "dd5f8d", "f3a3bd", "fde2ea", "ffffff"),
        haze=0.08,
        absorb=0.20,
        weave="melon",
        habit="SLIM",
        halo="ffb0c8",
        metal="ROSE",
    ),
    "RUTILATED_QUARTZ": Mineral(
        ramp=("2a2317", "6b5f4a", "a99c85", "d8cfbe", "f5f1e8", "ffffff"),
        haze=0.05,
        absorb=0.07,
        weave="needles",
        flecks=("5f3a06", "b67a14", "e9b949", "fff0b8"),
        halo="f6dfa0",
        metal="GOLD",
    ),
    "PREHNITE": Mineral(
        ramp=("38461c", "7f9650", "b0c67f", "d3e0ab", "f0f5d9", "ffffff"),
        haze=0.36,
        absorb=0.1,
        zone=("2f3f18", "6d8a3f", "9fba68", "c9dc9a", "ecf4cf", "ffffff"),
        weave="grape",
        halo="d8ecb0",
        metal="GOLD",
    ),
}

AGATES: tuple[Codes, ...] = (  # dyed blue, as most that are sold as blue
    ("16305c", "2f5a96", "6d97c8", "b4cde6", "f0f5fa"),
    ("1d4a6e", "3c7ba6", "7fb0cf", "c3dcea", "f4f9fb"),
    ("27406f", "5272a8", "8fa8d2", "cbd7ec", "f5f7fc"),
)


def one_of(name: str, rng: Random) -> Mineral:
    """The mineral as one find of it looks: a little darker or paler, its own bands."""
    mineral = MINERALS[name]
    mineral = replace(mineral, absorb=mineral.absorb * rng.uniform(0.7, 1.3))
    if mineral.weave == "bands":
        mineral = replace(mineral, flecks=rng.choice(AGATES))
    return mineral

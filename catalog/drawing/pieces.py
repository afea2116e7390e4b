"""One piece of the catalogue as a picture."""

from collections.abc import Callable
from random import Random

from PIL import Image

from catalog.drawing.carvings import draw_carving
from catalog.drawing.clusters import draw_cluster
from catalog.drawing.jewels import (
    draw_earrings,
    draw_faceted,
    draw_pendant,
    draw_ring,
)
from catalog.drawing.minerals import MINERALS as LOOKS
from catalog.drawing.minerals import Mineral, one_of
from catalog.drawing.scene import Scene
from catalog.drawing.standing import draw_sphere, draw_tower
from catalog.drawing.stones import draw_rough, draw_tumbled
from catalog.drawing.strung import draw_bracelet, draw_necklace

DRAWERS: dict[str, Callable[[Scene, Mineral, Random], Image.Image]] = {
    "BRACELET": draw_bracelet,
    "NECKLACE": draw_necklace,
    "PENDANT": draw_pendant,
    "EARRINGS": draw_earrings,
    "RING": draw_ring,
    "SPHERE": draw_sphere,
    "TOWER": draw_tower,
    "CLUSTER": draw_cluster,
    "CARVING": draw_carving,
    "TUMBLED": draw_tumbled,
    "FACETED": draw_faceted,
    "ROUGH": draw_rough,
}
MINERALS = tuple(LOOKS)
FORMS = tuple(DRAWERS)


def draw_piece(*, mineral: str, form: str, sku: str, size: int = 1200) -> Image.Image:
    """A square picture of one piece, the same for the same SKU on every machine."""
    rng = Random(f"{mineral} {form} {sku}")
    return DRAWERS[form](Scene(size), one_of(mineral, rng), rng)

"""Pictures of the pieces, drawn from mineral, form and SKU: the same each time."""

from catalog.drawing.covers import draw_cover
from catalog.drawing.pictures import save_picture
from catalog.drawing.pieces import FORMS, MINERALS, draw_piece
from catalog.drawing.portraits import draw_portrait

__all__ = [
    "FORMS",
    "MINERALS",
    "draw_cover",
    "draw_piece",
    "draw_portrait",
    "save_picture",
]

"""Background jobs of catalog/, by step name."""

from catalog.products import drawn as pictures
from catalog.products import recomposing
from donghai import steps

steps.job(pictures.DRAW, lane=steps.Lane.MEDIA)(pictures.draw_picture)
steps.job(recomposing.RECOMPOSE)(recomposing.recompose)

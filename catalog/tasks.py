"""Background jobs of catalog/, by step name."""

from catalog.products import drawn as pictures
from catalog.provenance import drawn
from donghai import steps

steps.job(pictures.DRAW, lane=steps.Lane.MEDIA)(pictures.draw_picture)
steps.job(drawn.DRAW_ARTISAN, lane=steps.Lane.MEDIA)(drawn.draw_artisan)
steps.job(drawn.DRAW_LOT, lane=steps.Lane.MEDIA)(drawn.draw_lot)

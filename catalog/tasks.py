"""Background jobs of catalog/, by step name."""

from catalog.products import drawn as pictures
from catalog.stocktaking import alarms
from donghai import steps

steps.job(pictures.DRAW, lane=steps.Lane.MEDIA)(pictures.draw_picture)
steps.job(alarms.TELL, lane=steps.Lane.OUTSIDE)(alarms.tell)

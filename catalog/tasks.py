"""Background jobs of catalog/, by step name."""

from catalog.photos import services as photos
from catalog.products import drawn as pictures
from donghai import steps

steps.job(pictures.DRAW, lane=steps.Lane.MEDIA)(pictures.draw_picture)
steps.job(photos.MAKE, lane=steps.Lane.MEDIA)(photos.make_photo)
steps.job(photos.DROP_FILES, lane=steps.Lane.MEDIA)(photos.drop_files)
steps.job(photos.DROP_ORIGINAL, lane=steps.Lane.MEDIA)(photos.drop_original)

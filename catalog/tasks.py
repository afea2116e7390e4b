"""Background jobs of catalog/, by step name."""

from catalog.connections import outbox, sending
from catalog.merchants import mails, people
from catalog.merchants import services as merchants
from catalog.photos import services as photos
from catalog.products import drawn as pictures
from catalog.products import recomposing
from donghai import steps

steps.job(pictures.DRAW, lane=steps.Lane.MEDIA)(pictures.draw_picture)

steps.job(merchants.TELL, lane=steps.Lane.OUTSIDE)(mails.tell_applicant)
steps.job(people.INVITE, lane=steps.Lane.OUTSIDE)(mails.send_invitation)

steps.job(outbox.DELIVER, lane=steps.Lane.MERCHANTS)(sending.deliver)
steps.job(sending.TELL_OFF, lane=steps.Lane.OUTSIDE)(sending.tell_off)
steps.job(recomposing.RECOMPOSE)(recomposing.recompose)
steps.job(photos.MAKE, lane=steps.Lane.MEDIA)(photos.make_photo)
steps.job(photos.DROP_FILES, lane=steps.Lane.MEDIA)(photos.drop_files)
steps.job(photos.DROP_ORIGINAL, lane=steps.Lane.MEDIA)(photos.drop_original)

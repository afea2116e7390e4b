"""Background jobs of catalog/, by step name."""

from catalog.connections import outbox, sending
from catalog.merchants import mails, people
from catalog.merchants import services as merchants
from catalog.photos import services as photos
from catalog.products import describing, recomposing
from catalog.products import drawn as pictures
from catalog.provenance import drawn as provenance
from catalog.sheets import applying, checking, staging, undoing
from catalog.sheets import services as sheets
from catalog.stocktaking import alarms
from donghai import steps

MEDIA, OUTSIDE = steps.Lane.MEDIA, steps.Lane.OUTSIDE

steps.job(merchants.TELL, lane=OUTSIDE)(mails.tell_applicant)
steps.job(people.INVITE, lane=OUTSIDE)(mails.send_invitation)

steps.job(pictures.DRAW, lane=MEDIA)(pictures.draw_picture)
steps.job(photos.MAKE, lane=MEDIA, attempts=8)(photos.make_photo)
steps.job(photos.DROP_FILES, lane=MEDIA)(photos.drop_files)
steps.job(photos.DROP_ORIGINAL, lane=MEDIA)(photos.drop_original)
steps.job(provenance.DRAW_ARTISAN, lane=MEDIA)(provenance.draw_artisan)
steps.job(provenance.DRAW_LOT, lane=MEDIA)(provenance.draw_lot)

steps.job(recomposing.RECOMPOSE)(recomposing.recompose)
steps.job(describing.TRANSLATE, lane=OUTSIDE)(describing.translate_story)
steps.job(alarms.TELL, lane=OUTSIDE)(alarms.tell)

steps.job(outbox.DELIVER, lane=steps.Lane.MERCHANTS)(sending.deliver)
steps.job(sending.TELL_OFF, lane=OUTSIDE)(sending.tell_off)

for name, does in (
    (sheets.READ, staging.read),
    (sheets.CHECK, checking.check),
    (sheets.APPLY, applying.apply),
    (sheets.UNDO, undoing.undo),
):
    steps.job(name, lane=steps.Lane.BULK)(does)

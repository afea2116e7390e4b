"""Pictures of the demo's artisans and lots, drawn by the media worker, a step each."""

from catalog.drawing import draw_piece, draw_portrait
from catalog.products.drawn import as_file
from catalog.provenance.models import Artisan, Evidence, RawLot
from donghai import steps
from donghai.steps.models import Step

DRAW_ARTISAN = "catalog.draw_artisan"
DRAW_LOT = "catalog.draw_lot"
PORTRAIT_SIZE = 480  # pixels, square
PHOTO_SIZE = 720


def draw_artisan(step: Step) -> None:
    """Draw an artisan who has no portrait yet."""
    artisan = Artisan.objects.get(pk=step.subject_id)
    if not artisan.portrait:
        image = draw_portrait(name=artisan.name, size=PORTRAIT_SIZE)
        artisan.portrait.save(f"{artisan.slug}.jpg", as_file(image), save=False)
        Artisan.objects.filter(pk=artisan.pk).update(portrait=artisan.portrait.name)
    with steps.finishing(step):
        pass


def draw_lot(step: Step) -> None:
    """Draw the raw stone of a lot as its photo, once; whoever checked its papers
    vouches for it.
    """
    lot = RawLot.objects.get(pk=step.subject_id)
    photo = Evidence.Kind.PHOTO
    image = draw_piece(mineral=lot.mineral, form="ROUGH", sku=lot.code, size=PHOTO_SIZE)
    with steps.finishing(step):
        if lot.evidence.filter(kind=photo).exists():
            return
        papers = lot.evidence.filter(checked_on__isnull=False).order_by("pk")
        checked = papers.first()
        proof = Evidence(
            lot=lot,
            kind=photo,
            proves="raw stone of this lot, drawn for the demo",
            is_public=True,
            checked_by=checked.checked_by if checked else None,
            checked_on=checked.checked_on if checked else None,
        )
        proof.file.save(f"{lot.code}.jpg", as_file(image), save=True)

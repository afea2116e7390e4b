"""Covers of the demo sessions, drawn from what they show by the media worker."""

from catalog.drawing import draw_cover
from catalog.products.drawn import as_file
from donghai import steps
from donghai.steps.models import Step
from livestream.sessions.models import LiveSession

DRAW = "livestream.draw_cover"
SIZE = (900, 1200)  # upright, as a phone is held


def draw(step: Step) -> None:
    """Draw a session's cover if it has none; one that has keeps it."""
    session = LiveSession.objects.get(pk=step.subject_id)
    save_cover(session)
    with steps.finishing(step):
        pass


def save_cover(session: LiveSession) -> None:
    """Draw the mineral of the session's first piece as its cover, once."""
    first = session.listings.order_by("position").select_related("variant__product")[:1]
    if session.cover or not first:
        return
    image = draw_cover(
        mineral=first[0].variant.product.mineral, seed=str(session.pk), size=SIZE
    )
    session.cover.save(f"session-{session.pk}.jpg", as_file(image), save=False)
    LiveSession.objects.filter(pk=session.pk).update(cover=session.cover.name)

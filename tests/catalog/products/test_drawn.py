"""Pieces of the demo market have pictures, and photos as a phone's would be."""

import pytest

from catalog.models import Photo
from catalog.products import drawn
from donghai import steps
from donghai.steps.tasks import sweep_until_done
from tests.make import make_variant


@pytest.mark.django_db
def test_a_drawn_piece_has_its_picture_and_then_a_photo_like_any_other():
    product = make_variant().product
    steps.schedule(drawn.DRAW, subject_id=product.pk)

    sweep_until_done(lane=steps.Lane.MEDIA)

    product.refresh_from_db()
    photo = Photo.objects.get()
    assert photo.made is not None
    assert product.picture.name == photo.made.name()

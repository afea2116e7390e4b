"""Pictures of the demo market's pieces, drawn by the media worker, a step each."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL.Image import Image

from catalog.drawing import draw_piece, save_picture
from catalog.photos import services as photos
from catalog.products.models import Product
from donghai import steps
from donghai.steps.models import Step

DRAW = "catalog.draw_picture"
SIZE = 900  # pixels, square


def draw_picture(step: Step) -> None:
    """Draw a product if it has no picture yet; one that has keeps it."""
    save_picture_of(Product.objects.get(pk=step.subject_id))
    with steps.finishing(step):
        pass


def save_picture_of(product: Product) -> None:
    """Draw a product from its mineral, form and SKU, once.

    It's shown at once; the media worker makes a photo of it like any other, later.
    """
    if product.picture:
        return
    sku = product.variants.order_by("pk").values_list("sku", flat=True)[0]
    image = draw_piece(mineral=product.mineral, form=product.form, sku=sku, size=SIZE)
    photos.add_photos(product_id=product.pk, files=[as_file(image)])
    product.picture.save(f"{sku}.jpg", as_file(image), save=False)
    Product.objects.filter(pk=product.pk).update(picture=product.picture.name)


def as_file(image: Image) -> "ContentFile[bytes]":
    """A picture as a progressive JPEG, ready to be stored."""
    out = BytesIO()
    save_picture(image, out)
    return ContentFile(out.getvalue())

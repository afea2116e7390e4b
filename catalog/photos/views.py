"""A merchant's photos of one product: adding, ordering, cropping, removing.

Every answer to htmx is the strip as it is now; without scripts one goes back to the
product's editor, where the photos stand.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.merchants.models import Merchant
from catalog.photos import services
from catalog.photos.kinds import FIRST_BYTES, kind_of
from catalog.photos.models import Photo
from catalog.photos.services import Turned
from donghai.paging import whole_number
from donghai.storage import private_files

NOTHING = (0.0, 0.0, 0.0, 0.0)


class CropForm(forms.Form):
    """Parts of one, from the upper left corner of the upright photo."""

    left = forms.FloatField()
    top = forms.FloatField()
    right = forms.FloatField()
    bottom = forms.FloatField()


def merchant_of(request: HttpRequest, product_id: int) -> Merchant:
    """The merchant of a product the signed-in person may change; else there is none."""
    return get_object_or_404(
        Merchant,
        products=product_id,
        members__user=request.user.pk,
    )


@login_required
@require_GET
def strip(request: HttpRequest, product_id: int) -> HttpResponse:
    """The photos as they are now, for htmx; the editor they stand in for all others."""
    merchant_of(request, product_id)
    return _back(request, product_id)


@login_required
@require_POST
def add(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take in several files; those that can't be used are said by name, with why."""
    merchant_of(request, product_id)
    user: Any = request.user
    added = services.add_photos(
        product_id=product_id, files=request.FILES.getlist("photos"), by=user
    )
    if _is_part(request):
        return _strip(request, product_id, added.turned_away)
    for turned in added.turned_away:
        messages.error(request, f"{turned.name}: {turned.words}")
    if not request.FILES:
        messages.error(request, _("Choose one or more photos first."))
    return _back(request, product_id)


@login_required
@require_POST
def order(request: HttpRequest, product_id: int) -> HttpResponse:
    """Show the photos in the order of `photo`."""
    merchant_of(request, product_id)
    ids = [whole_number(one) for one in request.POST.getlist("photo")]
    services.order_photos(product_id=product_id, ids=[one for one in ids if one])
    return _back(request, product_id)


@login_required
@require_POST
def move(request: HttpRequest, product_id: int, photo_id: int) -> HttpResponse:
    """Show a photo one place earlier, or later."""
    photo = _photo(request, product_id, photo_id)
    places = 1 if request.POST.get("to") == "later" else -1
    services.move_photo(photo_id=photo.pk, places=places)
    return _back(request, product_id)


@login_required
@require_POST
def crop(request: HttpRequest, product_id: int, photo_id: int) -> HttpResponse:
    """Show a part of a photo."""
    photo = _photo(request, product_id, photo_id)
    form = CropForm(request.POST)
    sides = ("left", "top", "right", "bottom")
    box = [form.cleaned_data[side] for side in sides] if form.is_valid() else NOTHING
    try:
        services.crop_photo(photo_id=photo.pk, box=box)
    except services.NoSuchCrop as refusal:
        if _is_part(request):
            return _strip(request, product_id, [Turned(_("Crop"), str(refusal))])
        messages.error(request, str(refusal))
    return _back(request, product_id)


@login_required
@require_POST
def remove(request: HttpRequest, product_id: int, photo_id: int) -> HttpResponse:
    """Take a photo away; one that is gone stays gone."""
    merchant_of(request, product_id)
    if Photo.objects.filter(product_id=product_id, pk=photo_id).exists():
        services.remove_photo(photo_id=photo_id)
    return _back(request, product_id)


@login_required
@require_POST
def again(request: HttpRequest, product_id: int, photo_id: int) -> HttpResponse:
    """Try once more to make a photo that gave up; any other stays as it is."""
    photo = _photo(request, product_id, photo_id)
    services.make_again(photo_id=photo.pk)
    return _back(request, product_id)


@login_required
@require_GET
def original(request: HttpRequest, product_id: int, photo_id: int) -> FileResponse:
    """The photo as it was sent, for its own merchant to crop; never as a page."""
    photo = _photo(request, product_id, photo_id)
    try:
        file = private_files().open(str(photo.original.name))
    except FileNotFoundError:
        raise Http404 from None
    kind = kind_of(file.read(FIRST_BYTES)).lower()
    file.seek(0)
    answer = FileResponse(file, content_type=f"image/{kind}", filename=f"photo.{kind}")
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _photo(request: HttpRequest, product_id: int, photo_id: int) -> Photo:
    merchant_of(request, product_id)
    return get_object_or_404(Photo, pk=photo_id, product=product_id)


def _back(request: HttpRequest, product_id: int) -> HttpResponse:
    if _is_part(request):
        return _strip(request, product_id)
    merchant = merchant_of(request, product_id)
    return redirect("catalog:edit-product", merchant.pk, product_id)


def strip_of(product_id: int) -> dict[str, Any]:
    """What the strip of a product's photos needs, on whichever page it is."""
    photos = list(Photo.objects.filter(product_id=product_id).in_order())
    failed = services.failed(photos)
    waiting = [photo for photo in photos if photo.state == Photo.State.WAITING]
    return {
        "photos": photos,
        "product_id": product_id,
        "failed": failed,
        "is_waiting": any(photo.pk not in failed for photo in waiting),
        "most": services.MOST_PHOTOS,
    }


def _strip(
    request: HttpRequest, product_id: int, turned_away: Sequence[Turned] = ()
) -> HttpResponse:
    """The strip; 422 tells a script that something in it was turned away."""
    facts = strip_of(product_id) | {"turned_away": turned_away}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if turned_away else HTTPStatus.OK
    return render(request, "catalog/_photos.html", facts, status=status)


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"

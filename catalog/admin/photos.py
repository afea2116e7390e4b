"""Photos in the admin: what is done with them, and those of a product."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.photos import services
from catalog.photos.models import SIZES, Photo
from donghai.admin.steps import describe
from donghai.backoffice.columns import link_to
from donghai.backoffice.pages import Part
from donghai.steps.models import Step

describe(
    Photo,
    make_photo=gettext_lazy("make a photo's sizes"),
    drop_photo_files=gettext_lazy("delete files that are not shown any more"),
    drop_photo_original=gettext_lazy("delete a removed photo's original"),
)


class Photos(Part):
    """What a product shows, in its order."""

    model = Photo
    shown = ("picture_shown", "position", "state", "why", "added_at")
    ordering = ("position", "pk")

    @admin.display(description=gettext_lazy("picture"))
    def picture_shown(self, photo: Photo) -> SafeString | str:
        if photo.made is None:
            return "-"
        url = photo.made.url(SIZES[0])
        return format_html('<img class="thumb" src="{}" alt="">', url)

    @admin.display(description=gettext_lazy("why it cannot be used"))
    def why(self, photo: Photo) -> Any:
        if step_id := services.failed([photo]).get(photo.pk):
            return link_to(Step(pk=step_id), _("It cannot be made: try again"))
        return photo.refusal or "-"

"""Artisans in the admin, with their honours and works."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.evidence import Proven
from catalog.admin.products import TITLE
from catalog.admin.words import promise_nothing
from catalog.provenance.models import (
    Artisan,
    Honour,
    Work,
)
from catalog.provenance.models.pieces import DONE_ALREADY
from donghai.admin.steps import describe
from donghai.backoffice.columns import link
from donghai.backoffice.duties import CLERKS, NOBODY
from donghai.backoffice.pages import NamedRows, Page, Part
from donghai.backoffice.site import Group

describe(Artisan, draw_artisan=gettext_lazy("draw a demo artisan's portrait"))


class InLanguages(forms.MultiWidget):
    """A box for each language of the pages; words in others stay as they are."""

    def __init__(self, *, is_long: bool) -> None:
        box = forms.Textarea if is_long else forms.TextInput
        size = {"rows": 3} if is_long else {"class": "vTextField"}
        super().__init__(
            {
                code: box({**size, "lang": code, "placeholder": str(name)})
                for code, name in settings.LANGUAGES
            }
        )

    def decompress(self, value: Any) -> list[str]:
        said = value or {}
        return [said.get(code, "") for code, _name in settings.LANGUAGES]


class WordsField(forms.MultiValueField):
    """Words by language, that promise nothing nobody can prove."""

    def __init__(self, *, is_long: bool, **kwargs: Any) -> None:
        boxes = [forms.CharField(required=False) for _code in settings.LANGUAGES]
        kwargs["widget"] = InLanguages(is_long=is_long)
        super().__init__(boxes, require_all_fields=False, **kwargs)

    def validate(self, value: dict[str, str]) -> None:
        super().validate(value)
        promise_nothing(*value.values())

    def compress(self, data_list: list[str]) -> dict[str, str]:
        said = zip(settings.LANGUAGES, data_list, strict=False)
        return {code: words for (code, _name), words in said if words}


class Honours(Part):
    model = Honour
    added_by = kept_by = CLERKS
    fields = ("title", "year", "given_by", "page")
    readonly_fields: ClassVar[Any] = ("page",)

    @admin.display(description=gettext_lazy("evidence"))
    def page(self, honour: Honour) -> SafeString | str:
        if not honour.pk:
            return "-"
        address = reverse("admin:catalog_honour_change", args=[honour.pk])
        return format_html('<a href="{}">{}</a>', address, _("Its evidence"))

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _words(db_field) or super().formfield_for_dbfield(
            db_field, request, **kwargs
        )


class Once(NamedRows):
    """New rows, none of them said before or twice: it is the piece's whole product."""

    def clean(self) -> None:
        super().clean()
        new = [form for form in self.extra_forms if form.has_changed()]
        products = [form.instance.product_id for form in new]
        there = Work.objects.filter(
            artisan=self.instance.pk, product__in=products, variant=None
        )
        seen = set(there.values_list("product_id", "role"))
        for form in new:
            said = form.instance.product_id, form.instance.role
            if said in seen:
                form.add_error("role", DONE_ALREADY)
            seen.add(said)


class Works(Part):
    model = Work
    formset = Once
    added_by = CLERKS
    fields = ("product", "role", "from_on", "to_on")
    autocomplete_fields = ("product",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        return super().get_queryset(request).select_related("product", "artisan")


@admin.register(Artisan)
class ArtisanPage(Page):
    """Clerks keep artisans, their honours and works."""

    group = Group.MARKET
    place = 7
    added_by = kept_by = CLERKS
    fields = (
        *("name", "name_zh", "slug", "craft", "since"),
        *("workshop", "about", "portrait"),
    )
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("workshop",)
    inlines = (Honours, Works)
    list_display = (
        "name",
        "name_zh",
        "craft",
        "since",
        link("workshop", gettext_lazy("merchant")),
    )
    list_select_related = ("workshop",)
    list_filter = ("craft",)
    search_fields = ("name__icontains", "name_zh__icontains")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address is printed on things: it is proposed once."""
        return self.prepopulated_fields if obj is None else {}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _words(db_field) or super().formfield_for_dbfield(
            db_field, request, **kwargs
        )


@admin.register(Honour)
class HonourPage(Proven):
    """One honour with its evidence."""

    place = 8
    added_by = NOBODY
    fields = ("artisan", "title", "year", "given_by")
    readonly_fields = ("artisan",)
    list_display = ("__str__", link("artisan", gettext_lazy("artisan")), "given_by")
    list_select_related = ("artisan",)
    search_fields = ("artisan__name__icontains", "artisan__name_zh__icontains")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        return _words(db_field) or super().formfield_for_dbfield(
            db_field, request, **kwargs
        )


@admin.register(Work)
class WorkPage(Proven):
    """Who did what to a piece, with its evidence."""

    place = 8
    added_by = NOBODY
    kept_by = CLERKS
    fields = ("product", "variant", "artisan", "role", "from_on", "to_on")
    readonly_fields = ("product", "variant", "artisan", "role")
    list_display = ("__str__", TITLE, "to_on")
    list_select_related = ("artisan", "product")
    list_filter = ("role",)
    search_fields = ("artisan__name__icontains", "artisan__name_zh__icontains")


def _words(db_field: Any) -> forms.Field | None:
    """The box for words by language, where the field keeps such."""
    if db_field.name not in ("about", "title"):
        return None
    return WordsField(
        is_long=db_field.name == "about",
        label=db_field.verbose_name,
        required=not db_field.blank,
    )

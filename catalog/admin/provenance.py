"""Lots, what is made of them, laboratories and passports, in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.evidence import Proven
from catalog.admin.products import TITLE
from catalog.admin.words import NamedFilter, box, named
from catalog.provenance import codes, services
from catalog.provenance.models import (
    LabReport,
    Passport,
    RawLot,
    RawUse,
)
from donghai.admin.steps import describe
from donghai.backoffice.columns import link, list_of, number, state
from donghai.backoffice.duties import CLERKS, NOBODY
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group

describe(RawLot, draw_lot=gettext_lazy("draw a demo lot's photo"))


@admin.register(RawLot)
class RawLotPage(Proven):
    """Clerks register lots; the number comes by itself."""

    place = 6
    fields = (
        *("code", "mineral", "origin", "place", "weight_kg", "used_g"),
        *("importer", "declaration_number", "declared_on", "arrived_on"),
        *("supplier", "state"),
    )
    readonly_fields = ("code", "used_g")
    list_display = (
        "code",
        named("mineral", gettext_lazy("mineral")),
        named("origin", gettext_lazy("country of origin")),
        "place",
        number("weight_kg", gettext_lazy("weight (kg)"), order="weight_kg"),
        "arrived_on",
        state("state", gettext_lazy("state")),
    )
    list_filter = ("state", ("mineral", NamedFilter), "year")
    search_fields = ("code__startswith", "origin__exact", "declaration_number__exact")
    search_help_text = gettext_lazy("Lot, country, or the whole declaration number")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        for name in {"mineral", "origin"} & set(form.base_fields):
            label = form.base_fields[name].label
            form.base_fields[name] = box(name, getattr(obj, name, ""), label=label)
        return form

    def save_model(
        self, request: HttpRequest, obj: RawLot, form: Any, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            services.register_lot(obj)


@admin.register(RawUse)
class RawUsePage(Proven):
    """Which piece is made of which lot, with its evidence."""

    place = 8
    added_by = NOBODY
    fields = ("product", "variant", "lot", "grams")
    readonly_fields = ("product", "variant", "lot", "grams")
    list_display = (
        link("lot", gettext_lazy("lot")),
        TITLE,
        number("grams", gettext_lazy("weight (g)")),
        "said_at",
    )
    list_display_links = ("said_at",)
    list_select_related = ("lot", "product")
    search_fields = ("lot__code__startswith",)
    search_help_text = gettext_lazy("Lot")


class Doubting(admin.SimpleListFilter):
    """By whether it says what the product says."""

    title = gettext_lazy("contradicts the product")
    parameter_name = "doubts"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, rows: Any) -> QuerySet[LabReport]:
        return rows.doubting() if self.value() else rows


@admin.register(LabReport)
class LabReportPage(Proven):
    """What laboratories found. Contradictions stand first on the front page."""

    place = 7
    fields = (
        *("product", "variant", "laboratory", "number", "issued_on"),
        *("found_mineral", "found_treatment", "link", "agrees"),
    )
    readonly_fields: ClassVar[Any] = ("agrees",)
    fixed_once_made = ("product", "variant")
    autocomplete_fields = ("product", "variant")
    list_display = ("__str__", TITLE, "issued_on", "found_treatment", "agrees")
    list_select_related = ("product",)
    list_filter = (Doubting, "found_treatment")
    search_fields = ("number__exact", "laboratory__istartswith")

    @admin.display(description=gettext_lazy("agrees with the product"), boolean=True)
    def agrees(self, report: LabReport) -> bool | None:
        if report.product_id is None:
            return None
        return not (report.doubts_treatment or report.doubts_mineral)


class RevokePassport(forms.ModelForm):
    """Why a code can't be trusted any more; from then on its page says so."""

    def clean_revoked_because(self) -> str:
        because: str = self.cleaned_data["revoked_because"].strip()
        if not because:
            raise forms.ValidationError(_("Say why: buyers will read it."))
        return because


@admin.register(Passport)
class PassportPage(Page):
    """Codes on labels. A code is never deleted; it can be revoked with a reason."""

    group = Group.MARKET
    place = 8
    kept_by = CLERKS
    form = RevokePassport
    fields = (
        "code",
        "product",
        "variant",
        "issued_at",
        "revoked_at",
        "revoked_because",
    )
    readonly_fields = ("code", "product", "variant", "issued_at", "revoked_at")
    list_display = ("code", TITLE, "issued_at", "revoked_at")
    list_select_related = ("product",)
    search_fields = ("code__exact",)
    search_help_text = gettext_lazy("The whole code, as it is printed")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Passport], search_term: str
    ) -> Any:
        """By the code that was meant, whatever its case and gaps."""
        meant = codes.read(search_term) or search_term
        return super().get_search_results(request, queryset, meant)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is revoked stays revoked."""
        is_open = obj is None or obj.revoked_at is None
        return is_open and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Passport, form: Any, change: bool
    ) -> None:
        services.revoke_passport(passport_id=obj.pk, because=obj.revoked_because)


@figure(CLERKS)
def reports_that_contradict() -> Figure:
    doubting = LabReport.objects.doubting()[:MOST].count()
    return Figure(
        gettext_lazy("reports contradict what is sold"),
        doubting,
        list_of(LabReport, doubts="yes"),
        "bad" if doubting else "ok",
        gettext_lazy("Buyers see both. Ask merchant and laboratory."),
    )

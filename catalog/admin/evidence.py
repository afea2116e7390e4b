"""Proofs in the admin: handed in, opened, compared, signed for."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.words import promise_nothing
from catalog.provenance import files, services
from catalog.provenance.models import (
    CLAIMS,
    Evidence,
)
from catalog.provenance.views.passports import handed_out
from donghai.backoffice.columns import column, link_to, list_of
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group


class EvidenceForm(forms.ModelForm):
    """A proof; its file is looked at before it is kept."""

    class Meta:
        model = Evidence
        fields = ("kind", "proves", "file", "link", "is_public")
        widgets = {"file": forms.FileInput}

    def clean_proves(self) -> str:
        proves: str = self.cleaned_data["proves"]
        promise_nothing(proves)
        return proves

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if "file" not in self.changed_data or not sent:
            return sent
        try:
            return files.taken_in(sent)
        except files.UnusableFile as unusable:
            raise forms.ValidationError(str(unusable)) from unusable


def belongs_to(evidence: Evidence) -> str:
    """The lot, piece or artisan whose claim it proves, in words."""
    if evidence.work:
        return f"{evidence.work}, {evidence.work.product}"
    if evidence.honour:
        return f"{evidence.honour.artisan}, {evidence.honour}"
    if evidence.report and evidence.report.product:
        return f"{evidence.report}, {evidence.report.product}"
    return str(evidence.lot or evidence.use or evidence.report)


def to_file(evidence: Evidence) -> SafeString | str:
    """Where staff opens a proof."""
    if evidence.link:
        return format_html(
            '<a href="{}" rel="noreferrer">{}</a>', evidence.link, evidence.link
        )
    if not evidence.pk or not evidence.file:
        return "-"
    address = reverse("admin:catalog_evidence_file", args=[evidence.pk])
    return format_html('<a href="{}">{}</a>', address, _("Open the file"))


class Proofs(Part):
    """The proofs of a claim, on the claim's page. What was checked stays as it was."""

    model = Evidence
    form = EvidenceForm
    added_by = CLERKS
    fields: ClassVar[Any] = (
        *("kind", "proves", "file", "link", "is_public"),
        *("file_shown", "checked_on", "checked_by"),
    )
    readonly_fields: ClassVar[Any] = ("file_shown", "checked_on", "checked_by")
    verbose_name_plural = gettext_lazy("evidence")

    @admin.display(description=gettext_lazy("open"))
    def file_shown(self, evidence: Evidence) -> SafeString | str:
        return to_file(evidence)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return super().get_queryset(request).select_related("checked_by")


class Proven(Page):
    """A page of claims with their proofs."""

    group = Group.MARKET
    added_by = kept_by = CLERKS
    inlines: ClassVar[Any] = (Proofs,)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Proofs know who added them."""
        for row in formset.save(commit=False):
            if isinstance(row, Evidence) and row.added_by_id is None:
                row.added_by_id = request.user.pk
            row.save()
        formset.save_m2m()


@admin.register(Evidence)
class EvidencePage(Page):
    """Proofs wait here for somebody who compares them with what they should prove."""

    group = Group.MARKET
    place = 6
    kept_by = CLERKS
    fields = (
        *("claim", "kind", "proves", "file_shown", "is_public"),
        *("added_by", "added_at", "checked_by", "checked_on"),
    )
    readonly_fields: ClassVar[Any] = (
        *("claim", "kind", "proves", "file_shown"),
        *("added_by", "added_at", "checked_by", "checked_on"),
    )
    list_display = (
        *("called", "file_shown", "is_public", "added_at"),
        *("checked_on", column("checked_by.name", gettext_lazy("by")), "claim"),
    )
    list_select_related = (
        *("lot", "use__lot", "use__product", "work__artisan", "work__product"),
        *("report__product", "honour__artisan", "checked_by"),
    )
    list_filter = (("checked_on", admin.EmptyFieldListFilter), "kind", "is_public")
    search_fields = ("lot__code__startswith", "report__number__exact")
    search_help_text = gettext_lazy("Lot or report number")
    actions = ("vouch", "unvouch")

    @admin.display(description=gettext_lazy("evidence"))
    def called(self, evidence: Evidence) -> str:
        """On a phone the first column is all that is seen of a row."""
        return f"{belongs_to(evidence)} · {evidence}"

    @admin.display(description=gettext_lazy("of"))
    def claim(self, evidence: Evidence) -> SafeString | str:
        row = next(filter(None, (getattr(evidence, n) for n in CLAIMS.values())))
        return link_to(row)

    @admin.display(description=gettext_lazy("open"))
    def file_shown(self, evidence: Evidence) -> SafeString | str:
        return to_file(evidence)

    def suits(self, action: str, row: Evidence) -> bool:
        return (action == "unvouch") == (row.checked_on is not None)

    @admin.action(description=gettext_lazy("I have checked it"), permissions=["work"])
    def vouch(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> None:
        def verb(row: Evidence) -> bool:
            return services.check_evidence(evidence_id=row.pk, by=request.user)

        self.work(request, queryset, verb, _("Checked"))

    @admin.action(description=gettext_lazy("Take the check back"), permissions=["work"])
    def unvouch(self, request: HttpRequest, queryset: QuerySet[Evidence]) -> None:
        def verb(row: Evidence) -> bool:
            return services.uncheck_evidence(evidence_id=row.pk, by=request.user)

        self.work(request, queryset, verb, _("Check taken back"))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file)
        door = path("<int:pk>/file/", view, name="catalog_evidence_file")
        return [door, *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file itself, for staff."""
        evidence = self.get_object(request, str(pk))
        if evidence is None or not self.has_view_permission(request):
            raise Http404
        return handed_out(evidence)


@figure(CLERKS)
def proofs_to_check() -> Figure:
    waiting = Evidence.objects.filter(checked_on=None)[:MOST].count()
    return Figure(
        gettext_lazy("proofs wait to be checked"),
        waiting,
        list_of(Evidence, checked_on__isempty=1),
        "warn" if waiting else "ok",
    )

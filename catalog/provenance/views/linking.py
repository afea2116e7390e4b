"""The merchant's side: saying of a product where it comes from and on what proof."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.merchants.models import MerchantMember
from catalog.products.models import Product, Treatment
from catalog.provenance import days, names, services
from catalog.provenance.models import (
    Artisan,
    Evidence,
    LabReport,
    RawUse,
    Work,
)
from catalog.provenance.story import Story
from donghai.errors import Refused
from donghai.home import home_day

FILES = ".pdf,.jpg,.jpeg,.png,.webp,application/pdf,image/*"
SAID: dict[str, Any] = {"lot": RawUse, "work": Work, "report": LabReport}
UNSAID = [("", gettext_lazy("not said"))]


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        between = {"min": days.FIRST.isoformat(), "max": lambda: f"{home_day()}"}
        super().__init__(format="%Y-%m-%d", attrs=between)


class ProofForm(forms.Form):
    """A file or an address. The public sees it only once the centre has."""

    file = forms.FileField(
        label=gettext_lazy("PDF or photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": FILES}),
    )
    address = forms.URLField(
        label=gettext_lazy("or its address (https://)"),
        required=False,
        assume_scheme="https",
    )

    def paper(self, kind: str, proves: str) -> services.Paper | None:
        said = self.cleaned_data
        if not said["file"] and not said["address"]:
            return None
        return services.Paper(
            kind=kind, proves=proves, file=said["file"], link=said["address"]
        )


class LotForm(ProofForm):
    field_order = ("lot", "grams")

    lot = forms.CharField(
        label=gettext_lazy("Lot"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "RL-2026-000123"}),
    )
    grams = forms.DecimalField(
        label=gettext_lazy("Grams, if you know"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        required=False,
    )

    def save(self, product: Product, by: Any) -> RawUse:
        said = self.cleaned_data
        return services.use_lot(
            product_id=product.pk,
            lot_code=said["lot"],
            grams=said["grams"],
            paper=self.paper(Evidence.Kind.INVOICE, _("bought of this lot")),
            by=by,
        )


class WorkForm(ProofForm):
    field_order = ("artisan", "role", "from_on", "to_on")

    artisan = forms.ModelChoiceField(
        Artisan.objects.order_by("name"), label=gettext_lazy("Artisan")
    )
    role = forms.ChoiceField(
        label=gettext_lazy("What was done"), choices=Work.Role.choices
    )
    from_on = forms.DateField(
        label=gettext_lazy("Begun on"), required=False, widget=Day
    )
    to_on = forms.DateField(label=gettext_lazy("Done on"), required=False, widget=Day)

    def save(self, product: Product, by: Any) -> Work:
        said = self.cleaned_data
        job = services.Job(
            artisan=said["artisan"],
            role=said["role"],
            from_on=said["from_on"],
            to_on=said["to_on"],
        )
        paper = self.paper(Evidence.Kind.PHOTO, _("at work on this piece"))
        return services.record_work(product_id=product.pk, job=job, paper=paper, by=by)


class ReportForm(ProofForm):
    field_order = (
        "laboratory",
        "number",
        "issued_on",
        "mineral",
        "treatment",
        "confirmed_at",
    )

    laboratory = forms.CharField(label=gettext_lazy("Laboratory"), max_length=120)
    number = forms.CharField(label=gettext_lazy("Report number"), max_length=60)
    issued_on = forms.DateField(label=gettext_lazy("Issued on"), widget=Day)
    mineral = forms.ChoiceField(
        label=gettext_lazy("Mineral it found"),
        choices=lambda: [*UNSAID, *names.minerals()],
        required=False,
    )
    treatment = forms.ChoiceField(
        label=gettext_lazy("Treatment it found"),
        choices=[*UNSAID, *Treatment.choices],
        required=False,
    )
    confirmed_at = forms.URLField(
        label=gettext_lazy("Where the laboratory confirms it (https://)"),
        required=False,
        assume_scheme="https",
    )

    def save(self, product: Product, by: Any) -> LabReport:
        said = self.cleaned_data
        finding = services.Finding(
            laboratory=said["laboratory"],
            number=said["number"],
            issued_on=said["issued_on"],
            mineral=said["mineral"],
            treatment=said["treatment"],
            link=said["confirmed_at"],
        )
        paper = self.paper(Evidence.Kind.REPORT, _("the report itself"))
        return services.add_report(
            product_id=product.pk, finding=finding, paper=paper, by=by
        )


FORMS: dict[str, type[Any]] = {"lot": LotForm, "work": WorkForm, "report": ReportForm}


@login_required
@require_GET
def provenance(request: HttpRequest, product_id: int) -> HttpResponse:
    """What is said of a product, and forms to say more."""
    return _show(request, product_of(request, product_id))


@login_required
@require_POST
def say(request: HttpRequest, product_id: int, what: str) -> HttpResponse:
    """Link a lot, name an artisan or hand in a report."""
    product = product_of(request, product_id)
    if what not in FORMS:
        raise Http404
    form = FORMS[what](request.POST, request.FILES, prefix=what)
    if form.is_valid():
        try:
            form.save(product, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down. The centre checks the proofs."))
            return redirect("catalog:product-provenance", product.pk)
    return _show(request, product, {what: form})


@login_required
@require_POST
def take_back(
    request: HttpRequest, product_id: int, what: str, said_id: int
) -> HttpResponse:
    """Unsay something that nobody has checked yet."""
    product = product_of(request, product_id)
    if what not in SAID:
        raise Http404
    services.take_back(get_object_or_404(SAID[what], pk=said_id, product=product))
    messages.success(request, _("Taken back."))
    return redirect("catalog:product-provenance", product.pk)


def product_of(request: HttpRequest, product_id: int) -> Product:
    """A product of a merchant for whom the person asking acts; else nothing is here."""
    return get_object_or_404(
        Product.objects.select_related("merchant").distinct(),
        pk=product_id,
        merchant__members__user=request.user.pk,
    )


def parts(product: Product, wrong: dict[str, Any] | None = None) -> dict[str, Any]:
    """What `catalog/provenance/_link.html` shows; other pages may include it."""
    story = Story.of(product)
    forms = {what: form(prefix=what) for what, form in FORMS.items()} | (wrong or {})
    return {
        "product": product,
        "story": story,
        "doubts": story.doubts(),
        "said": [
            ("lot", _said(story, "use", story.uses), forms["lot"]),
            ("work", _said(story, "work", story.works), forms["work"]),
            ("report", _said(story, "report", story.reports), forms["report"]),
        ],
        "wrong": set(wrong or ()),
    }


def _said(story: Story, kind: str, claims: Any) -> list[Any]:
    """Each claim with its proofs and whether one of them was checked."""
    found = [(claim, story.papers.get((kind, claim.pk), ())) for claim in claims]
    return [
        (claim, papers, any(one.checked_on for one in papers))
        for claim, papers in found
    ]


def _show(
    request: HttpRequest, product: Product, wrong: dict[str, Any] | None = None
) -> HttpResponse:
    members: Any = MerchantMember.objects.of(request.user.pk)
    request.member = members.get(merchant=product.merchant_id)  # type: ignore[attr-defined]
    return render(
        request,
        "catalog/provenance/link.html",
        {"here": "products", "merchant": product.merchant} | parts(product, wrong),
        status=422 if wrong else 200,
    )

"""A merchant's terms with hosts: what stands, what is coming, and agreeing new ones.

Owners agree and end terms; clerks may look.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.merchants.access import for_members, for_owners
from catalog.models import Merchant, MerchantMember, Product, Variant
from donghai.errors import Refused
from donghai.home import home_day
from donghai.money import Money
from donghai.paging import whole_number
from donghai.templatetags.pages import on_day
from hosts.models import Host, Language
from livestream.models import HostTerms
from livestream.sessions import pricing
from livestream.terms import services

HOSTS = 8  # to choose from at once; a part of a name finds the others
PRODUCTS = 300  # in the list of what they are for; others are opened from their page
PAST = 50


class PercentField(forms.DecimalField):
    """Per cent as typed: full-width, with a sign after it, with a comma."""

    def to_python(self, value: Any) -> Any:
        typed = unicodedata.normalize("NFKC", str(value or "")).replace(",", ".")
        return super().to_python(typed.strip().removesuffix("%"))


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        first = {"min": lambda: home_day().isoformat()}
        super().__init__(format="%Y-%m-%d", attrs=first)


class TermsForm(forms.Form):
    """What a merchant offers; days are Donghai's."""

    host = forms.ModelChoiceField(
        Host.objects.select_related("user"),
        label=gettext_lazy("Host"),
        error_messages={"required": gettext_lazy("Choose a host.")},
    )
    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("For"), required=False
    )
    percent_off = PercentField(
        label=gettext_lazy("Per cent off wholesale"),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=Day)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=Day)

    def __init__(self, merchant: Merchant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["product"]
        field.queryset = merchant.products.filter(state=Product.State.LISTED)
        shown = _with_variants(field.queryset).order_by("-pk")[:PRODUCTS]
        asked = _with_variants(field.queryset).filter(
            pk=whole_number(str(self["product"].value() or ""))
        )
        names = {one.pk: _name(one) for one in (*asked, *shown)}
        by_name = sorted(names.items(), key=lambda choice: choice[1])
        field.choices = [("", _("All my pieces")), *by_name]

    def clean_percent_off(self) -> Decimal:
        percent: Decimal = self.cleaned_data["percent_off"]
        try:
            services.require_percent(percent)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return percent

    def refuse(self, refusal: Refused) -> None:
        """Say it beside the field it is about."""
        self.add_error(getattr(refusal, "field", None), str(refusal))


@dataclass(frozen=True, slots=True)
class Line:
    """Terms as the page lists them, with one piece and what it costs by them."""

    terms: HostTerms
    piece: Variant | None

    @property
    def price(self) -> Money:
        assert self.piece is not None
        offer = pricing.Offer(self.terms.percent_off, self.terms.ends_on)
        return offer.of(self.piece.wholesale)


@for_members
def terms(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What stands; `?product=`, `?host=` and `?percent_off=` fill in the form."""
    asked = request.GET.dict()
    return _show(request, merchant, TermsForm(merchant, initial=_first(asked)), asked)


@require_POST
@for_owners
def agree(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Agree, or (without script) look for a host with all that was typed kept."""
    asked = request.POST.dict()
    if "look" in asked:
        return _show(request, merchant, TermsForm(merchant, initial=asked), asked)
    form = TermsForm(merchant, asked)
    if form.is_valid():
        try:
            agreed = services.agree(
                merchant_id=merchant.pk,
                wanted=services.Wanted(**form.cleaned_data),
                by_id=_person(request),
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = _("Agreed with %(host)s, until %(day)s.")
            named = {"host": agreed.host.name, "day": on_day(agreed.ends_on)}
            messages.success(request, said % named)
            return redirect("livestream:terms", merchant.pk)
    return _show(request, merchant, form, asked)


@require_POST
@for_owners
def end(request: HttpRequest, merchant: Merchant, terms_id: int) -> HttpResponse:
    """End terms at once, or call off those to come."""
    found = get_object_or_404(HostTerms, pk=terms_id, merchant=merchant)
    services.end(merchant_id=merchant.pk, terms_id=found.pk, by_id=_person(request))
    messages.success(request, _("Ended. Pieces already in a session keep their price."))
    return redirect("livestream:terms", merchant.pk)


@for_owners
def hosts(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The hosts to choose from, as somebody types."""
    found = _hosts(merchant, request.GET.dict())
    return render(request, "livestream/_terms_hosts.html", found)


def _show(
    request: HttpRequest, merchant: Merchant, form: TermsForm, asked: Mapping[str, str]
) -> HttpResponse:
    today = home_day()
    piece = _example(merchant)
    all_terms = HostTerms.objects.filter(merchant=merchant).for_display()
    standing = all_terms.standing_on(today).order_by("ends_on", "pk")
    lines = [_line(one, piece) for one in standing]
    over = all_terms.over_on(today).order_by("-ends_on", "-pk")[:PAST]
    may_agree = request.member.role == MerchantMember.Role.OWNER  # type: ignore[attr-defined]
    return render(
        request,
        "livestream/terms.html",
        {
            "here": "terms",
            "zone": settings.HOME_ZONE,
            "merchant": merchant,
            "in_force": [line for line in lines if line.terms.starts_on <= today],
            "coming": [line for line in lines if line.terms.starts_on > today],
            "past": [_line(one, piece) for one in over],
            "may_agree": may_agree and merchant.state == Merchant.State.APPROVED,
            "form": form,
            "is_open": bool(asked) or not lines,
            "tenth_off": Line(HostTerms(percent_off=10, ends_on=today), piece),
            **_hosts(merchant, asked),
        },
        status=422 if form.errors else 200,
    )


def _hosts(merchant: Merchant, asked: Mapping[str, str]) -> dict[str, Any]:
    """Those who fit what was typed, under the one that is chosen already."""
    language = asked.get("language", "")
    search = asked.get("search", "").strip()
    found = services.hosts_for(
        merchant_id=merchant.pk,
        search=search,
        language=language if language in Language.values else "",
    )
    chosen = whole_number(asked.get("host", ""))
    at_work = services.hosts_for(merchant_id=merchant.pk)
    first = list(at_work.filter(pk=chosen)) if chosen else []
    others = list(found.exclude(pk=chosen)[: HOSTS + 1])
    return {
        "hosts": [*first, *others[:HOSTS]],
        "chosen": chosen,
        "are_more": len(others) > HOSTS,
        "found": len(others),
        "search": search,
        "language": language,
        "languages": Language.values,
    }


def _first(asked: Mapping[str, str]) -> dict[str, Any]:
    """What a form shows that nobody has typed into."""
    known = {name: asked[name] for name in ("product", "percent_off") if name in asked}
    return {"starts_on": home_day(), **known}


def _line(found: HostTerms, piece: Variant | None) -> Line:
    """With a piece of the product they are for, else any of the merchant's."""
    if found.product:
        piece = next(iter(found.product.variants.all()), None)
    return Line(found, piece)


def _example(merchant: Merchant) -> Variant | None:
    """The newest piece on the market, which everybody at the stall remembers."""
    mine = merchant.variants.filter(withdrawn_at=None)
    listed = mine.filter(product__state=Product.State.LISTED)
    return listed.select_related("product").order_by("-product", "pk").first()


def _with_variants(products: Any) -> Any:
    on_market = Variant.objects.filter(withdrawn_at=None).order_by("pk")
    return products.prefetch_related(Prefetch("variants", on_market))


def _name(product: Product) -> str:
    """Composed titles repeat: a SKU tells products apart."""
    skus = [variant.sku for variant in product.variants.all()][:1]
    return " · ".join([str(product), *skus])


def _person(request: HttpRequest) -> int:
    assert request.user.pk is not None  # for_owners saw to it
    return int(request.user.pk)

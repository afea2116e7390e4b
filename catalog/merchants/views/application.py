"""Applying to sell, where the application stands, correcting one that was refused."""

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.cn import uscc

from catalog.merchants import licences, services
from catalog.merchants.access import for_members, for_owners
from catalog.merchants.models import Merchant, validate_uscc
from donghai.errors import Refused

CHINESE = RegexValidator(
    "[\u3400-\u9fff]", gettext_lazy("Write the name in Chinese characters.")
)
LATIN = RegexValidator(
    "[A-Za-z]", gettext_lazy("Write a name in Latin letters, such as Jade Spring.")
)
PHONE = RegexValidator(
    re.compile(r"\A\+?\d[\d -]{5,18}\Z", re.ASCII),
    gettext_lazy("Write a telephone number, such as 139 1234 5678."),
)


class PlainField(forms.CharField):
    """Text as typed on any keyboard: full-width letters and digits become plain."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip()


class CodeField(PlainField):
    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        return str(uscc.compact(typed)) if typed else ""


class ApplicationForm(forms.Form):
    """What the centre needs to know of who wants to sell."""

    name_zh = forms.CharField(
        label=gettext_lazy("Name in Chinese, as on the licence"),
        max_length=100,
        validators=[CHINESE],
    )
    name = PlainField(
        label=gettext_lazy("Name in Latin letters"),
        help_text=gettext_lazy("What buyers abroad read."),
        max_length=100,
        validators=[LATIN],
    )
    credit_code = CodeField(
        label=gettext_lazy("Unified social credit code"),
        help_text=gettext_lazy("18 letters and digits, on the licence."),
        max_length=40,
        validators=[validate_uscc],
    )
    stall = PlainField(
        label=gettext_lazy("Stall"),
        max_length=20,
        widget=forms.TextInput({"placeholder": "A-107"}),
    )
    phone = PlainField(
        label=gettext_lazy("Telephone"),
        max_length=20,
        validators=[PHONE],
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    licence = forms.FileField(
        label=gettext_lazy("Business licence"),
        help_text=gettext_lazy("A photo or a PDF, at most 10 MB. Only staff see it."),
        widget=forms.FileInput({"accept": licences.ACCEPT}),
    )

    def clean_licence(self) -> Any:
        """Say at the field what the service would refuse."""
        sent = self.cleaned_data["licence"]
        if sent:
            try:
                licences.name_for(sent)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return sent

    def said(self) -> services.Application:
        language = translation.get_language() or "zh-hans"
        return services.Application(language=language, **self.cleaned_data)


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    """Fill in one form; the centre reads it."""
    form = ApplicationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            merchant = services.apply(user_id=_id_of(request), said=form.said())
        except services.CreditCodeNotTaken as refusal:
            form.add_error("credit_code", str(refusal))
        else:
            return redirect("catalog:application", merchant.pk)
    return render(
        request,
        "catalog/apply.html",
        {"here": "account", "form": form},
        status=422 if form.errors else 200,
    )


@for_members
def application(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Where it stands and what happens next."""
    return render(
        request,
        "catalog/application.html",
        {"here": "application", "merchant": merchant},
    )


@for_owners
def correct(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Mend what was missing; the licence sent before stays unless a new one comes."""
    if merchant.state != Merchant.State.REFUSED:
        return redirect("catalog:application", merchant.pk)
    names = set(ApplicationForm.base_fields) - {"licence"}
    known = {name: getattr(merchant, name) for name in names}
    form = ApplicationForm(request.POST or None, request.FILES or None, initial=known)
    form.fields["licence"].required = not merchant.licence
    if request.method == "POST" and form.is_valid():
        try:
            services.send_again(merchant_id=merchant.pk, said=form.said())
        except services.CreditCodeNotTaken as refusal:
            form.add_error("credit_code", str(refusal))
        else:
            messages.success(request, _("Sent again."))
            return redirect("catalog:application", merchant.pk)
    return render(
        request,
        "catalog/apply.html",
        {"here": "account", "form": form, "merchant": merchant},
        status=422 if form.errors else 200,
    )


def _id_of(request: HttpRequest) -> int:
    assert request.user.pk is not None  # login_required saw to it
    return int(request.user.pk)

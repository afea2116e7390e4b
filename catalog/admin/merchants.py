"""Merchants in the admin: who applied, who may sell, who acts for them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.merchants import licences
from catalog.merchants import services as merchants
from catalog.merchants.models import Invitation, Merchant, MerchantMember
from donghai.admin.steps import describe
from donghai.backoffice.columns import list_of, page_of, state
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page, Part
from donghai.backoffice.site import Group

describe(Merchant, tell_applicant=gettext_lazy("tell an applicant the decision"))
describe(Invitation, send_invitation=gettext_lazy("mail an invitation"))


class Refusal(forms.Form):
    """What the applicant reads, and mends."""

    title = gettext_lazy("Refuse an application")
    button = gettext_lazy("Send it back")
    note = gettext_lazy("Refused")
    too_late = gettext_lazy("This application is not waiting any more.")
    verb = staticmethod(merchants.refuse)

    def leads_to(self, merchant: Merchant) -> str:
        """Where other applications wait."""
        return list_of(Merchant, state__exact=Merchant.State.APPLIED)

    because = forms.CharField(
        label=gettext_lazy("what is missing"),
        help_text=gettext_lazy("The applicant reads this and can correct it."),
        max_length=300,
        widget=forms.Textarea({"rows": 4}),
    )


class Suspension(forms.Form):
    """What the owners read by e-mail and in their workspace."""

    title = gettext_lazy("Suspend a merchant")
    button = gettext_lazy("Stop the sales")
    note = gettext_lazy("Suspended")
    too_late = gettext_lazy("This merchant is not selling any more.")
    verb = staticmethod(merchants.suspend)

    def leads_to(self, merchant: Merchant) -> str:
        return page_of(merchant)

    because = forms.CharField(
        label=gettext_lazy("reason"),
        help_text=gettext_lazy("The owners read this, by e-mail too."),
        max_length=300,
        widget=forms.Textarea({"rows": 4}),
    )


Reasoned = type[Refusal] | type[Suspension]


class Members(Part):
    model = MerchantMember
    added_by = kept_by = CLERKS
    fields = ("user", "role", "since")
    autocomplete_fields = ("user",)


@admin.register(Merchant)
class MerchantPage(Page):
    """Clerks enter merchants and approve them; nobody deletes one."""

    group = Group.MARKET
    added_by = kept_by = CLERKS
    fields = (
        *("name", "name_zh", "credit_code", "stall", "phone", "licence_shown"),
        *("state", "because", "applied_at", "decided_at", "joined_at"),
    )
    readonly_fields = (
        *("licence_shown", "state", "because"),
        *("applied_at", "decided_at", "joined_at"),
    )
    inlines = (Members,)
    list_display = (
        "name",
        "name_zh",
        "stall",
        "credit_code",
        state("state", gettext_lazy("state")),
        "applied_at",
    )
    list_filter = ("state",)
    search_fields = (
        "name__icontains",
        "name_zh__icontains",
        "credit_code__istartswith",
        "stall__iexact",
        "members__user__email__exact",
    )
    actions = ("approve",)

    def get_urls(self) -> list[Any]:
        see = self.admin_site.admin_view(self.licence)
        view = self.admin_site.admin_view(self.with_reason)
        return [
            path("<int:pk>/licence/", see, name="catalog_merchant_licence"),
            *(
                path(f"<int:pk>/{verb}/", view, {"reasoned": form}, name=name)
                for verb, form, name in (
                    ("refuse", Refusal, "catalog_merchant_refuse"),
                    ("suspend", Suspension, "catalog_merchant_suspend"),
                )
            ),
            *super().get_urls(),
        ]

    def licence(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The licence as it was sent, to staff who work on applications alone."""
        merchant = self.get_object(request, str(pk))
        if not self.has_work_permission(request):
            raise PermissionDenied
        if merchant is None or not merchant.licence:
            raise Http404
        name = merchant.licence.name
        return FileResponse(
            merchant.licence.open("rb"),
            filename=name,
            content_type=licences.type_of(name),
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cache-Control": "private, no-store",
            },
        )

    def with_reason(
        self, request: HttpRequest, pk: int, reasoned: Reasoned
    ) -> HttpResponse:
        """The page that asks why, before an application goes back or sales stop."""
        if not self.has_work_permission(request):
            raise PermissionDenied
        merchant = get_object_or_404(Merchant, pk=pk)
        form = reasoned(request.POST or None)
        if form.is_valid() and self._done(request, merchant, form):
            return redirect(form.leads_to(merchant))
        context = {
            **self.admin_site.each_context(request),
            "title": form.title,
            "button": form.button,
            "subtitle": str(merchant),
            "opts": self.opts,
            "merchant": merchant,
            "form": form,
        }
        return render(request, "admin/catalog/merchant/reason.html", context)

    def _done(
        self, request: HttpRequest, row: Merchant, form: Refusal | Suspension
    ) -> bool:
        def verb(merchant: Merchant) -> bool:
            return form.verb(merchant_id=merchant.pk, **form.cleaned_data)

        if self.work(request, [row], verb, str(form.note)):
            return True
        self.message_user(request, form.too_late)
        return False

    @admin.display(description=gettext_lazy("reason"))
    def because(self, merchant: Merchant) -> str:
        return merchant.refused_because or "-"

    @admin.display(description=gettext_lazy("business licence"))
    def licence_shown(self, merchant: Merchant) -> SafeString | str:
        if not merchant.licence:
            return "-"
        address = reverse("admin:catalog_merchant_licence", args=[merchant.pk])
        return format_html('<a href="{}">{}</a>', address, _("See the licence"))

    def suits(self, action: str, row: Merchant) -> bool:
        return row.state in (Merchant.State.APPLIED, Merchant.State.SUSPENDED)

    @admin.action(description=gettext_lazy("Approve"), permissions=["work"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Merchant]) -> None:
        def verb(row: Merchant) -> bool:
            return merchants.approve(merchant_id=row.pk)

        self.work(request, queryset, verb, _("Approved"))


@figure(CLERKS)
def merchants_who_applied() -> Figure:
    applied = Merchant.objects.filter(state=Merchant.State.APPLIED)[:MOST].count()
    return Figure(
        gettext_lazy("merchants wait for approval"),
        applied,
        list_of(Merchant, state__exact=Merchant.State.APPLIED),
        "warn" if applied else "ok",
    )

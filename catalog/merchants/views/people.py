"""A merchant's people: who acts for her, who is asked to, and taking an invitation."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.merchants import people as services
from catalog.merchants.access import for_owners
from catalog.merchants.models import Invitation, Merchant, MerchantMember
from donghai.errors import Refused

Role = MerchantMember.Role


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("May do"),
        choices=[
            (Role.CLERK, gettext_lazy("clerk: products, stock, orders, prices")),
            (Role.OWNER, gettext_lazy("owner: all that, and people")),
        ],
        initial=Role.CLERK,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


@for_owners
def people(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The list, and the form that invites one more."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(
                merchant_id=merchant.pk,
                invited_by=_id_of(request),
                language=translation.get_language() or "zh-hans",
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("catalog:people", merchant.pk)
    members = merchant.members.select_related("user").order_by("-role", "pk")
    owners = [one.pk for one in members if one.role == Role.OWNER]
    return render(
        request,
        "catalog/people.html",
        {
            "here": "people",
            "merchant": merchant,
            "members": members,
            "only_owner": owners[0] if len(owners) == 1 else None,
            "roles": Role.choices,
            "invitations": merchant.invitations.open_at(timezone.now()).order_by("pk"),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@for_owners
def withdraw(
    request: HttpRequest, merchant: Merchant, invitation_id: int
) -> HttpResponse:
    """Take an invitation back."""
    found = get_object_or_404(Invitation, pk=invitation_id, merchant=merchant)
    services.withdraw(merchant_id=merchant.pk, invitation_id=found.pk)
    messages.success(request, _("Withdrawn. The link in that mail opens nothing now."))
    return redirect("catalog:people", merchant.pk)


@require_POST
@for_owners
def give_role(request: HttpRequest, merchant: Merchant, member_id: int) -> HttpResponse:
    """Make somebody owner or clerk."""
    member = get_object_or_404(MerchantMember, pk=member_id, merchant=merchant)
    form = RoleForm(request.POST)
    if form.is_valid():
        services.give_role(
            merchant_id=merchant.pk, member_id=member.pk, **form.cleaned_data
        )
        messages.success(request, _("Changed."))
    return _on(request, merchant)


@require_POST
@for_owners
def remove(request: HttpRequest, merchant: Merchant, member_id: int) -> HttpResponse:
    """End somebody's work for the merchant."""
    member = get_object_or_404(MerchantMember, pk=member_id, merchant=merchant)
    services.remove(merchant_id=merchant.pk, member_id=member.pk)
    messages.success(request, _("Removed. They have no access any more."))
    return _on(request, merchant)


@login_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What the mailed link opens: asks, then joins. Only for the invited account."""
    invitation_id = services.read_token(token)
    asked = Invitation.objects.select_related("merchant", "invited_by")
    invitation = asked.filter(pk=invitation_id).first() if invitation_id else None
    user_id = _id_of(request)
    if invitation is not None and not services.is_for(invitation, user_id):
        return _closed(request, services.ForSomebodyElse(), token)
    still = Invitation.objects.open_at(timezone.now())
    if invitation is not None and invitation.merchant.members.of(user_id).exists():
        return redirect("orders:today", invitation.merchant_id)
    if invitation is None or not still.filter(pk=invitation.pk).exists():
        return _closed(request, services.InvitationOver(), token)
    if request.method == "POST":
        merchant = services.accept(invitation_id=invitation.pk, user_id=user_id)
        messages.success(request, _("You act for %(merchant)s now.") % _of(merchant))
        return redirect("orders:today", merchant.pk)
    return render(
        request, "catalog/join.html", {"here": "account", "invitation": invitation}
    )


def _closed(request: HttpRequest, refusal: Refused, token: str) -> HttpResponse:
    facts = {"here": "account", "words": str(refusal), "code": refusal.code}
    return render(
        request,
        "catalog/join_closed.html",
        {**facts, "token": token},
        status=refusal.status,
    )


def _on(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Back to the people; who gave up being an owner, to what a clerk may see."""
    members = MerchantMember.objects.owners().filter(merchant=merchant)
    if members.filter(user=_id_of(request)).exists():
        return redirect("catalog:people", merchant.pk)
    return redirect("catalog:stall")


def _of(merchant: Merchant) -> dict[str, Any]:
    return {"merchant": merchant}


def _id_of(request: HttpRequest) -> int:
    assert request.user.pk is not None  # login_required saw to it
    return int(request.user.pk)

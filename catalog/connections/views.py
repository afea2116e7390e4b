"""A merchant's connections: tokens, addresses to be told at, and what was told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.connections import endpoints, tokens
from catalog.connections.models import (
    PING,
    ApiToken,
    EventType,
    Scope,
    WebhookEndpoint,
    WebhookMessage,
)
from catalog.merchants.access import for_owners
from catalog.merchants.models import Merchant
from donghai.errors import Refused
from donghai.paging import page_of

PAGE = 30
State = WebhookMessage.State
LASTS = [
    ("", gettext_lazy("until it is revoked")),
    ("30", gettext_lazy("30 days")),
    ("365", gettext_lazy("a year")),
]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=[(code, label) for code, label in Scope.choices],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what it may do.")},
    )
    days = forms.ChoiceField(
        label=gettext_lazy("Valid for"), choices=LASTS, required=False
    )


class EventsForm(forms.Form):
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it when"),
        choices=EventType.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what to tell.")},
    )


class EndpointForm(EventsForm):
    url = forms.CharField(
        label=gettext_lazy("Address of your system"),
        max_length=500,
        widget=forms.URLInput({"placeholder": "https://", "autocomplete": "off"}),
    )
    field_order = ("url", "event_types")


@for_owners
def connections(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Tokens and endpoints, and how they fare."""
    return _show(request, merchant)


@require_POST
@for_owners
def make_token(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """A new token; its secret is on this page and never again."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, merchant, token_form=form)
    days = form.cleaned_data["days"]
    try:
        made = tokens.make(
            merchant_id=merchant.pk,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            made_by_id=_person(request),
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )
    except Refused as refusal:
        form.add_error("name", str(refusal))
        return _show(request, merchant, token_form=form)
    return _secret(request, merchant, made.secret, token=made.token)


@require_POST
@for_owners
def revoke(request: HttpRequest, merchant: Merchant, token_id: int) -> HttpResponse:
    """End a token."""
    token = get_object_or_404(ApiToken, pk=token_id, merchant=merchant)
    tokens.revoke(merchant_id=merchant.pk, token_id=token.pk)
    messages.success(request, _("Revoked. It opens nothing any more."))
    return redirect("catalog:connections", merchant.pk)


@require_POST
@for_owners
def make_endpoint(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """A new address to tell; its secret is on this page and never again."""
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _show(request, merchant, endpoint_form=form)
    try:
        made = endpoints.make(
            merchant_id=merchant.pk, made_by_id=_person(request), **form.cleaned_data
        )
    except Refused as refusal:
        form.add_error("url", str(refusal))
        return _show(request, merchant, endpoint_form=form)
    return _secret(request, merchant, made.secret, endpoint=made.endpoint)


@for_owners
def endpoint(
    request: HttpRequest, merchant: Merchant, endpoint_id: int
) -> HttpResponse:
    """What one address is told: its settings and its log."""
    found = _endpoint(merchant, endpoint_id)
    form = EventsForm(request.POST or {"event_types": found.event_types})
    if request.method == "POST" and form.is_valid():
        endpoints.choose(endpoint_id=found.pk, **form.cleaned_data)
        messages.success(request, _("Changed. It holds from now on."))
        return redirect("catalog:endpoint", merchant.pk, found.pk)
    filters = {name: request.GET.get(name, "") for name in ("state", "type")}
    wanted = {name: value for name, value in filters.items() if value}
    log = found.messages.filter(**wanted).annotate(
        tries=Count("attempts"), last_at=Max("attempts__at")
    )
    page = page_of(log, request, PAGE)
    return render(
        request,
        "catalog/connections/endpoint.html",
        {
            "here": "connections",
            "merchant": merchant,
            "endpoint": found,
            "form": form,
            "filters": filters,
            "states": State.choices,
            "types": [*EventType.choices, (PING, _("a test"))],
            "log": page.rows,
            "next_after": page.next_after,
            "is_first": page.is_first,
            "failed": found.messages.filter(state=State.FAILED).count(),
        },
        status=422 if form.errors else 200,
    )


@for_owners
def message(request: HttpRequest, merchant: Merchant, message_id: int) -> HttpResponse:
    """One message: the very bytes, and each time they were sent."""
    found = _message(merchant, message_id)
    return render(
        request,
        "catalog/connections/message.html",
        {
            "here": "connections",
            "merchant": merchant,
            "message": found,
            "endpoint": found.endpoint,
            "attempts": found.attempts.order_by("-pk")[:50],
        },
    )


@require_POST
@for_owners
def send_again(
    request: HttpRequest, merchant: Merchant, message_id: int
) -> HttpResponse:
    """One more attempt of one message."""
    found = _message(merchant, message_id)
    endpoints.send_again(message_id=found.pk)
    messages.success(request, _("It is being sent again. Look in a moment."))
    return redirect("catalog:message", merchant.pk, found.pk)


def _doing(
    act: Callable[[WebhookEndpoint], str], *, ends: bool = False
) -> Callable[..., HttpResponseBase]:
    """A button on an endpoint's page: acts, and says what it did."""

    @require_POST
    @for_owners
    def do(request: HttpRequest, merchant: Merchant, endpoint_id: int) -> HttpResponse:
        found = _endpoint(merchant, endpoint_id)
        messages.success(request, act(found))
        if ends:
            return redirect("catalog:connections", merchant.pk)
        return redirect("catalog:endpoint", merchant.pk, endpoint_id)

    return do


def _ping(found: WebhookEndpoint) -> str:
    endpoints.ping(endpoint_id=found.pk)
    return _("A test is on its way. Its answer is in the log in a moment.")


def _pause(found: WebhookEndpoint) -> str:
    endpoints.pause(endpoint_id=found.pk)
    return _("Paused. What happens meanwhile is not told later.")


def _resume(found: WebhookEndpoint) -> str:
    endpoints.resume(endpoint_id=found.pk)
    return _("Switched on. What happens from now on is told.")


def _remove(found: WebhookEndpoint) -> str:
    endpoints.remove(endpoint_id=found.pk)
    return _("Removed, with its log.")


def _send_failed_again(found: WebhookEndpoint) -> str:
    count = endpoints.send_failed_again(endpoint_id=found.pk)
    return _("%(count)s messages are being sent again.") % {"count": count}


ping = _doing(_ping)
pause = _doing(_pause)
resume = _doing(_resume)
remove = _doing(_remove, ends=True)
send_failed_again = _doing(_send_failed_again)


@require_POST
@for_owners
def rotate(request: HttpRequest, merchant: Merchant, endpoint_id: int) -> HttpResponse:
    """A new secret for an endpoint, shown once; the former signs for a day more."""
    made = endpoints.rotate(endpoint_id=_endpoint(merchant, endpoint_id).pk)
    return _secret(
        request, merchant, made.secret, endpoint=made.endpoint, is_new_secret=True
    )


def guide(request: HttpRequest) -> HttpResponse:
    """How to connect a system: for programmers, who need no account of ours."""
    return render(
        request,
        "catalog/connections/guide.html",
        {
            "here": "account",
            "site": settings.SITE_URL,
            "per_minute": settings.API_REQUESTS_A_MINUTE,
            "scopes": Scope.choices,
            "types": EventType.choices,
        },
    )


def _show(
    request: HttpRequest,
    merchant: Merchant,
    token_form: TokenForm | None = None,
    endpoint_form: EndpointForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    usable = merchant.api_tokens.filter(revoked_at=None).exclude(expires_at__lte=now)
    failed = Count("messages", filter=Q(messages__state=State.FAILED))
    faulty = token_form or endpoint_form
    return render(
        request,
        "catalog/connections/connections.html",
        {
            "here": "connections",
            "merchant": merchant,
            "tokens": usable.select_related("created_by").order_by("-pk"),
            "members": set(merchant.members.values_list("user", flat=True)),
            "endpoints": merchant.webhook_endpoints.with_answer()
            .annotate(failed=failed)
            .order_by("pk"),
            "token_form": token_form or TokenForm(initial={"days": ""}),
            "endpoint_form": endpoint_form
            or EndpointForm(initial={"event_types": EventType.values}),
        },
        status=422 if faulty is not None else 200,
    )


def _secret(
    request: HttpRequest, merchant: Merchant, secret: str, **facts: Any
) -> HttpResponse:
    """The one page that ever shows a secret; no browser or proxy may keep it."""
    response = render(
        request,
        "catalog/connections/secret.html",
        {"here": "connections", "merchant": merchant, "secret": secret, **facts},
    )
    response["Cache-Control"] = "no-store"
    return response


def _endpoint(merchant: Merchant, endpoint_id: int) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.with_answer()
    return get_object_or_404(found, pk=endpoint_id, merchant=merchant)


def _message(merchant: Merchant, message_id: int) -> WebhookMessage:
    found = WebhookMessage.objects.select_related("endpoint")
    return get_object_or_404(found, pk=message_id, endpoint__merchant=merchant)


def _person(request: HttpRequest) -> int:
    assert request.user.pk is not None  # for_owners saw to it
    return int(request.user.pk)

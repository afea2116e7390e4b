"""A host's channels on other platforms, and sending her show there from the desk."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from donghai.errors import Refused
from hosts.models import Host
from livestream.models import Destination, LiveSession, Platform, Push
from livestream.platforms import codes, services
from livestream.views.access import for_hosts, own_session


class DestinationForm(forms.Form):
    """A channel: the platform's server and the key it gave."""

    platform: Any = forms.ModelChoiceField(
        Platform.objects.exclude(policy=Platform.Policy.FORBIDDEN).order_by("name"),
        label=gettext_lazy("Platform"),
        empty_label=None,
    )
    server = forms.CharField(
        label=gettext_lazy("Server"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "As the platform shows it; leave it empty where it's known here."
        ),
    )
    key = forms.CharField(
        label=gettext_lazy("Stream key"),
        max_length=services.LONGEST_KEY,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )


@for_hosts
@sensitive_post_parameters("key")
def channels(request: HttpRequest, host: Host) -> HttpResponse:
    """What platforms allow, and her own channels there."""
    form = DestinationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_destination(host=host, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, str(no))
        else:
            messages.success(request, _("The channel is kept. Start it from a desk."))
            return redirect("livestream:channels")
    mine = host.destinations.filter(removed_at=None).select_related("platform")
    return render(
        request,
        "livestream/channels.html",
        {
            "here": "account",
            "form": form,
            "platforms": Platform.objects.order_by("name"),
            "destinations": mine.order_by("pk"),
        },
    )


@for_hosts
@require_POST
def remove(request: HttpRequest, host: Host, destination_id: int) -> HttpResponse:
    get_object_or_404(Destination, pk=destination_id, host=host)
    services.remove_destination(host=host, destination_id=destination_id)
    return redirect("livestream:channels")


@for_hosts
@require_safe
def panel(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Where the show goes now, as a part of the desk."""
    session = own_session(host, session_id)
    return render(request, "livestream/_platforms.html", on_desk(session))


@for_hosts
@require_POST
def start(
    request: HttpRequest, host: Host, session_id: int, destination_id: int
) -> HttpResponse:
    session = own_session(host, session_id)
    get_object_or_404(Destination, pk=destination_id, host=host, removed_at=None)
    services.start_push(
        host=host,
        session_id=session.pk,
        destination_id=destination_id,
        is_approved="approved" in request.POST,
    )
    codes.give(list(session.listings.all()))
    return _back(request, session)


@for_hosts
@require_POST
def stop(
    request: HttpRequest, host: Host, session_id: int, push_id: int
) -> HttpResponse:
    session = own_session(host, session_id)
    services.stop_push(host=host, push_id=push_id)
    return _back(request, session)


def _back(request: HttpRequest, session: LiveSession) -> HttpResponse:
    """The panel for htmx, the desk for a plain form."""
    if request.headers.get("HX-Request"):
        return render(request, "livestream/_platforms.html", on_desk(session))
    return redirect("orders:desk", session.pk)


def on_desk(session: LiveSession) -> dict[str, Any]:
    """What the desk shows of other platforms."""
    is_on_air = session.state == LiveSession.State.ON_AIR
    mine = session.host.destinations.filter(removed_at=None).select_related("platform")
    open_ = Push.objects.filter(session=session, stopped_at=None)
    pushes = {push.destination_id: push for push in open_}
    destinations = list(mine.order_by("pk")) if is_on_air else []
    for destination in destinations:
        cast(Any, destination).push = pushes.get(destination.pk)
    listed = codes.of(session).select_related("listing__variant__product")
    is_sending = bool(pushes) and is_on_air
    going = [one.platform.slug for one in destinations if one.pk in pushes]
    return {
        "session": session,
        "destinations": destinations,
        "codes": listed.order_by("listing__position") if is_sending else [],
        "is_sending": is_sending,
        "only_to": going[0] if len(going) == 1 else "",
    }

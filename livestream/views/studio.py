"""A host's studio: plan sessions and run them."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from donghai.errors import Refused
from donghai.templatetags.pages import country
from hosts.models import Host
from livestream.models import Listing, LiveSession, Market, RoomEvent
from livestream.sessions import linking, services
from livestream.video import streams
from livestream.views.access import for_hosts, own_session


class MarketField(forms.ModelChoiceField):
    """Markets by their countries' names in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return country(obj.country)


class PlanForm(forms.Form):
    """A session as a host plans it; the time is the market's wall time."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    market = MarketField(
        Market.objects.order_by("name"),
        label=gettext_lazy("For buyers in"),
        empty_label=None,
    )
    language = forms.ChoiceField(label=gettext_lazy("In"))
    starts_on = forms.DateField(
        label=gettext_lazy("Day there"), widget=forms.DateInput({"type": "date"})
    )
    starts_time = forms.TimeField(
        label=gettext_lazy("Time there"), widget=forms.TimeInput({"type": "time"})
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        initial=120,
        choices=[
            (60, gettext_lazy("1 hour")),
            (120, gettext_lazy("2 hours")),
            (180, gettext_lazy("3 hours")),
            (240, gettext_lazy("4 hours")),
        ],
    )

    def __init__(self, host: Host, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        certified = host.languages.certified_on(timezone.localdate())
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [
            (spoken.language, spoken.get_language_display()) for spoken in certified
        ]


@for_hosts
def studio(request: HttpRequest, host: Host) -> HttpResponse:
    """A host's own sessions: on air, to come, over."""
    sessions = LiveSession.objects.for_display().filter(host=host)
    over = [LiveSession.State.ENDED, LiveSession.State.CANCELLED]
    return render(
        request,
        "livestream/studio.html",
        {
            "here": "account",
            "host": host,
            "on_air": sessions.on_air().first(),
            "upcoming": sessions.filter(state=LiveSession.State.SCHEDULED)
            .annotate(pieces=Count("listings"))
            .order_by("starts_at"),
            "past": streams.with_replays(
                sessions.filter(state__in=over).order_by("-starts_at")[:20]
            ),
        },
    )


@for_hosts
def plan(request: HttpRequest, host: Host) -> HttpResponse:
    """Put a session on the schedule, then choose its pieces."""
    form = PlanForm(host, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session = services.schedule_session(
                host=host, plan=services.Plan(**form.cleaned_data)
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            pieces = reverse("livestream:pieces", args=[session.pk], query=request.GET)
            return redirect(pieces)
    zones = dict(Market.objects.values_list("country", "zone"))
    return render(
        request,
        "livestream/plan.html",
        {"here": "account", "form": form, "zones": zones},
    )


@for_hosts
@require_POST
def run(request: HttpRequest, host: Host, session_id: int, act: str) -> HttpResponse:
    """Go live, end, or cancel."""
    session = own_session(host, session_id)
    acts: dict[str, Callable[..., Any]] = {
        "go-live": services.go_live,
        "end": services.end_session,
        "cancel": services.cancel_session,
    }
    acts[act](host=host, session_id=session.pk)
    if act == "cancel":
        return redirect("livestream:studio")
    return redirect("orders:desk", session.pk)


@for_hosts
@require_POST
def pin(
    request: HttpRequest, host: Host, session_id: int, listing_id: int, act: str
) -> HttpResponse:
    """Take one piece into the hand, or put it down."""
    session = own_session(host, session_id)
    get_object_or_404(Listing, pk=listing_id, session=session)
    acts: dict[str, Callable[..., Any]] = {"pin": linking.pin, "unpin": linking.unpin}
    acts[act](host=host, session_id=session.pk, listing_id=listing_id)
    return redirect("orders:desk", session.pk)


@for_hosts
@require_POST
def pin_next(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Take up the piece after the one shown last; after the end comes the first."""
    session = own_session(host, session_id)
    shown = RoomEvent.objects.filter(session=session, kind="pin").order_by("-number")
    last = shown.values_list("payload__listing", flat=True).first()
    listings = list(session.listings.order_by("position", "pk").for_display())
    turn = next((i for i, one in enumerate(listings, 1) if one.pk == last), 0)
    waiting = [
        one
        for one in [*listings[turn:], *listings[:turn]]
        if one.variant.stock.free > 0 and one.pk != last
    ]
    if waiting:
        linking.pin(host=host, session_id=session.pk, listing_id=waiting[0].pk)
    return redirect("orders:desk", session.pk)

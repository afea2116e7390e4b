"""The schedule for everybody; for a host her studio: plan, link pieces, run."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import wraps
from itertools import groupby
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.models import Product, Variant
from donghai.errors import Refused
from donghai.money import Money
from donghai.paging import page_of, whole_number
from donghai.templatetags.pages import country, viewer_zone
from hosts.models import Host, Language
from livestream import pricing, services
from livestream.models import Listing, LiveSession, Market, RoomEvent

P = ParamSpec("P")
PIECES = 12  # rows of the market beside a session
AHEAD = timedelta(days=8)
PRICE = re.compile(r"\d{1,9}(\.\d{1,3})?", re.ASCII)
USUAL_MARKUP = Decimal("1.6")  # over the least price: what a new piece is suggested at


def schedule(request: HttpRequest) -> HttpResponse:
    """Sessions on air and to come, by day of the viewer's zone."""
    sessions = LiveSession.objects.for_display()
    language = request.GET.get("language", "")
    if language in Language.values:
        sessions = sessions.in_language(language)
    now, zone = timezone.now(), viewer_zone(request)
    coming = sessions.next_up(now).filter(starts_at__lt=now + AHEAD)[:200]
    days = [
        list(group)
        for _day, group in groupby(
            coming, lambda s: s.starts_at.astimezone(zone).date()
        )
    ]
    return render(
        request,
        "livestream/schedule.html",
        {
            "here": "schedule",
            "languages": Language.choices,
            "language": language,
            "on_air": sessions.on_air().order_by("starts_at")[:50],
            "days": [(day[0].starts_at, day) for day in days],
        },
    )


def host(request: HttpRequest, slug: str) -> HttpResponse:
    """One host, and when she is live."""
    found = get_object_or_404(Host.objects.prefetch_related("languages"), slug=slug)
    sessions = LiveSession.objects.for_display().filter(host=found)
    coming = sessions.next_up(timezone.now())[:20]
    return render(
        request,
        "livestream/host.html",
        {"here": "hosts", "host": found, "sessions": [*sessions.on_air(), *coming]},
    )


def calendar(request: HttpRequest, session_id: int) -> HttpResponse:
    """A session as a calendar entry (RFC 5545), in UTC, so it fits any zone."""
    session = get_object_or_404(LiveSession.objects.for_display(), pk=session_id)
    title = f"{session.host.name} · {session.title}"
    for sign in "\\;,":
        title = title.replace(sign, "\\" + sign)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Donghai//EN",
        "BEGIN:VEVENT",
        f"UID:session-{session.pk}@{request.get_host()}",
        f"DTSTAMP:{_stamp(timezone.now())}",
        f"DTSTART:{_stamp(session.starts_at)}",
        f"DTEND:{_stamp(session.ends_at)}",
        f"SUMMARY:{title}",
        f"URL:{request.build_absolute_uri(f'/live/{session.pk}/')}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return HttpResponse(
        "\r\n".join(lines) + "\r\n", content_type="text/calendar; charset=utf-8"
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


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


def for_hosts(
    view: Callable[Concatenate[HttpRequest, Host, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page only for people who present; the view gets the host."""

    @login_required
    @wraps(view)
    def only_hosts(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        found = Host.objects.filter(user=request.user.pk).first()
        if found is None:
            raise PermissionDenied
        return view(request, found, *args, **kwargs)

    return only_hosts


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
            "past": sessions.filter(state__in=over).order_by("-starts_at")[:20],
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
            return redirect("livestream:pieces", session.pk)
    zones = dict(Market.objects.values_list("country", "zone"))
    return render(
        request,
        "livestream/plan.html",
        {"here": "account", "form": form, "zones": zones},
    )


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A piece of the market with a price to consider: the shares, or why not."""

    variant: Variant
    retail: Money | None
    shares: pricing.Shares | None
    refusal: str
    is_linked: bool


@for_hosts
def pieces(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The market beside a session; each piece shows the host's share at a price."""
    session = own_session(host, session_id)
    listings = list(session.listings.for_display().order_by("position", "pk"))
    linked = {listing.variant_id: listing.retail for listing in listings}
    search = request.GET.get("search", "").strip()
    products = Product.objects.listed().matching(search).values("pk")
    page = page_of(
        Variant.objects.filter(
            product__in=products, stock__isnull=False
        ).select_related("product__merchant", "stock"),
        request,
        PIECES,
    )
    asked = _asked_price(request, session)
    return render(
        request,
        "livestream/pieces.html",
        {
            "here": "account",
            "session": session,
            "listings": listings,
            "rows": [_row(session, v, linked, asked) for v in page.rows],
            "filters": {"search": search},
            "next_after": page.next_after,
            "is_first": page.is_first,
        },
    )


def _row(
    session: LiveSession,
    variant: Variant,
    linked: dict[int, Money],
    asked: dict[int, Money | None],
) -> PieceRow:
    is_linked = variant.pk in linked
    try:
        if variant.pk in asked:
            retail = asked[variant.pk]
        else:
            retail = linked.get(variant.pk) or _suggestion(session, variant)
        if retail is None or retail.minor <= 0:
            return PieceRow(variant, None, None, _("Give a price."), is_linked)
        shares = services.preview_shares(
            session=session, variant=variant, retail=retail
        )
    except Refused as refusal:
        return PieceRow(variant, retail, None, str(refusal), is_linked)
    return PieceRow(variant, retail, shares, "", is_linked)


def _suggestion(session: LiveSession, variant: Variant) -> Money:
    """A fair first price in whole units: the merchant's, else the usual markup."""
    rate = pricing.rate_into_yuan(session.currency, timezone.localdate())
    least = pricing.least_for(variant, variant.wholesale, session.currency, rate)
    if variant.suggested_retail_minor is not None:
        asked = pricing.in_currency(
            variant.suggested_retail_minor, session.currency, rate
        )
        return Money.of(
            max(least, asked).amount.to_integral_value(ROUND_CEILING), least.currency
        )
    return Money.of((least.amount * USUAL_MARKUP).quantize(Decimal(1)), least.currency)


def _asked_price(request: HttpRequest, session: LiveSession) -> dict[int, Money | None]:
    variant = whole_number(request.GET.get("variant", ""))
    if variant is None:
        return {}
    return {variant: read_price(request.GET.get("retail", ""), session.currency)}


def read_price(text: str, currency: str) -> Money | None:
    """What a person typed as a price, None if it is none."""
    typed = text.strip().replace(",", ".")
    if not PRICE.fullmatch(typed) or not Decimal(typed):
        return None
    return Money.of(Decimal(typed), currency)


@for_hosts
@require_POST
def link(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Accept a price: the piece joins the session."""
    session = own_session(host, session_id)
    variant = get_object_or_404(
        Variant, pk=whole_number(request.POST.get("variant", ""))
    )
    retail = read_price(request.POST.get("retail", ""), session.currency)
    if retail is None:
        messages.error(request, _("Give a price."))
    else:
        listing = services.link_variant(
            host=host, session_id=session.pk, variant_id=variant.pk, retail=retail
        )
        messages.success(
            request,
            _("%(sku)s is in your session; you get %(share)s of each.")
            % {"sku": variant.sku, "share": listing.host_share},
        )
    return redirect(_back(request, session))


@for_hosts
@require_POST
def unlink(
    request: HttpRequest, host: Host, session_id: int, listing_id: int
) -> HttpResponse:
    """Take a piece out that nobody claimed."""
    session = own_session(host, session_id)
    get_object_or_404(Listing, pk=listing_id, session=session)
    services.unlink(host=host, session_id=session.pk, listing_id=listing_id)
    return redirect("livestream:pieces", session.pk)


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
    acts: dict[str, Callable[..., Any]] = {"pin": services.pin, "unpin": services.unpin}
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
        services.pin(host=host, session_id=session.pk, listing_id=waiting[0].pk)
    return redirect("orders:desk", session.pk)


def own_session(host: Host, session_id: int) -> LiveSession:
    """A session of this host; any other is not found."""
    return get_object_or_404(
        LiveSession.objects.for_display(), pk=session_id, host=host
    )


def _back(request: HttpRequest, session: LiveSession) -> str:
    wanted = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if is_ours else f"/studio/{session.pk}/pieces/"

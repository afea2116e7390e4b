"""The schedule for everybody: sessions, and hosts."""

from datetime import timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from donghai.templatetags.pages import viewer_zone
from hosts.models import Host, Language
from livestream.models import LiveSession, Market
from livestream.video import streams
from livestream.views.calendars import chosen, feed_address

AHEAD = timedelta(days=8)


def schedule(request: HttpRequest) -> HttpResponse:
    """Sessions on air and to come, by day of the viewer's zone."""
    sessions = LiveSession.objects.for_display()
    sessions, language, market = chosen(request, sessions)
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
            "markets": Market.objects.order_by("name"),
            "market": market,
            "feed": feed_address(language, market),
            "on_air": streams.with_posters(
                sessions.on_air().order_by("starts_at")[:50]
            ),
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
        {
            "here": "hosts",
            "host": found,
            "sessions": [*sessions.on_air(), *coming],
            "feed": reverse("livestream:host-feed", args=[slug]),
        },
    )

"""The schedule for everybody: sessions, hosts, calendar entries."""

from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from donghai.templatetags.pages import viewer_zone
from hosts.models import Host, Language
from livestream.models import LiveSession
from livestream.video import streams

AHEAD = timedelta(days=8)


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

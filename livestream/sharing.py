"""A session as it's passed on: what search engines and link previews read of it."""

from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from donghai.templatetags.pages import absolute
from livestream.models import LiveSession


def address_of(session: LiveSession) -> str:
    """The whole address of its room."""
    return absolute(reverse("orders:session", args=[session.pk]))


def qr_code(session: LiveSession) -> SafeString:
    """The address as a picture for another phone's camera."""
    code = segno.make(address_of(session), error="m")
    return mark_safe(code.svg_inline(scale=4, border=2, dark="#221b2e", light="#fff"))


def session_facts(session: LiveSession) -> dict[str, Any]:
    """schema.org's BroadcastEvent: when, by whom, in which language."""
    facts = {
        "@context": "https://schema.org",
        "@type": "BroadcastEvent",
        "@id": address_of(session),
        "name": session.title,
        "inLanguage": session.language,
        "isLiveBroadcast": True,
        "startDate": session.starts_at.isoformat(),
        "endDate": (session.ended_at or session.ends_at).isoformat(),
        "performer": {"@type": "Person", "name": session.host.name},
        "location": {"@type": "VirtualLocation", "url": address_of(session)},
    }
    if session.state == LiveSession.State.CANCELLED:
        facts["eventStatus"] = "https://schema.org/EventCancelled"
    if session.cover:
        facts["image"] = absolute(session.cover.url)
    return facts

"""Viewers who come from another platform by a piece's code, and what is kept of it."""

import re

from django.http import HttpRequest, HttpResponseBase

COOKIE = "came_from"
SECONDS = 12 * 3600  # a show and its night
SLUG = re.compile(r"[a-z0-9_-]{1,20}")


def came_from(request: HttpRequest) -> str:
    """The platform whose link brought this viewer; "" for none."""
    said = request.COOKIES.get(COOKIE, "")
    return said if SLUG.fullmatch(said) else ""


def note(response: HttpResponseBase, platform: str, *, secure: bool) -> None:
    """Let the browser keep it until he claims."""
    response.set_cookie(
        COOKIE, platform, max_age=SECONDS, httponly=True, samesite="Lax", secure=secure
    )

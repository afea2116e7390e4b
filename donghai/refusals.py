"""A rule that says no on a page: said in words, where the person was."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import defaults

from donghai.api import problem_of
from donghai.errors import Refused


class RefusalsOnPages:
    """Middleware: a refused form goes back with a message, a refused page says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.get_full_path():  # no text of the database may hold it
            return bad_request(request, SuspiciousOperation())
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """No text of the database may hold a NUL.

        Of a form's fields only: the check against forgery has read those by now, files
        to disk. What programs send is left for their views to read, and to refuse.
        """
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        sent = request.POST.lists()  # empty unless it is a form
        if any("\0" in text for name, texts in sent for text in (name, *texts)):
            return bad_request(request, SuspiciousOperation())
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, Refused) or request.path.startswith("/api/"):
            return None
        if request.method == "POST":
            messages.error(request, str(exception))
            return redirect(where_from(request))
        return render(
            request, "refused.html", {"words": str(exception)}, status=exception.status
        )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, as a problem document for programs."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    title = _("Some of what was sent cannot be used.")
    return problem_of("bad_request", str(title), 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, as a problem document for programs; the cause is in the log."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return problem_of("error", str(_("Something broke on our side.")), 500)


def where_from(request: HttpRequest) -> str:
    """The page of ours the request came from, else the front page."""
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    )
    return came_from if is_ours else "/"

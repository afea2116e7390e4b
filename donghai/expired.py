"""A log-in that ran out while a page stood open."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from donghai.refusals import where_from


class ExpiredLogins:
    """Middleware: who logs in again goes on with the page that a form was sent from.

    A form's own address brings no page. And an answer that was to fill a part of a page
    takes the whole page to the log-in instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_part = "HX-Request" in request.headers
        if not (is_part or request.method == "POST") or not _to_login(response):
            return response
        if request.method == "POST":
            messages.warning(request, _("Not saved yet: log in, then send it again."))
        page = urlsplit(where_from(request))
        back = redirect_to_login(page._replace(scheme="", netloc="").geturl())
        if is_part:
            return HttpResponse(status=401, headers={"HX-Redirect": back["Location"]})
        return back


def _to_login(response: HttpResponse) -> bool:
    """Whether the page asked for is kept back until somebody is logged in."""
    to = urlsplit(response.get("Location", ""))
    return to.path == resolve_url(settings.LOGIN_URL) and "next" in QueryDict(to.query)

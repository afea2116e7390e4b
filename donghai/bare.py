"""Django's own door without middleware, for programs that send or ask all the time.

A camera knocks twice a second, with a token: it has no cookie, session or log-in, and
gets no page. Measured, the middleware of a page is as dear as taking in its video. A
room's viewers all ask for a new price in the same second, and all get the same answer.
"""

from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from django.utils import translation


class BareHandler(WSGIHandler):
    """Calls the view of an address; what it raises is answered as Django does."""

    def load_middleware(self, is_async: bool = False) -> None:
        """There is none."""

    def get_response(self, request: HttpRequest) -> Any:
        return _call_view(request)


@convert_exception_to_response
def _call_view(request: HttpRequest) -> HttpResponseBase:
    view, args, kwargs = resolve(request.path_info)
    with translation.override(translation.get_language_from_request(request)):
        answer: HttpResponseBase = view(request, *args, **kwargs)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer

"""Pages only for people who present, and for the crews of their sessions.

    for_hosts  a host's own pages; the view gets the host
    for_desk   a session's desk: its host, and an assistant who acts for her
    for_chat   a session's chat: those two, and its moderators; the view gets the seat

Who has no seat in the session finds nothing there. A moderator's desk is the chat.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from donghai.api import refusal
from donghai.errors import Refused
from hosts.models import Host
from livestream.crew import services as crew
from livestream.crew.services import Seat
from livestream.models import LiveSession

P = ParamSpec("P")
SAID = ("variant", "retail")  # of an assistant's form, written down with the act


class LoggedOut(Refused):
    code = "logged_out"
    title = _("You are logged out. Load the page anew and log in; the picture goes on.")
    status = 401


def for_scripts_too(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A form that a script may send as well: it gets a problem document, or nothing."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.accepts("text/html"):
            return view(request, *args, **kwargs)
        try:
            if not request.user.is_authenticated:
                raise LoggedOut()
            view(request, *args, **kwargs)
        except Refused as refused:
            return refusal(request, refused)
        return HttpResponse(status=204)

    return answer


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


def for_desk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page under a session's number, for its host and her assistants.

    The view gets the session's host, in whose name an assistant acts; services go on
    comparing her with the session. What an assistant does is written down with it.
    """

    @login_required
    @wraps(view)
    def only_desk(
        request: HttpRequest, session_id: int, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        seat = seat_in(request, session_id, reads=request.method == "GET")
        if not seat.runs_desk:
            raise Http404
        host, match = seat.session.host, request.resolver_match
        do = partial(view, request, host, session_id, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return do()
        named = match.url_name if match else ""
        asked = {name: request.POST[name][:40] for name in SAID if name in request.POST}
        details = kwargs | asked
        return crew.noted(seat=seat, act=named or "", details=details, do=do)

    return only_desk


def for_chat(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page under a session's number, for all of its crew; the view gets the seat."""

    @login_required
    @wraps(view)
    def only_crew(
        request: HttpRequest, session_id: int, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        seat = seat_in(request, session_id, reads=request.method == "GET")
        return view(request, seat, *args, **kwargs)

    return only_crew


def seat_in(request: HttpRequest, session_id: int, *, reads: bool = False) -> Seat:
    """The person's seat in a session, which `request.seat` tells the page; or a 404."""
    seat = crew.seat_of(session_id, request.user.pk, reads=reads)
    if seat is None:
        raise Http404
    request.seat = seat  # type: ignore[attr-defined]
    return seat


def own_session(host: Host, session_id: int) -> LiveSession:
    """A session of this host; any other is not found."""
    return get_object_or_404(
        LiveSession.objects.for_display(), pk=session_id, host=host
    )

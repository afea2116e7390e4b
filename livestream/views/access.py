"""Pages only for people who present, and only for their own sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from hosts.models import Host
from livestream.models import LiveSession

P = ParamSpec("P")


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


def own_session(host: Host, session_id: int) -> LiveSession:
    """A session of this host; any other is not found."""
    return get_object_or_404(
        LiveSession.objects.for_display(), pk=session_id, host=host
    )

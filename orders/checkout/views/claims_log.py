"""The published log of a session's claims."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from hosts.models import Host
from livestream.models import LiveSession
from livestream.views.access import for_hosts, own_session
from orders.checkout import claims_log


def claims(request: HttpRequest, session_id: int) -> HttpResponse:
    """Every claim with its place, the server's time and how it ended.

    Before it's published only the session's host sees it.
    """
    session = get_object_or_404(LiveSession.objects.for_display(), pk=session_id)
    is_public = claims_log.is_public(session)
    if not is_public and session.host.user_id != request.user.pk:
        raise Http404
    facts = {
        "here": "live",
        "session": session,
        "is_public": is_public,
        "pieces": claims_log.of_session(session),
    }
    return render(request, "orders/claims.html", facts)


@for_hosts
@require_POST
def publish(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    session = own_session(host, session_id)
    claims_log.publish(host=host, session_id=session.pk)
    return redirect("orders:claims", session.pk)

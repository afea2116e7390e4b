"""The doors of a media server beside us: it asks who may, and tells what happened.

    POST /api/v1/media/mediamtx/auth     JSON of a client; 204, or 401 and 403
    POST /api/v1/media/mediamtx/event    a form of one notice; 204

Both by HTTP Basic with MEDIAMTX_HOOK_SECRET as the password: so it stands in a header,
not in an address that servers write down.
"""

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from donghai.api import refusal
from donghai.errors import Refused
from livestream.video.engines import NoCredentials, UnreadableNotice, engine


def for_engine(view: Callable[[HttpRequest], None]) -> Callable[..., HttpResponse]:
    """Only for who knows the hook's secret."""

    @csrf_exempt  # the secret is the right; no cookie is read
    @require_POST
    @wraps(view)
    def asked(request: HttpRequest) -> HttpResponse:
        try:
            if not _knows_secret(request):
                raise NoCredentials()
            view(request)
        except Refused as no:
            return refusal(request, no)
        return HttpResponse(status=204)

    return asked


@for_engine
def auth(request: HttpRequest) -> None:
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise UnreadableNotice(why="no JSON object")
    engine().authorize(said)


@for_engine
def event(request: HttpRequest) -> None:
    engine().event(request.POST.dict())


def _knows_secret(request: HttpRequest) -> bool:
    scheme, _space, written = request.headers.get("Authorization", "").partition(" ")
    try:
        sent = base64.b64decode(written, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    _name, _colon, password = sent.partition(":")
    secret = settings.MEDIAMTX_HOOK_SECRET
    is_basic = scheme.lower() == "basic" and bool(secret)
    return is_basic and constant_time_compare(password, secret)

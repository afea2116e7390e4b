"""The camera's doors: the right to send, and the video itself, piece by piece.

    POST /studio/<session>/camera/                     a token, and where to send
    PUT  /api/v1/video/<stream>/<part>/init            ftyp and moov of a recording
    PUT  /api/v1/video/<stream>/<part>/<number>        its fragments, from 0
    PUT  /api/v1/video/<stream>/<part>/webm/<number>   or WebM, in chunks from 0
    POST /live/<session>/aac/                          a viewer who can't play Opus

`part` counts the recordings of one device. A PUT may be repeated. Answers are JSON:
`next`, and `again` for what was there already; a refusal is a problem document.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from donghai.api import refusal
from donghai.errors import Refused
from hosts.models import Host
from livestream.video import ingest, recordings, streams, tokens
from livestream.video.engines import addresses, engine
from livestream.video.ingest import Taken
from livestream.video.tokens import Right
from livestream.views.access import for_hosts, own_session

MOST = 2**31 - 1  # recordings and fragments, as the database counts them


@for_hosts
@require_POST
def camera(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The right to send this session's video from this device, for some minutes."""
    session = own_session(host, session_id)
    try:
        stream, token = streams.claim_camera(
            host=host,
            session_id=session.pk,
            token=request.POST.get("token", ""),
            take_over="take_over" in request.POST,
        )
    except Refused as no:
        return refusal(request, no)
    if "take_over" in request.POST:
        engine().kick(stream)
    target = engine().publish_target(stream)
    watched = addresses(stream)
    return JsonResponse(
        {
            "kind": target.kind,
            "to": target.url,
            "token": token,
            "seconds": tokens.SECONDS,
            "playlist": watched["url"],
            "whep": watched["whep"],
        }
    )


@csrf_exempt  # the token is the right; no cookie is read
@require_http_methods(["PUT"])
def init(request: HttpRequest, stream_id: int, part: int) -> HttpResponse:
    return _answer(request, stream_id, ingest.open_epoch, part)


@csrf_exempt
@require_http_methods(["PUT"])
def fragment(
    request: HttpRequest, stream_id: int, part: int, number: int
) -> HttpResponse:
    return _answer(request, stream_id, ingest.take, part, number)


@csrf_exempt
@require_http_methods(["PUT"])
def chunk(request: HttpRequest, stream_id: int, part: int, number: int) -> HttpResponse:
    return _answer(request, stream_id, recordings.take, part, number)


@csrf_exempt  # anybody may ask, and asking again changes nothing
@require_POST
def want_aac(request: HttpRequest, session_id: int) -> HttpResponse:
    """Where a session's video with AAC is found; it's made from now on."""
    return JsonResponse({"playlist": streams.want_aac(session_id)})


def _answer(
    request: HttpRequest, stream_id: int, take: Callable[..., Taken], *place: int
) -> HttpResponse:
    if max(place) > MOST:
        raise Http404
    try:
        taken = take(_right(request, stream_id), *place, request.read())
    except Refused as no:
        return refusal(request, no)
    return JsonResponse({"next": taken.next, "again": taken.again})


def _right(request: HttpRequest, stream_id: int) -> Right:
    _scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    right = tokens.read(token)
    if right.stream != stream_id:
        raise tokens.TokenRanOut()
    return right

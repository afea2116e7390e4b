"""Calendar files: one session to add, or a feed to subscribe to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from donghai.templatetags.pages import country
from hosts.models import Host, Language
from livestream.models import LiveSession, Market
from livestream.schedule import calendars
from livestream.sessions.models import LiveSessionQuerySet

KEPT = 900  # seconds that a calendar need not ask again


def chosen(
    request: HttpRequest, sessions: LiveSessionQuerySet
) -> tuple[LiveSessionQuerySet, str, str]:
    """Sessions by `?language=` and `?market=`, and which these are."""
    language = request.GET.get("language", "")
    market = request.GET.get("market", "")
    language = language if language in Language.values else ""
    if not (len(market) == 2 and Market.objects.filter(pk=market).exists()):
        market = ""
    if language:
        sessions = sessions.in_language(language)
    if market:
        sessions = sessions.for_market(market)
    return sessions, language, market


def feed_address(language: str, market: str) -> str:
    """Where the feed of a language, a market or both is; none for everything."""
    asked = {"language": language, "market": market}
    query = {name: value for name, value in asked.items() if value}
    return reverse("livestream:feed", query=query) if query else ""


def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One session to add to a calendar."""
    found = get_object_or_404(LiveSession.objects.for_display(), pk=session_id)
    return _file(calendars.written([found]))


def host(request: HttpRequest, slug: str) -> HttpResponse:
    """A host's sessions as a feed."""
    found = get_object_or_404(Host, slug=slug)
    return _feed(request, LiveSession.objects.filter(host=found), found.name)


def feed(request: HttpRequest) -> HttpResponse:
    """The sessions of a language, of a market, or of both, as a feed."""
    sessions, language, market = chosen(request, LiveSession.objects.all())
    if not (language or market):
        raise Http404(_("A calendar is of a language, a market or a host."))
    names = [
        dict(Language.choices).get(language, ""),
        country(market) if market else "",
    ]
    return _feed(request, sessions, " · ".join(filter(None, names)))


def _feed(
    request: HttpRequest, sessions: LiveSessionQuerySet, name: str
) -> HttpResponse:
    name = f"Donghai · {name}"
    etag = quote_etag(calendars.tag(sessions, name))
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = _file(calendars.feed(sessions, name))
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=KEPT)
    return response


def _file(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")

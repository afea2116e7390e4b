"""Phrase cards for the host of a session: all at once, the one that answers a line."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from hosts.models import Host
from livestream.prompter import services
from livestream.prompter.cards import cards, version
from livestream.prompter.matching import likeliest
from livestream.prompter.paging import CHINESE
from livestream.views.access import for_desk, for_hosts, own_session

A_YEAR = 365 * 24 * 3600  # seconds; the address changes with the texts


@gzip_page
@for_desk
@require_GET
def phrases(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Every card in the session's language and Chinese, to be kept by the browser."""
    session = own_session(host, session_id)
    languages = dict.fromkeys((session.language, CHINESE))
    found = [
        {
            "key": card.key,
            "topic": card.topic,
            "by": card.by,
            "texts": {one: _text(card.texts[one]) for one in languages},
        }
        for card in cards().values()
    ]
    answer = JsonResponse({"cards": found}, json_dumps_params={"ensure_ascii": False})
    if request.GET.get("v") == version():
        answer["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return answer


def _text(text: Any) -> list[Any]:
    return [text.question, text.words, text.answers]


@for_desk
@require_GET
def match(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The card that answers a line of chat, if one does."""
    session = own_session(host, session_id)
    line = request.GET.get("line", "")[:200]
    return JsonResponse({"card": likeliest(line, session.language)})


@for_hosts
@require_POST
def use(request: HttpRequest, host: Host, session_id: int, card: str) -> HttpResponse:
    """She showed a card."""
    session = own_session(host, session_id)
    services.use_card(host=host, language=session.language, card=card)
    return HttpResponse(status=204)


@for_hosts
@require_POST
def keep(request: HttpRequest, host: Host, session_id: int, card: str) -> HttpResponse:
    """She keeps a card near, or no longer."""
    session = own_session(host, session_id)
    is_favourite = request.POST.get("favourite") == "yes"
    services.keep_card(
        host=host, language=session.language, card=card, is_favourite=is_favourite
    )
    return HttpResponse(status=204)

"""Lines of chat in other languages, later and beside the original, which always stays.

A step does it after the line was told, so a slow or broken translator delays nobody.
"""

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from donghai import steps
from donghai.steps.models import Step
from donghai.translation import translator
from livestream.chat.models import ChatLine
from livestream.events import services as events

STALE = timedelta(seconds=30)  # nobody reads so far up
UNKNOWN = "auto"  # the adapter finds out
HERS = "zh-hans"  # what hosts read best
# Scripts that tell the language; Latin letters could be any of six
SCRIPTS = (
    ("ja", re.compile(r"[぀-ヿ]")),
    ("ko", re.compile(r"[가-힯]")),
    ("zh-hans", re.compile(r"[一-鿿]")),
    ("ru", re.compile(r"[Ѐ-ӿ]")),
    ("ar", re.compile(r"[؀-ۿ]")),
)


def language_of(text: str) -> str:
    """By its script; empty where that doesn't tell."""
    return next((code for code, script in SCRIPTS if script.search(text)), "")


def translate(step: Step) -> None:
    """Put a line into the session's language and the host's; tell the room once.

    No transaction is open while the adapter works. A line deleted meanwhile stays so,
    and one that waited too long for its turn stays as it was written.
    """
    line = ChatLine.objects.select_related("session").get(pk=step.subject_id)
    is_fresh = step.created_at > timezone.now() - STALE
    texts = _texts(line) if is_fresh and line.state == ChatLine.State.SAID else {}
    with steps.finishing(step), transaction.atomic():
        if not texts:
            return
        said = ChatLine.objects.select_for_update(no_key=True).said()
        fresh = said.filter(pk=line.pk, number=line.number, translations={}).first()
        if fresh is None:
            return
        fresh.translations = texts
        fresh.save(update_fields=["translations"])
        told = {"line": line.number, "texts": texts}
        events.append(line.session_id, "translated", told)


def _texts(line: ChatLine) -> dict[str, str]:
    """By language; left out where the line is in it already."""
    source = language_of(line.text) or line.language
    found: dict[str, str] = {}
    for target in dict.fromkeys((line.session.language, HERS)):
        if target == source:
            continue
        answers = translator().translate([line.text], source or UNKNOWN, target)
        if answers and answers[0].strip().casefold() != line.text.casefold():
            found[target] = answers[0][:400]
    return found

"""LibreTranslate, run by the centre or hired: one HTTP call for many texts."""

from collections.abc import Sequence
from typing import Any

import httpx
from django.conf import settings

from donghai.translation.adapters import NotTranslated

# Its names for our languages, where they differ
CODES = {"zh-hans": "zh", "pt-br": "pt"}


class LibreTranslate:
    name = "libretranslate"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """All texts in one call; blank ones aren't sent."""
        spoken = [place for place, text in enumerate(texts) if text.strip()]
        translated = list(texts)
        if not spoken:
            return translated
        asked = {
            "q": [texts[place] for place in spoken],
            "source": CODES.get(source, source),
            "target": CODES.get(target, target),
            "format": "text",  # markup in a text is text, whatever it looks like
        }
        answers = _texts(_ask(asked), len(spoken))
        for place, answer in zip(spoken, answers, strict=True):
            translated[place] = answer
        return translated


def _ask(asked: dict[str, Any]) -> Any:
    if settings.LIBRETRANSLATE_KEY:
        asked["api_key"] = settings.LIBRETRANSLATE_KEY
    try:
        answer = httpx.post(
            f"{settings.LIBRETRANSLATE_URL}/translate",
            json=asked,
            timeout=settings.TRANSLATION_SECONDS,
        )
        answer.raise_for_status()
        return answer.json()
    except httpx.HTTPStatusError as error:
        raise NotTranslated(why=f"HTTP {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NotTranslated(why=type(error).__name__) from error


def _texts(answer: Any, wanted: int) -> list[str]:
    """The translations of an answer, refused unless there is one for each text."""
    found = answer.get("translatedText") if isinstance(answer, dict) else None
    if (
        not isinstance(found, list)
        or len(found) != wanted
        or not all(isinstance(text, str) for text in found)
    ):
        raise NotTranslated(why="answer of another shape")
    return found

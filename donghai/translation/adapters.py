"""What a translator must be able to do, and which one is at work."""

from collections.abc import Sequence
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused

ADAPTERS = {
    "": "donghai.translation.adapters.NoTranslator",
    "sandbox": "donghai.translation.sandbox.SandboxTranslator",
    "libretranslate": "donghai.translation.libretranslate.LibreTranslate",
}


class NotTranslated(Refused):
    """`why` says for the log what the service answered; it holds none of the text."""

    code = "not_translated"
    title = _("The translation service did not answer. Keep your text or try again.")
    status = 502

    def __str__(self) -> str:
        return str(self.title)


class Translator(Protocol):
    name: str

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Each text in the target language, in order, as plain text.

        Languages are the site's own codes, or "auto" for a source nobody knows. An
        empty list means that nobody translates and the original stays. Raises
        NotTranslated; safe to repeat.
        """


class NoTranslator:
    name = ""

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        return []


def translator() -> Translator:
    """The adapter named by TRANSLATOR."""
    adapter: type[Translator] = import_string(ADAPTERS[settings.TRANSLATOR])
    return adapter()

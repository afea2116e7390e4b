"""A translator to try things with: marks a text as translated. Not in production."""

from collections.abc import Sequence

from donghai.translation.adapters import NotTranslated

FAILS_ON = "sandbox: fail"


class SandboxTranslator:
    name = "sandbox"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """The text behind its new language's code; fails where a text asks for it."""
        if FAILS_ON in texts:
            raise NotTranslated(why="sandbox")
        return [f"[{target}] {text}" if text.strip() else text for text in texts]

"""Words without the endings and articles that don't change what they name.

Only for what a lexicon doesn't know as it stands, and only where it knows the rest.
"""

from collections.abc import Iterator

SHORTEST = 3  # letters that are left
# What a plural or a case ends with, and what stands there in its place, as folded.
LATIN = (
    *(("s", ""), ("es", ""), ("ies", "y"), ("ces", "z"), ("ns", "m")),
    *(("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol")),
    *(("aux", "al"), ("eaux", "eau"), ("oux", "ou")),
    *(("n", ""), ("en", "")),
)
RUSSIAN = (
    *((end, "") for end in ("ами", "ах", "ам", "ов", "ом", "ы", "и", "а", "у", "е")),
    *((end, "а") for end in ("ами", "ах", "ам", "ои", "ы", "и", "у", "е")),
    *((end, "о") for end in ("ами", "ах", "ам", "ом", "а", "у", "е")),
)
ARTICLE = "ال"


def without(word: str) -> Iterator[str]:
    """What a word may be called in a glossary, the likeliest first."""
    if word.startswith(ARTICLE):
        yield word.removeprefix(ARTICLE)
    elif word.isascii():
        yield from _without(word, LATIN)
    elif "а" <= word[:1] <= "я":
        yield from _without(word, RUSSIAN)


def plurals(word: str) -> Iterator[str]:
    """Where a glossary has the plural alone."""
    yield from (f"{word}s", f"{word}ы")


def _without(word: str, endings: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for ending, instead in endings:
        if word.endswith(ending) and not word.endswith(("ss", "us")):
            rest = word.removesuffix(ending)
            if len(rest) >= SHORTEST:
                yield rest + instead

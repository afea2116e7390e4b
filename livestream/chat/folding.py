"""Text with its disguises off: case, width, accents, spacing, lookalike letters.

For comparing only. Nobody is ever shown what comes out of here.
"""

import re
from functools import lru_cache
from unicodedata import category, normalize

from catalog.glossary.lookalikes import LOOKALIKES

LETTERS = re.compile(r"[^\W_]+")
# Written without spaces between words: Han, kana, Hangul
UNSPACED = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힯]")
# For names alone: signs that pass for letters at a glance
AT_A_GLANCE = str.maketrans("01i35", "olles")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Small letters of one width, without accents or marks, as they look."""
    parts = normalize("NFKD", text.casefold())
    bare = "".join(part for part in parts if category(part)[0] not in "MC")
    return normalize("NFKC", bare).translate(LOOKALIKES)


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """Its words in order, without signs inside; letters spelt apart are joined."""
    found: list[str] = []
    is_spelling = False
    for piece in plain(text).split():
        word = "".join(LETTERS.findall(piece))
        if not word:
            continue
        if len(word) == 1 and is_spelling:
            found[-1] += word
        else:
            found.append(word)
        is_spelling = len(word) == 1
    return tuple(found)


def has_phrase(text: str, phrase: str) -> bool:
    """Whether a text says a phrase: whole words, or anywhere in unspaced scripts."""
    wanted = words(phrase)
    if not wanted:
        return False
    if UNSPACED.search(phrase):
        return "".join(wanted) in "".join(words(text))
    return f" {' '.join(wanted)} " in f" {' '.join(words(text))} "


def skeleton(name: str) -> str:
    """What a name looks like at a glance; two names with one skeleton are one."""
    joined = "".join(LETTERS.findall(plain(name.replace("|", "l"))))
    return joined.translate(AT_A_GLANCE).replace("rn", "m").replace("vv", "w")

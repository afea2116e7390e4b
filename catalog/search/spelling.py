"""Words that were mistyped: found by what is left when letters are taken out of them.

Two words at most `d` slips apart have a form in common that lacks at most `d` letters
of each. Only first letters are taken apart, so that a long word has few such forms.
"""

import zlib
from collections.abc import Iterable
from itertools import combinations

from rapidfuzz.distance import OSA

BEGINNING = 7
SHORTEST = 4  # shorter words are not mended: half the dictionary is near them


def slips(word: str) -> int:
    """How many slips a word of this length may have."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < 2 * SHORTEST else 2


def forms(word: str, missing: int) -> set[str]:
    """A word's beginning, and what is left of it with up to `missing` letters out."""
    begin = word[:BEGINNING]
    return {
        "".join(kept)
        for out in range(min(missing, len(begin) - 1) + 1)
        for kept in combinations(begin, len(begin) - out)
    }


def numbers(word: str) -> list[int]:
    """The forms of a word, as the database keeps and compares them."""
    return sorted({number(form) for form in forms(word, slips(word))})


def number(form: str) -> int:
    return zlib.crc32(form.encode()) - 2**31


def distance(one: str, other: str, most: int) -> int:
    """Slips between two words: a letter more, less, wrong or two swapped.

    Anything beyond `most` is `most + 1`.
    """
    return OSA.distance(one, other, score_cutoff=most)


def nearest(word: str, known: Iterable[str], trusted: Iterable[str]) -> str:
    """The known word that was meant, else "".

    Fewer slips first, then words of the glossary, other endings, the same first letter.
    """
    most, preferred = slips(word), frozenset(trusted)

    def rank(far: int, each: str) -> tuple[int | bool | str, ...]:
        goes_on = each.startswith(word) or word.startswith(each)
        return far, each not in preferred, not goes_on, each[0] != word[0], each

    far = {each: distance(word, each, most) for each in {*known, *preferred}}
    near = (each for each in far if far[each] <= most)
    return min(near, key=lambda each: rank(far[each], each), default="")

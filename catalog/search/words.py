"""Text as search reads it: folded, and cut into words and single CJK signs.

A word is a run of letters and digits. Chinese, Japanese and Korean are cut into signs,
and a run of signs is looked for by its pairs: 紫水晶 is 紫水, 水晶 and, as its end, 晶.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

LONGEST = 100  # letters of a word that count
GAP = ""  # stands between two CJK signs that do not touch
SIGN = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
UNIT = re.compile(rf"(?P<sign>[{SIGN}])|(?P<word>(?:(?![{SIGN}])[^\W_])+)")
IS_SIGN = re.compile(f"[{SIGN}]")
ELISION = re.compile(r"\b[cdjlmnst]['’](?=\w)")  # l'améthyste, d'argent
VOICED = "\u3099\u309a"  # が is not か
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}
    | dict(zip("ァィゥェォ", "アイウエオ", strict=True))
    | {"ة": "ه", "ى": "ي", "ـ": "", "'": "", "’": "", "ʼ": ""}
)
# Words between words, in the languages we sell in, and those that all of it is made
# of: never looked for.
_BETWEEN = """
an and the of for with in on from to
de del la las el los en con para por un una
und mit fur aus von vom der die das den dem des ein eine
et avec pour du le les au aux une sur
da do dos das com em no na nos nas um uma
из для на от по со
من في مع على
stone stones piedra piedras pierre pierres stein steine pedra pedras
камень камни камня حجر احجار
"""
BETWEEN = frozenset(_BETWEEN.split())


def fold(text: str) -> str:
    """Without case, accents, width, vowel marks and apostrophes."""
    if text.isascii() and "'" not in text:
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).casefold()
    apart = unicodedata.normalize("NFD", ELISION.sub("", plain).translate(LETTERS))
    kept = (c for c in apart if c in VOICED or unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=20_000)
def units(text: str) -> tuple[str, ...]:
    """The words and signs of a text, folded, in their order."""
    found: list[str] = []
    end = -1
    for unit in UNIT.finditer(fold(text)):
        touches = unit.start() == end
        if unit["sign"] and found and is_sign(found[-1]) and not touches:
            found.append(GAP)
        found.append(unit[0])
        end = unit.end()
    return tuple(found)


def is_sign(unit: str) -> bool:
    return unit > "\u3004" and IS_SIGN.match(unit) is not None


def tokens(cut: Sequence[str]) -> list[str]:
    """What a document is found by, at the place where it begins; "" where nothing does.

    Words, the pairs of signs and the end of each run of them.
    """
    found = []
    for unit, after in zip(cut, [*cut[1:], GAP], strict=True):
        if is_sign(unit):
            found.append(unit + after if is_sign(after) else unit)
        else:
            found.append(unit[:LONGEST] if carries_meaning(unit) else "")
    return found


def wanted(cut: Sequence[str]) -> list[str]:
    """What is looked for, likewise; a run's end only where it is the whole run."""
    befores = [GAP, *cut[:-1]]
    return [
        "" if len(token) == 1 and is_sign(token) and is_sign(before) else token
        for token, before in zip(tokens(cut), befores, strict=True)
    ]


def carries_meaning(unit: str) -> bool:
    """Not a gap, a word between words or a lone letter."""
    return unit not in BETWEEN and (len(unit) > 1 or unit.isdigit())


def joined(cut: Iterable[str]) -> str:
    """Units as a person would write them."""
    text = ""
    for unit in cut:
        touches = not text or unit == GAP or (is_sign(unit) and is_sign(text[-1]))
        text += unit if touches else f" {unit}"
    return text

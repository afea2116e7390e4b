"""Which card answers a line of chat: that whose question shares its rarest words."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from math import log
from unicodedata import combining, normalize

from livestream.prompter.cards import cards

STEM = 5  # letters of a word that count: endings are grammar
LEAST = 0.28  # of what the line says; less is a guess
ARABIC = re.compile(r"^[وف]?(?:ال|بال|لل|[بلك](?=\w{3}))")
WORD = re.compile(r"\w+")
SYLLABIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def likeliest(line: str, language: str) -> str:
    """The key of the card that answers a line, or "" where none seems to."""
    index, weights = _index(language)
    said = set(_tokens(line))
    known = {token: weights[token] for token in said if token in weights}
    unheard = max(weights.values()) * sum(token not in weights for token in said) * 0.15
    whole = sum(known.values()) + unheard
    if not known:
        return ""
    scores = {
        key: sum(known.get(token, 0) * of[token] for token in of)
        / (whole + 0.08 * sum(of.values()))
        for key, of in index.items()
        if not said.isdisjoint(of)
    }
    best = max(scores, key=lambda key: scores[key])
    return best if scores[best] >= LEAST else ""


@cache
def _index(language: str) -> tuple[dict[str, Counter[str]], dict[str, float]]:
    """Each card's tokens, those of its question counting more; and how rare each is."""
    index = {}
    for card in cards().values():
        text = card.texts[language]
        asked = Counter(dict.fromkeys(_tokens(text.question), 1.0))
        also = Counter(dict.fromkeys(_tokens(text.words), 1.0))
        index[card.key] = Counter(
            {
                token: min(1.3, asked[token] * 0.9 + also[token])
                for token in asked | also
            }
        )
    among = Counter(token for of in index.values() for token in of)
    return index, {token: log(1 + len(index) / n) for token, n in among.items()}


def _tokens(text: str) -> Iterator[str]:
    """Words cut to their stems; of syllabic scripts, each two signs."""
    for word in WORD.findall(_plain(text)):
        if SYLLABIC.match(word):
            yield from (word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            yield ARABIC.sub("", word)[:STEM]


def _plain(text: str) -> str:
    """Without case and accents; signs of Japanese and Korean stay whole."""
    apart = normalize("NFKD", text.casefold())
    bare = (x for x in apart if not combining(x) or x in "\u3099\u309a")
    return normalize("NFC", "".join(bare))

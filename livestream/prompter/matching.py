"""Which card answers a line of chat: that whose question shares its rarest words."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import log
from unicodedata import combining, normalize

from livestream.prompter.cards import cards

STEM = 5  # letters of a word that count: endings are grammar
SHORT, OF_SHORT = 3, 0.3  # letters; shorter words are mostly grammar, too
OF_QUESTION, OF_BOTH = 0.65, 0.3  # beside the words a card is also asked with
LENGTHY = 0.05  # how much a card's own words count that the line doesn't say
UNHEARD = 0.15  # and the line's words that no card knows
LEAST = 0.34  # of what could be shared; less is a guess
ARABIC = re.compile(r"^[وف]?(?:ال|بال|لل|[بلك](?=\w{3}))")
WORD = re.compile(r"\w+")
SYLLABIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True)
class Index:
    """How much each token stands for each card, how rare it is, and a card's whole."""

    cards: dict[str, dict[str, float]]
    rarity: dict[str, float]
    wholes: dict[str, float]


def likeliest(line: str, language: str) -> str:
    """The key of the card that answers a line, or "" where none seems to."""
    index, said = _index(language), set(_tokens(line))
    known = {token: index.rarity[token] for token in said if token in index.rarity}
    unheard = len(said) - len(known)
    heard = sum(known.values()) + UNHEARD * unheard * max(index.rarity.values())
    scores = {
        key: sum(rare * of[token] for token, rare in known.items() if token in of)
        / (heard + LENGTHY * index.wholes[key])
        for key, of in index.cards.items()
        if not of.keys().isdisjoint(known)
    }
    best = max(scores, key=lambda key: scores[key], default="")
    return best if best and scores[best] >= LEAST else ""


@cache
def _index(language: str) -> Index:
    shares = {key: _shares(key, language) for key in cards()}
    among = Counter(token for key in cards() for token in _all_of(key, language))
    tokens = {token for of in shares.values() for token in of}
    rarity = {token: log(1 + len(shares) / among[token]) for token in tokens}
    short = {token: rarity[token] * OF_SHORT for token in tokens if _is_short(token)}
    rarity |= short
    wholes = {
        key: sum(rarity[token] * share for token, share in of.items())
        for key, of in shares.items()
    }
    return Index(shares, rarity, wholes)


def _shares(key: str, language: str) -> dict[str, float]:
    text = cards()[key].texts[language]
    asked, also = set(_tokens(text.question)), set(_tokens(text.words))
    return {
        token: (1.0 if token in also else OF_QUESTION)
        + (OF_BOTH if token in asked & also else 0)
        for token in asked | also
    }


def _is_short(token: str) -> bool:
    return len(token) < SHORT and not SYLLABIC.match(token)


def _all_of(key: str, language: str) -> set[str]:
    """Of answers too: what is in many of them is grammar, however rarely asked with."""
    text = cards()[key].texts[language]
    return set(_tokens(" ".join((text.question, text.words, *text.answers.values()))))


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

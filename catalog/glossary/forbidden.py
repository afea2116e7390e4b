"""Words that may not be said of goods, found in any language, with what to do instead.

Case, accents, full width, invisible characters, letters of another alphabet that look
alike, traditional characters and letters set apart don't hide a word. Latin, Cyrillic
and Arabic words end where letters end (Arabic ones may carry an article or a
conjunction); Chinese, Japanese and Korean ones may stand anywhere. A vague word is at
fault only where nothing else is said.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from unicodedata import category, normalize

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.glossary.book import nearest
from catalog.glossary.lookalikes import LOOKALIKES
from catalog.glossary.models import ForbiddenWord, Language
from donghai.memory import remembered

Kind = ForbiddenWord.Kind
UNTREATED = "NONE"

REASONS: dict[str, Promise] = {
    Kind.HEALING: _(
        "“%(word)s” promises a cure, which advertising law in the EU, UK, US and China "
        "forbids. Say what the stone is."
    ),
    Kind.CLAIM: _(
        "“%(word)s” promises luck or powers nobody can prove, and platforms take such "
        "goods down. Say what the stone is and how it is made."
    ),
    Kind.NATURAL: _(
        "“%(word)s” may be said of untreated stone only. Name the treatment instead, "
        "or correct it if there is none."
    ),
    Kind.VAGUE: _(
        "Customs refuses “%(word)s” as the name of goods. Say what it is and what it "
        "is made of, for instance “agate bracelet”."
    ),
}

# What Arabic writes together with the word that follows
ARABIC_PREFIX = "[وف]?(?:[بك]?ال|لل|[بكل])?"
ARABIC_HEADS = "وفبكال"
# Marks that are letters of their own in Japanese, not accents
VOICED = "\u3099\u309a"
TATWEEL = "\u0640"
UNSEEN = ("Mn", "Me", "Cf")  # marks, and what has no width
# Letters one by one: h e a l i n g, h.e.a.l.i.n.g
APART = re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,3}[^\W\d_])+(?![^\W_])")
LEAST, LONGEST = 5, 30  # letters of a word within such a row
IDEOGRAPHS = "\u2e80"  # from here on one or two letters are a word
# Signs with spaces among them, one of them alone: 天 然紫水晶, but not 今天 然后
SPACED = re.compile(r"[⺀-\uffdc]+(?:\s{1,3}[⺀-\uffdc]+)+")
LONE = re.compile(r"(?<![⺀-\uffdc])[⺀-\uffdc](?![⺀-\uffdc])")
LETTERS = re.compile(r"[^\W\d_]+")
UNITS = {"mm", "cm", "g", "kg", "pcs", "x", "мм", "см", "г", "кг", "毫米", "厘米", "克"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A word as it was written, why it can't stay and what to do."""

    word: str
    kind: str
    template: Promise

    @property
    def reason(self) -> str:
        """In the language of whoever reads it now."""
        return str(self.template) % {"word": self.word}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared, and where each of its characters came from."""

    text: str
    origins: Sequence[int]
    written: str

    def between(self, start: int, end: int) -> str:
        return self.written[self.origins[start] : self.origins[end - 1] + 1]


@dataclass(frozen=True, slots=True)
class Net:
    """The forbidden words of a language by the letter they begin with."""

    at_word_starts: dict[str, re.Pattern[str]]
    anywhere: dict[str, re.Pattern[str]]
    kinds: dict[str, str]

    def cast(self, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """The kind and the place of each word found, the longest at a place."""
        end, before = 0, " "
        for place, letter in enumerate(text):
            if place >= end and (found := self._at(text, place, letter, before)):
                end = found.end()
                yield self.kinds[str(found.lastgroup)], found.span()
            before = letter

    def cast_apart(self, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """As `cast`, for words whose letters stand one by one."""
        for row in APART.finditer(text):
            places = [p for p in range(*row.span()) if text[p].isalpha()]
            spelt = "".join(text[place] for place in places)
            least = 2 if spelt[0] >= IDEOGRAPHS else min(LEAST, max(4, len(spelt)))
            begin = 0
            while begin <= len(spelt) - least:
                end = begin + 1
                if found := self._spelt(spelt, begin, least):
                    end = found.end()
                    span = (places[begin], places[end - 1] + 1)
                    yield self.kinds[str(found.lastgroup)], span
                begin = end

    def cast_spaced(self, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """As `cast`, for words of signs that a space was put into."""
        for row in SPACED.finditer(text):
            places = [p for p in range(*row.span()) if not text[p].isspace()]
            signs = "".join(text[place] for place in places)
            for kind, (begin, end) in self.cast(signs):
                first, last = places[begin], places[end - 1]
                lone = LONE.search(text, first)
                if last - first >= end - begin and lone and lone.end() <= last + 1:
                    yield kind, (first, last + 1)

    def _spelt(self, spelt: str, begin: int, least: int) -> re.Match[str] | None:
        """The longest word that begins here, whatever follows it."""
        for end in range(min(len(spelt), begin + LONGEST), begin + least - 1, -1):
            found = self._at(spelt[:end], begin, spelt[begin], " ")
            if found and found.end() - begin >= least:
                return found
        return None

    def _at(
        self, text: str, place: int, letter: str, before: str
    ) -> re.Match[str] | None:
        found = None
        if letter in self.at_word_starts and not (before.isalnum() or before == "_"):
            found = self.at_word_starts[letter].match(text, place)
        if found is None and letter in self.anywhere:
            found = self.anywhere[letter].match(text, place)
        return found


def find_forbidden(text: str, language: str, treatment: str) -> list[Finding]:
    """Every forbidden word of a text about goods so treated, in its order.

    With no language named, words of all languages are looked for. "Natural" and its
    like pass only where the treatment is NONE.
    """
    folded = fold(text)
    net = _net(nearest(language) if language else "")
    ways = (net.cast, net.cast_apart, net.cast_spaced)
    hits = [hit for way in ways for hit in way(folded.text)]
    hits.sort(key=itemgetter(1))
    spared = {Kind.NATURAL.value} if treatment == UNTREATED else set()
    if not _only_vague(folded.text, hits):
        spared.add(Kind.VAGUE.value)
    findings = [
        Finding(folded.between(*span), kind, REASONS[kind])
        for kind, span in hits
        if kind not in spared
    ]
    return list(dict.fromkeys(findings))


def fold(text: str) -> Folded:
    """Without case, accents, width, what is unseen and the stretching of Arabic.

    Lookalikes and traditional characters are folded in words and texts alike, so that a
    Russian or Japanese word still finds itself.
    """
    written = normalize("NFKC", text)
    if written.isascii():
        return Folded(written.lower(), range(len(written)), written)
    kept: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(written):
        for bare in _bare(char):
            kept.append(bare)
            origins.append(place)
    return Folded("".join(kept), origins, written)


@lru_cache(maxsize=8192)
def _bare(char: str) -> str:
    parts = normalize("NFD", char.casefold())
    bare = "".join(
        part
        for part in parts
        if part != TATWEEL and (part in VOICED or category(part) not in UNSEEN)
    )
    return normalize("NFC", bare).translate(LOOKALIKES)


def _only_vague(text: str, hits: list[tuple[str, tuple[int, int]]]) -> bool:
    """Whether nothing but vague words, numbers and units is said."""
    spans = [span for kind, span in hits if kind == Kind.VAGUE]
    if not spans:
        return False
    vague = set(chain.from_iterable(range(*span) for span in spans))
    rest = "".join(" " if place in vague else char for place, char in enumerate(text))
    return all(word in UNITS for word in LETTERS.findall(rest))


@remembered(len(Language.values) + 1)
def _net(language: str) -> Net:
    """The words of a language, or of all, with those forbidden everywhere."""
    words = ForbiddenWord.objects.filter(is_active=True)
    if language:
        words = words.filter(language__in=(language, ForbiddenWord.ALL))
    by_length = sorted(words, key=lambda word: (-len(word.pattern), word.pk))
    bounded: dict[str, list[str]] = defaultdict(list)
    anywhere: dict[str, list[str]] = defaultdict(list)
    for word in by_length:
        for head in _heads(word):
            is_anywhere = word.match == ForbiddenWord.Match.ANYWHERE
            heads = anywhere if is_anywhere else bounded
            heads[head].append(f"(?P<w{word.pk}>{expression(word)})")
    return Net(
        {head: re.compile("|".join(parts)) for head, parts in bounded.items()},
        {head: re.compile("|".join(parts)) for head, parts in anywhere.items()},
        {f"w{word.pk}": word.kind for word in by_length},
    )


def _heads(word: ForbiddenWord) -> set[str]:
    heads = {fold(word.pattern).text[:1]}
    return heads | set(ARABIC_HEADS) if word.language == Language.AR else heads


def expression(word: ForbiddenWord) -> str:
    """What finds a word in a folded text, from the place where a word may begin."""
    parts = re.split(r"[\s\-]+", fold(word.pattern).text)
    body = r"[\s\-]+".join(map(re.escape, parts))
    if word.match == ForbiddenWord.Match.ANYWHERE:
        return body
    before = ARABIC_PREFIX if word.language == Language.AR else ""
    after = r"\w*" if word.match == ForbiddenWord.Match.STEM else ""
    return rf"{before}{body}{after}(?!\w)"

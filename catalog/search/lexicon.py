"""What the trade's words mean: phrases of all languages that name a fact of a piece.

The names come from outside: `settings.SEARCH_NAMES` is the function that brings them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from catalog.search import endings, spelling
from catalog.search.words import carries_meaning, is_sign, units
from donghai.memory import remembered

Fact = tuple[str, str]  # facet and its value: ("mineral", "AMETHYST")
Name = tuple[str, str, str, str]  # facet, value, language, phrase
Cut = tuple[str, ...]

SHORTEST_PART = 3  # letters of a word within another
LINKS = ("", "s", "n", "en", "es", "e")  # between the two
MOST_PARTLY = 6  # facts that a word of longer phrases may stand for
SHORTEST_MENDED = 3  # signs: with two, one wrong sign leaves too little to go by


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase of the lexicon in a text: where, and what it may mean."""

    start: int
    end: int
    facts: frozenset[Fact]


def between(cut: Sequence[str], matches: Iterable[Match]) -> Iterator[Sequence[str]]:
    """What of a text stands outside of those phrases, piece by piece."""
    start = 0
    for match in matches:
        if match.start > start:
            yield cut[start : match.start]
        start = match.end
    if start < len(cut):
        yield cut[start:]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Phrases, cut into units, and what each means in which language."""

    senses: Mapping[Cut, frozenset[tuple[str, Fact]]]

    @cached_property
    def longest(self) -> Mapping[str, int]:
        """By the unit a phrase begins with: the most units such a phrase has."""
        lengths: dict[str, int] = {}
        for phrase in self.senses:
            lengths[phrase[0]] = max(len(phrase), lengths.get(phrase[0], 0))
        for phrase in self.plain:
            lengths[phrase[0]] = max(len(phrase), lengths.get(phrase[0], 0))
        return lengths

    @cached_property
    def plain(self) -> Mapping[Cut, frozenset[tuple[str, Fact]]]:
        """The same with each word as `singular` has it: "tumbled stone"."""
        found: dict[Cut, frozenset[tuple[str, Fact]]] = {}
        for phrase, senses in self.senses.items():
            cut = tuple(map(self.singular, phrase))
            found[cut] = found.get(cut, frozenset()) | senses
        return found

    def singular(self, word: str) -> str:
        """A word as the lexicon has it without its ending, else as it is."""
        return _singular(self, word)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words that occur in phrases."""
        return frozenset(
            unit for phrase in self.senses for unit in phrase if not is_sign(unit)
        )

    @cached_property
    def parts(self) -> Mapping[str, frozenset[tuple[str, Fact]]]:
        """Words by the longer phrases they are of."""
        found: dict[str, set[tuple[str, Fact]]] = defaultdict(set)
        for phrase, senses in self.plain.items():
            for word in filter(carries_meaning, phrase if len(phrase) > 1 else ()):
                if not is_sign(word):
                    found[word] |= senses
        return {word: frozenset(senses) for word, senses in found.items()}

    @cached_property
    def signs(self) -> Mapping[str, frozenset[tuple[str, Fact]]]:
        """Phrases of signs alone, as they are written."""
        return {
            "".join(phrase): senses
            for phrase, senses in self.senses.items()
            if all(map(is_sign, phrase))
        }

    def partly(self, word: str, language: str = "") -> frozenset[Fact]:
        """What a word or a run of signs alone may stand for, as "lazuli" does; nothing
        if for much."""
        if is_sign(word):
            longer = [senses for phrase, senses in self.signs.items() if word in phrase]
            senses = frozenset[tuple[str, Fact]]().union(*longer)
        else:
            senses = self.parts.get(self.singular(word), frozenset())
        here = frozenset(fact for tongue, fact in senses if tongue == language)
        facts = here or frozenset(fact for _, fact in senses)
        return facts if len(facts) <= MOST_PARTLY else frozenset()

    def apart(self, word: str) -> tuple[str, ...]:
        """The two words of the trade that one is made of: Amethyst-armband."""
        for at in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            left, right = word[:at], word[at:]
            if self._knows(right):
                for link in filter(left.endswith, LINKS):
                    if self._knows(bare := left.removesuffix(link)):
                        return bare, right
        return ()

    def _knows(self, word: str) -> bool:
        return len(word) >= SHORTEST_PART and self.singular(word) in self.words

    @cached_property
    def near(self) -> Mapping[str, set[str]]:
        """By what is left of it with letters out: words, and phrases of signs."""
        found: dict[str, set[str]] = defaultdict(set)
        for word in self.words:
            for form in spelling.forms(word, spelling.slips(word)):
                found[form].add(word)
        for phrase in self.senses:
            if len(phrase) >= SHORTEST_MENDED and all(map(is_sign, phrase)):
                for form in spelling.forms("".join(phrase), 1):
                    found[form].add("".join(phrase))
        return found

    def matches(self, cut: Sequence[str], language: str = "") -> Iterator[Match]:
        """Phrases in a text, the longest first at each place, none over another.

        What a phrase means in `language` goes before what it means elsewhere.
        """
        start = 0
        while start < len(cut):
            end = self._end(cut, start)
            if end:
                yield Match(start, end, self._facts(tuple(cut[start:end]), language))
            start = end or start + 1

    def spelled_like(self, word: str, missing: int) -> set[str]:
        """Words, or phrases of signs, that may have been meant."""
        return {
            each
            for form in spelling.forms(word, missing)
            for each in self.near.get(form, ())
        }

    def _end(self, cut: Sequence[str], start: int) -> int:
        """Where the longest phrase that begins here ends; 0 if none does."""
        first = cut[start]
        longest = max(self.longest.get(x, 0) for x in (first, self.singular(first)))
        for length in range(min(longest, len(cut) - start), 0, -1):
            phrase = tuple(cut[start : start + length])
            if self._has(phrase) and (length > 1 or self._is_apart(cut, start)):
                return start + length
        return 0

    def _has(self, phrase: Cut) -> bool:
        return phrase in self.senses or tuple(map(self.singular, phrase)) in self.plain

    def _is_apart(self, cut: Sequence[str], at: int) -> bool:
        """A lone sign is a phrase only where it is no part of something unknown."""
        if not is_sign(cut[at]):
            return True
        after = cut[at + 1] if at + 1 < len(cut) else ""
        return not is_sign(after) or self._end(cut, at + 1) > at + 2

    def _facts(self, phrase: Cut, language: str) -> frozenset[Fact]:
        if (phrase, language) not in self._meanings:
            plain = tuple(map(self.singular, phrase))
            senses = self.senses.get(phrase) or self.plain[plain]
            here = frozenset(fact for tongue, fact in senses if tongue == language)
            anywhere = frozenset(fact for _, fact in senses)
            self._meanings[phrase, language] = here or anywhere
        return self._meanings[phrase, language]

    @cached_property
    def _meanings(self) -> dict[tuple[Cut, str], frozenset[Fact]]:
        """Told once, as most titles are made of the same few phrases."""
        return {}


@lru_cache(maxsize=30_000)
def _singular(lexicon: Lexicon, word: str) -> str:
    """Asked of the same few thousand words again and again."""
    if is_sign(word):
        return word
    known = lexicon.words.__contains__
    if found := next(filter(known, endings.without(word)), None):
        return _singular(lexicon, found)
    return word if known(word) else next(filter(known, endings.plurals(word)), word)


def from_names(names: Iterable[Name]) -> Lexicon:
    """What `names` say; a phrase may name several facts."""
    senses: dict[Cut, set[tuple[str, Fact]]] = defaultdict(set)
    for facet, value, language, phrase in names:
        if cut := units(phrase):
            senses[cut].add((language, (facet, value)))
    return Lexicon({cut: frozenset(found) for cut, found in senses.items()})


def nothing() -> Iterable[Name]:
    """No names: every word is then looked for as it stands."""
    return ()


def current() -> Lexicon:
    """What `settings.SEARCH_NAMES` names, asked anew every half minute."""
    return _of(_names(settings.SEARCH_NAMES))


@remembered(most=1)
def _names(source: str) -> "_Names":
    return _Names(tuple(import_string(source)()))


@dataclass(frozen=True, slots=True, eq=True)
class _Names:
    """Names by their content, whose number is counted once and not at every look."""

    all: tuple[Name, ...]

    def __hash__(self) -> int:
        return len(self.all)


@lru_cache(maxsize=1)
def _of(names: _Names) -> Lexicon:
    return from_names(names.all)

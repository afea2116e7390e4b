"""The glossary as this process remembers it: each language's words by their codes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from catalog.glossary import grammars
from catalog.glossary.models import Language, Term, TermName
from donghai.memory import remembered

FALLBACK = Language.EN.value
# Forms of a word that name the same thing when they stand alone
INFLECTED = ("genitive", "dative", "definite", "feminine", "neuter", "adjective")


class Word(NamedTuple):
    """What a term is called, and its other forms by what they are for."""

    name: str
    grammar: Mapping[str, str]

    def form(self, *keys: str) -> str:
        """The first of these forms that the word has, else its name."""
        for key in keys:
            if key in self.grammar:
                return self.grammar[key]
        return self.name


class Phrase(NamedTuple):
    """One way to say a term: what the search must know."""

    kind: str
    code: str
    language: str
    phrase: str
    is_synonym: bool


@dataclass(slots=True)
class Book:
    """Everything at once: two statements load it, lookups cost nothing."""

    terms: dict[str, Term] = field(default_factory=dict)
    words: dict[str, dict[str, Word]] = field(default_factory=dict)
    phrases: list[Phrase] = field(default_factory=list)


@remembered(1)
def book() -> Book:
    """The whole glossary, terms in their order.

    Grammar that no title can be made with is left out: the word stays its plain name.
    """
    found = Book(words={language: {} for language in Language.values})
    found.terms = {term.code: term for term in Term.objects.order_by("position", "pk")}
    codes = {term.pk: term for term in found.terms.values()}
    rows = TermName.objects.order_by("pk").values_list(
        "term_id", "language", "name", "grammar", "synonyms"
    )
    for term_id, language, name, written, synonyms in rows:
        term = codes[term_id]
        grammar = grammars.understood(language, term.kind, written)
        found.words[language][term.code] = Word(name, grammar)
        for place, phrase in enumerate((name, *synonyms)):
            found.phrases.append(
                Phrase(term.kind, term.code, language, phrase, place > 0)
            )
    return found


def terms(kind: str) -> list[Term]:
    """The terms of a kind that are offered, in their order."""
    return [
        term for term in book().terms.values() if term.kind == kind and term.is_active
    ]


def knows(code: str, kind: str) -> bool:
    """Whether there is such a term, offered for new products or not."""
    term = book().terms.get(code)
    return term is not None and term.kind == kind


def family(code: str) -> str:
    """What customs tells a mineral or form apart by; "" for what is unknown."""
    term = book().terms.get(code)
    return term.family if term else ""


def measures(form: str) -> tuple[str, ...]:
    """The sizes a form asks for."""
    term = book().terms.get(form)
    return tuple(term.measures) if term else ()


def name(code: str, language: str) -> str:
    """What a term is called in a language or its nearest, in English, else its code."""
    words = book().words
    for spoken in (nearest(language), FALLBACK):
        if code in words[spoken]:
            return words[spoken][code].name
    return code


def choices(kind: str, language: str) -> list[tuple[str, str]]:
    """Codes and names of what is offered, for forms and filters."""
    return [(term.code, name(term.code, language)) for term in terms(kind)]


def names() -> Iterator[Phrase]:
    """Every way to say every term, names and synonyms, in all languages."""
    yield from book().phrases


def facts_by_name() -> Iterator[tuple[str, str, str, str]]:
    """What search reads words by: facet, code, language, phrase, inflected or not."""
    for said in book().phrases:
        if said.kind != Term.Kind.LABEL:
            yield said.kind.lower(), said.code, said.language, said.phrase
    for language, words in book().words.items():
        for code, word in words.items():
            kind = book().terms[code].kind
            for use, form in word.grammar.items():
                if kind != Term.Kind.LABEL and use.startswith(INFLECTED):
                    yield kind.lower(), code, language, form


@cache
def nearest(language: str) -> str:
    """The selling language for a reader's: pt is pt-br, es-mx is es, nl is English."""
    wanted = language.lower()
    base = wanted.split("-")[0]
    spoken = Language.values
    for code in (wanted, base):
        if code in spoken:
            return code
    return next((code for code in spoken if code.split("-")[0] == base), FALLBACK)

"""What may be forbidden: a word of some length that no term of the glossary is called.

Anything else would be found in nearly every text about goods.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.glossary import book
from catalog.glossary.forbidden import IDEOGRAPHS, expression, fold
from catalog.glossary.models import ForbiddenWord, Term
from donghai.memory import remembered

LETTERS, SIGNS = 3, 2  # the fewest that are a word
# "Untreated" is said of untreated stone, and vague words only stand beside others
MAY_NAME = {
    ForbiddenWord.Kind.NATURAL.value: Term.Kind.TREATMENT.value,
    ForbiddenWord.Kind.VAGUE.value: Term.Kind.FORM.value,
}


def fault(word: ForbiddenWord) -> str:
    """Why a word can't be forbidden and what to write instead; "" if it can."""
    letters = [char for char in fold(word.pattern).text if char.isalpha()]
    if not letters:
        return _("There is no letter in it. Write a word.")
    if max(letters) >= IDEOGRAPHS:
        if len(letters) < SIGNS:
            return _("It would be found in nearly every text. Write two signs or more.")
    elif len(letters) < LETTERS:
        return _("It would be found in nearly every text. Write three letters or more.")
    for code, phrase in _named(word):
        words = _(
            "It would forbid “%(phrase)s”, a name of the term %(term)s. "
            "Write more of what must not be said."
        )
        term = book.name(code, word.language)
        return words % {"phrase": phrase, "term": f"{term} ({code})"}
    return ""


def _named(word: ForbiddenWord) -> Iterator[tuple[str, str]]:
    """Terms, and those of their names in any language that the word is found in."""
    body = expression(word)
    is_anywhere = word.match == ForbiddenWord.Match.ANYWHERE
    pattern = re.compile(body if is_anywhere else rf"(?<!\w){body}")
    spared = MAY_NAME.get(word.kind, "")
    for kind, code, phrase, folded in _names():
        if kind != spared and pattern.search(folded):
            yield code, phrase


@remembered(1)
def _names() -> list[tuple[str, str, str, str]]:
    """Every name and form of every term: kind, code, as it is written, as compared."""
    names = [(name.kind, name.code, name.phrase) for name in book.names()]
    forms = [
        (kind.upper(), code, phrase)
        for kind, code, _language, phrase in book.facts_by_name()
    ]
    return [(*said, fold(said[2]).text) for said in dict.fromkeys(names + forms)]

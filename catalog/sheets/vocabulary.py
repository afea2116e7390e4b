"""From the words of a cell to the codes that facts are kept by."""

import csv
import difflib
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from django.utils import translation

from catalog.glossary import book
from catalog.glossary.models import Term
from catalog.products.models import Metal, Treatment
from donghai import countries

KINDS = {
    "mineral": Term.Kind.MINERAL,
    "form": Term.Kind.FORM,
    "treatment": Term.Kind.TREATMENT,
    "colour": Term.Kind.COLOUR,
    "motif": Term.Kind.MOTIF,
}
LANGUAGES = ("en", "zh-hans")
LISTED = re.compile(r"[、,;/+&和及与]|\band\b", re.IGNORECASE)
# As customs and buyers ask: what is no stone, what is made, what was put in or on
GRAVEST = (
    *(Treatment.GLASS, Treatment.SYNTHETIC, Treatment.RECONSTITUTED),
    *(Treatment.FILLED, Treatment.COATED, Treatment.DYED),
    *(Treatment.IRRADIATED, Treatment.HEATED),
)
NATURAL = re.compile(r"^(天然|natural\s+)", re.IGNORECASE)
# What says that something was not done, in the glossary's languages
NEGATED = re.compile(
    r"[无無未没沒不非免무미]|ノン|un|non|(no|not|without|sin|sans|pas|ohne|nicht|keine?|sem|"
    r"n[ãa]o|без|غير|بدون|بلا|لا|لم|안)\b|не"
)
WORDS = Path(__file__).parent / "data" / "words.csv"  # beyond the glossary's
# in it, a word without a code is used for several and means none by itself


class Vocabulary:
    """All ways to say all codes, as the glossary stands now."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = defaultdict(dict)
        with WORDS.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.codes[row["field"]][row["word"]] = row["code"]
        fields = {kind.value: field for field, kind in KINDS.items()}
        for said in sorted(book.names(), key=lambda phrase: phrase.is_synonym):
            if field := fields.get(said.kind):
                self.codes[field].setdefault(said.phrase.casefold(), said.code)
                self.codes[field].setdefault(said.code.casefold(), said.code)
        self._add_choices()
        self.likest = lru_cache(maxsize=2_000)(self._likest)

    def code(self, field: str, text: str) -> str | None:
        """The code that a cleaned text means; None if it's no word we know."""
        known = self.codes[field]
        said = text.casefold()
        return known.get(said) or known.get(NATURAL.sub("", said)) or None

    def could_be(self, field: str, text: str, language: str) -> list[str]:
        """The words that one which says too little may stand for."""
        said, words = text.casefold(), self.codes[field].items()
        vague = [known for known, code in words if not code and known in said]
        codes = [
            code for known, code in words if code and any(x in known for x in vague)
        ]
        return [word(field, code, language) for code in dict.fromkeys(codes)]

    def treatments(self, text: str) -> list[str]:
        """The treatments a text lists, that which changes the stone most first."""
        if _is_negated(text):
            return []
        codes = {self.code("treatment", part.strip()) for part in LISTED.split(text)}
        return sorted((x for x in codes if x in GRAVEST), key=GRAVEST.index)

    def offered(self, field: str, language: str) -> list[str]:
        """The words to choose from."""
        if field in KINDS and field != "treatment":
            return [said for _code, said in book.choices(KINDS[field], language)]
        if field == "origin":
            return sorted(countries.names(_nearest(language)).values())
        codes = Treatment.values if field == "treatment" else Metal.values
        return [word(field, code, language) for code in codes]

    def _likest(self, field: str, text: str) -> str:
        """The known word that is likest, empty where none is like it."""
        said = text.casefold()
        if field == "treatment" and _is_negated(text):
            return ""  # the likest would be what was not done
        known = [known for known, code in self.codes[field].items() if code]
        inside = [
            known_word
            for known_word in known
            if known_word in said or said in known_word
        ]
        if inside and len(said) > 1:
            return max(
                inside, key=lambda word: (word in said, -abs(len(word) - len(said)))
            )
        return next(iter(difflib.get_close_matches(said, known, 1, 0.6)), "")

    def _add_choices(self) -> None:
        for language in LANGUAGES:
            with translation.override(language):
                for field, kinds in (("treatment", Treatment), ("metal", Metal)):
                    for code, label in kinds.choices:
                        self.codes[field].setdefault(str(label).casefold(), code)
                        self.codes[field].setdefault(code.casefold(), code)
            for code, name in countries.names(language).items():
                self.codes["origin"].setdefault(name.casefold(), code)
                self.codes["origin"].setdefault(code.casefold(), code)


def _is_negated(text: str) -> bool:
    return bool(NEGATED.match(NATURAL.sub("", text.casefold())))


def word(field: str, code: str, language: str) -> str:
    """What a code is called to a person and in sheets of ours."""
    if field == "origin":
        return countries.names(_nearest(language)).get(code, code)
    if field in ("treatment", "metal"):
        with translation.override(_nearest(language)):
            kinds = Treatment if field == "treatment" else Metal
            return str(dict(kinds.choices).get(code, code))
    return book.name(code, language) if code else ""


def _nearest(language: str) -> str:
    return "zh-hans" if language.startswith("zh") else "en"

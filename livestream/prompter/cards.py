"""The phrase cards: the commonest questions of live viewers, answered in ten languages.

A card's answer may depend on one fact (`by`): it then has a text for each case of that
fact, and the first that holds is said. Where nobody knows the fact, no card guesses:
the answer is that of the card "wait".
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.models import Language

DATA = Path(__file__).parent / "data"
WAIT = "wait"
PLACE = re.compile(r"{(\w+)}")
LONGEST = 170  # characters: what is said in one breath
LONGEST_SIGNS = 90  # where a sign is a syllable
SIGNS = ("zh-hans", "ja", "ko")

KNOWN, UNKNOWN = "KNOWN", "UNKNOWN"
PRESENT = ((KNOWN,), (UNKNOWN,))
# Each fact a card may ask about: the cases it can be in, the narrowest first
CASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "treatment": (
        ("NONE", KNOWN),
        *((code, "TREATED", KNOWN) for code in ("HEATED", "DYED", "IRRADIATED")),
        *((code, "TREATED", KNOWN) for code in ("COATED", "FILLED")),
        *((code, "MADE", KNOWN) for code in ("RECONSTITUTED", "SYNTHETIC", "GLASS")),
        (UNKNOWN,),
    ),
    "metal": (("NONE",), ("BASE", KNOWN), ("SILVER", KNOWN), ("GOLD", KNOWN)),
    "landed": (("CERTAIN",), ("ESTIMATE",), ("LATER",)),
    "left": (("MANY",), ("ONE",), ("OUT",)),
    "oneoff": (("ONLY",), ("MORE",)),
    "worked": ((KNOWN,), ("RAW",)),
    "hardness": (("HARD",), ("SOFT",), (UNKNOWN,)),
    "water": (("FINE",), ("CAREFUL",), (UNKNOWN,)),
    "sun": (("FINE",), ("FADES",), (UNKNOWN,)),
    **dict.fromkeys(("piece", "origin", "colour", "merchant", "artisan"), PRESENT),
    **dict.fromkeys(("bead", "wrist", "size", "diameter", "weight"), PRESENT),
    **dict.fromkeys(("price", "days"), PRESENT),
}
ALWAYS = frozenset(("host", "country", "hold", "returns", "cutoff"))
# What may be named where a fact is known, beside the fact itself
TOLD = {"treatment": {"mineral"}, "piece": {"mineral"}}


class Topic(models.TextChoices):
    STONE = "stone", _("Real?")
    ORIGIN = "origin", _("Origin")
    LOOK = "look", _("Colour, looks")
    SIZE = "size", _("Size")
    CARE = "care", _("Care")
    MEANING = "meaning", _("Meaning")
    PRICE = "price", _("Price")
    CLAIM = "claim", _("Claiming")
    PAY = "pay", _("Paying")
    POST = "post", _("Post")
    TAX = "tax", _("Customs, tax")
    RETURNS = "returns", _("Returns")
    TRUST = "trust", _("Trust")
    WISHES = "wishes", _("Wishes")
    TALK = "talk", _("Small talk")
    TECH = "tech", _("Technical")


@dataclass(frozen=True, slots=True)
class Text:
    """A card in one language: the question, words it is also asked with, answers."""

    question: str
    words: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    topic: str
    by: str
    texts: Mapping[str, Text]


@cache
def cards() -> dict[str, Card]:
    """All cards by key, in their order."""
    texts = {language: _texts(language) for language in Language.values}
    return {
        row["key"]: Card(
            row["key"],
            row["topic"],
            row["by"],
            {language: of[row["key"]] for language, of in texts.items()},
        )
        for row in rows("cards")
    }


@cache
def version() -> str:
    """Changes with any text, so that a browser may keep the cards as long as it is."""
    files = sorted(DATA.glob("*.csv"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def answer(
    card: Card, language: str, cases: Mapping[str, Sequence[str]], words: dict[str, str]
) -> str:
    """What to say, given which case of each fact holds and the words for the facts."""
    text = card.texts[language]
    holds = ("", *cases.get(card.by, ()))
    template = next((text.answers[case] for case in holds if case in text.answers), "")
    if not template:
        template = cards()[WAIT].texts[language].answers[""]
    return fill(template, words)


def fill(template: str, words: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: words[place[1]], template)


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _texts(language: str) -> dict[str, Text]:
    found: dict[str, Text] = {}
    answers: dict[str, dict[str, str]] = {}
    for row in rows(language):
        key = row["key"]
        if key not in found:
            answers[key] = {}
            found[key] = Text(row["question"], row["words"], answers[key])
        answers[key][row["case"]] = row["answer"]
    return found


def faults() -> Iterator[str]:
    """What is wrong with the data: nothing, or the shipped files were mistyped."""
    listed = [row["key"] for row in rows("cards")]
    for language in Language.values:
        if list(_texts(language)) != listed:
            yield f"{language}: other cards, or in another order, than cards.csv"
    for card in cards().values():
        if card.topic not in Topic.values or (card.by and card.by not in CASES):
            yield f"{card.key}: unknown topic or fact"
        for language in Language.values:
            where = f"{card.key} in {language}"
            yield from (f"{where}: {fault}" for fault in _faults_of(card, language))


def _faults_of(card: Card, language: str) -> Iterator[str]:
    text = card.texts[language]
    longest = LONGEST_SIGNS if language in SIGNS else LONGEST
    if not text.question or not all(text.answers.values()):
        yield "an empty text"
    if any(len(said) > longest for said in text.answers.values()):
        yield "more than one breath"
    if set(text.answers) != set(card.texts[Language.EN].answers):
        yield "other cases than in English"
    for holds in CASES.get(card.by, (("",),)):
        if holds != (UNKNOWN,) and not set(holds) & set(text.answers):
            yield f"nothing to say for {holds[0]}"
    for case, said in text.answers.items():
        unknown = set(PLACE.findall(said)) - places(card.by, case)
        if unknown:
            yield f"{case}: nobody may know {', '.join(sorted(unknown))}"


def places(by: str, case: str) -> frozenset[str]:
    """What an answer for this case may name."""
    if not by or case in (UNKNOWN, "LATER", "RAW"):
        return ALWAYS
    return ALWAYS | {by} | TOLD.get(by, set())

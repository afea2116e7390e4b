"""The prompter: what a host says of the piece in her hand, a page at a time.

Every sentence is a card's own answer, so that prompter and cards never disagree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.glossary.tongues import TONGUES
from hosts.models import Language
from livestream.prompter.cards import UNKNOWN, Topic, answer, cards
from livestream.prompter.knowing import Evening, Holding, Piece, cases_of, words_of

CHINESE = Language.ZH_HANS.value
# A group of cards is said together; of a tuple within it only the first that is known
PAGES: tuple[tuple[str | tuple[str, ...], ...], ...] = (
    ("what_piece", "treated"),
    ("origin", "colour"),
    (("bead", "size"), "wrist", "weight"),
    ("left", ("total", "price")),
    ("seller", "maker"),
    ("water", "fades"),
)
MOST_ASKED = 6
FEW_BY_FACTS = 4
OF_A_PIECE = (Topic.STONE, Topic.ORIGIN, Topic.LOOK, Topic.SIZE, Topic.CARE)
ASKED_OF = {
    "NONE": "real",
    "HEATED": "heated",
    "DYED": "dyed",
    "IRRADIATED": "irradiated",
    "COATED": "coated",
    "FILLED": "filled",
    "RECONSTITUTED": "plastic",
    "SYNTHETIC": "lab_grown",
    "GLASS": "glass",
}
WORN = {"BRACELET": "fits", "ANKLET": "stretch", "RING": "ring_size"}


@dataclass(frozen=True, slots=True)
class Page:
    """Sentences in the session's language, and the same in Chinese."""

    spoken: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """All that a desk needs of the piece: pages, likely questions, and their facts."""

    pages: tuple[Page, ...]
    likely: tuple[str, ...]
    cases: Holding
    words: dict[str, dict[str, str]]


def prompt(
    piece: Piece | None, evening: Evening, language: str, used: Mapping[str, int]
) -> Prompt:
    """What to show for a piece; `used` is how often each card was, in this language."""
    cases = cases_of(piece)
    words = {one: words_of(piece, evening, one) for one in {language, CHINESE}}
    pages = [] if piece is None else list(_pages(cases, words, language))
    likely = () if piece is None else _likely(piece, cases, used)
    return Prompt(tuple(pages), likely, cases, words)


def _pages(
    cases: Holding, words: dict[str, dict[str, str]], language: str
) -> Iterator[Page]:
    for page in PAGES:
        said = [key for group in page for key in _first_known(group, cases)]
        if said:
            both = (
                _joined([_said(key, one, cases, words) for key in said], one)
                for one in (language, CHINESE)
            )
            yield Page(*both)


def _said(
    key: str, language: str, cases: Holding, words: dict[str, dict[str, str]]
) -> str:
    return answer(cards()[key], language, cases, words[language])


def _first_known(group: str | tuple[str, ...], cases: Holding) -> list[str]:
    keys = (group,) if isinstance(group, str) else group
    return [key for key in keys if _is_known(key, cases)][:1]


def _is_known(key: str, cases: Holding) -> bool:
    return cases.get(cards()[key].by, ("",))[0] not in (UNKNOWN, "LATER")


def _joined(sentences: list[str], language: str) -> str:
    return ("" if TONGUES[language].stop == "。" else " ").join(sentences)


def _likely(piece: Piece, cases: Holding, used: Mapping[str, int]) -> tuple[str, ...]:
    """Three to six: by its facts, then by what was asked in earlier sessions."""
    found = [key for key in _by_facts(piece, cases) if _is_known(key, cases)]
    often = [
        card.key
        for card in sorted(cards().values(), key=lambda one: -used.get(one.key, 0))
        if used.get(card.key) and card.topic in OF_A_PIECE
    ]
    asked = [key for key in often if _is_known(key, cases)]
    first = list(dict.fromkeys(found[:FEW_BY_FACTS] + asked + found))
    return tuple(first[:MOST_ASKED])


def _by_facts(piece: Piece, cases: Holding) -> Iterator[str]:
    if piece.facts.treatment in ASKED_OF:
        yield ASKED_OF[piece.facts.treatment]
    yield WORN.get(piece.facts.form, "size")
    yield "origin"
    yield "water" if cases["water"] == ("CAREFUL",) else "tax"
    if cases["sun"] == ("FADES",):
        yield "fades"
    yield "weight"

"""Titles and descriptions of a piece in every selling language, from its facts alone.

Only what the facts say is said: treatments always, glass never by a stone's name, a
colour only where the mineral's own name doesn't tell it.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from django.utils import translation

from catalog.glossary.book import Book, Word, book
from catalog.glossary.models import Measure, Term
from catalog.glossary.tongues import TONGUES, Said, Tongue

STONE, GLASS, UNTREATED = "STONE", "GLASS", "NONE"
OUTLINE = frozenset((Measure.LENGTH.value, Measure.WIDTH.value, Measure.HEIGHT.value))
ACROSS = (Measure.BEAD.value, Measure.DIAMETER.value)
CM_FROM = 100  # millimetres: what is longer is described in centimetres


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a piece; a draft may know little. Sizes are in millimetres."""

    mineral: str = ""
    form: str = ""
    treatment: str = ""
    colour: str = ""
    motif: str = ""
    origin: str = ""
    weight_g: Decimal | None = None
    bead_mm: Decimal | None = None
    wrist_mm: Decimal | None = None
    length_mm: Decimal | None = None
    width_mm: Decimal | None = None
    height_mm: Decimal | None = None
    diameter_mm: Decimal | None = None
    pieces: int | None = None


def compose_titles(facts: Facts) -> dict[str, str]:
    """A title in each selling language, sizes at its end."""
    found = book()
    codes, sizes = _spoken_of(facts, found), _sizes(facts, found)
    return {
        language: tongue.title(_said(codes, found.words[language]))
        + _ending(sizes, facts.pieces, tongue, found.words[language])
        for language, tongue in TONGUES.items()
    }


def compose_descriptions(facts: Facts) -> dict[str, str]:
    """Two to four short sentences in each selling language."""
    found = book()
    codes, sizes = _spoken_of(facts, found), _sizes(facts, found)
    described = {}
    for language, tongue in TONGUES.items():
        words = found.words[language]
        sentences = [tongue.sentence(tongue.title(_said(codes, words)))]
        treatment = words.get(facts.treatment)
        if treatment and "sentence" in treatment.grammar:
            sentences.append(treatment.grammar["sentence"])
        measured = _measured(facts, sizes, tongue, words)
        if measured:
            sentences.append(tongue.sentence(measured))
        came = _came(facts, language, found)
        if came:
            sentences.append(tongue.sentence(came))
        space = "" if tongue.stop == "。" else " "
        described[language] = space.join(sentences)
    return described


def name_piece(facts: Facts, language: str) -> str:
    """What a piece is called in the middle of a sentence, without its sizes."""
    found = book()
    said = _said(_spoken_of(facts, found), found.words[language])
    return TONGUES[language].noun_phrase(said)


def name_mineral(facts: Facts, language: str) -> str:
    """What it is made of; glass never by a stone's name."""
    found = book()
    said = _said(_spoken_of(facts, found), found.words[language])
    return said.mineral.name if said.mineral else ""


def sizes_of(facts: Facts) -> dict[str, Decimal]:
    """What was measured of that which the form asks for, in the form's order."""
    return _sizes(facts, book())


def _spoken_of(facts: Facts, found: Book) -> tuple[str, str, str, str, str]:
    """Codes of mineral, form, treatment, colour and motif, without what goes unsaid."""
    terms = found.terms
    mineral, treatment = facts.mineral, facts.treatment
    if treatment == GLASS:
        mineral, treatment = GLASS, ""
    elif treatment == UNTREATED:
        treatment = ""
    form, colour, motif = facts.form, facts.colour, facts.motif
    if mineral in terms and colour in terms[mineral].implied:
        colour = ""
    if form in terms and motif in terms[form].implied:
        motif = ""
    if not mineral and (colour or treatment or not (form or motif)):
        mineral = STONE
    return mineral, form, treatment, colour, motif


def _said(codes: tuple[str, str, str, str, str], words: dict[str, Word]) -> Said:
    """The words of these codes; a code nobody has named stands for itself."""
    return Said(
        *(words.get(code) or Word(code, {}) if code else None for code in codes)
    )


def _sizes(facts: Facts, found: Book) -> dict[str, Decimal]:
    """What was measured of that which the form asks for, in the form's order."""
    form: Term | None = found.terms.get(facts.form)
    asked = form.measures if form else Measure.values
    sizes = {measure: getattr(facts, measure) for measure in asked}
    return {measure: size for measure, size in sizes.items() if size is not None}


def _ending(
    sizes: dict[str, Decimal],
    pieces: int | None,
    tongue: Tongue,
    words: dict[str, Word],
) -> str:
    """What a title ends with: ", 8 mm" or ", 40 × 30 mm", then how many pieces."""
    across = [sizes[measure] for measure in ACROSS if measure in sizes][:1]
    shown = across or [size for measure, size in sizes.items() if measure in OUTLINE]
    ending = ""
    if shown:
        numbers = tongue.times.join(_number(size, tongue.decimal) for size in shown)
        unit = f"{tongue.before_unit}{tongue.units['mm']}"
        ending = f"{tongue.before_sizes}{numbers}{unit}"
    if pieces and pieces > 1:
        ending += tongue.before_sizes + _counted(pieces, tongue, words)
    return ending


def _measured(
    facts: Facts, sizes: dict[str, Decimal], tongue: Tongue, words: dict[str, Word]
) -> str:
    """Bead 8 mm, wrist 16 cm, weight 25 g, 3 pieces."""
    parts = []
    for measure, size in sizes.items():
        label = _label(measure.upper(), words)
        if size < CM_FROM:
            parts.append(f"{label} {_quantity(size, 'mm', tongue)}")
        else:
            parts.append(f"{label} {_quantity(size / 10, 'cm', tongue)}")
    weight = facts.weight_g
    if weight is not None:
        label = _label("WEIGHT_G", words)
        if weight < 1000:
            parts.append(f"{label} {_quantity(weight, 'g', tongue)}")
        else:
            parts.append(f"{label} {_quantity(weight / 1000, 'kg', tongue)}")
    if facts.pieces and facts.pieces > 1:
        parts.append(_counted(facts.pieces, tongue, words))
    return tongue.comma.join(parts)


def _came(facts: Facts, language: str, found: Book) -> str:
    """Origin of the raw stone: Brazil; worked in Donghai, China."""
    tongue, words = TONGUES[language], found.words[language]
    form = found.terms.get(facts.form)
    parts = []
    if facts.origin and facts.treatment not in (GLASS, "SYNTHETIC"):
        place = _country(facts.origin, language)
        parts.append(f"{_label('ORIGIN', words)}{tongue.colon}{place}")
    if form is None or form.family != Term.Family.ROUGH:
        parts.append(_label("WORKED", words))
    return tongue.semicolon.join(parts)


def _label(code: str, words: dict[str, Word]) -> str:
    return words[code].name if code in words else ""


def _counted(pieces: int, tongue: Tongue, words: dict[str, Word]) -> str:
    return tongue.count.format(number=pieces, label=_label("PIECES", words))


def _quantity(size: Decimal, unit: str, tongue: Tongue) -> str:
    return f"{_number(size, tongue.decimal)}{tongue.before_unit}{tongue.units[unit]}"


@lru_cache(maxsize=4096)
def _number(size: Decimal, decimal: str) -> str:
    """8, 8.5 or 8,5: no more digits than were measured, nor idle zeros."""
    return f"{size.normalize():f}".replace(".", decimal)


@lru_cache(maxsize=4096)
def _country(code: str, language: str) -> str:
    """A country as the language calls it; a code it doesn't know stays."""
    locale = Locale.parse(translation.to_locale(language))
    return str(locale.territories.get(code.upper(), code))

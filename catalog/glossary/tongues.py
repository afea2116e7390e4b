"""How each selling language puts a title together, and how it writes a number.

Words bring their forms from the glossary (`Word.grammar`); the order, the agreement and
the small words between them are here. A title has a noun (a form, a motif or both) and
a material (a mineral with what is said of it). Forms such as "faceted" have an
`adjective`: they speak of the material.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.glossary.book import Word


class Said(NamedTuple):
    """What there is to say of a piece, in the words of one language."""

    mineral: Word | None = None
    form: Word | None = None
    treatment: Word | None = None
    colour: Word | None = None
    motif: Word | None = None

    @property
    def shape(self) -> Word | None:
        """The form, unless it is an adjective of the mineral."""
        form = self.form
        if form and self.mineral and "adjective" in form.grammar:
            return None
        return form

    def adjectives(self) -> list[Word]:
        """Of the material: a form such as "faceted", the treatment, the colour."""
        found = [word for word in (self.treatment, self.colour) if word]
        if self.form and self.shape is None:
            found.insert(0, _adjective_of(self.form))
        return found


Title = Callable[[Said], str]


def _adjective_of(form: Word) -> Word:
    grammar = form.grammar
    others = {key.removeprefix("adjective_"): grammar[key] for key in grammar}
    return Word(grammar["adjective"], others)


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _bent(words: list[Word], *keys: str) -> list[str]:
    """Adjectives in one of these forms; phrases that stand "after" come last."""
    bent = [word.form(*keys) for word in words if "after" not in word.grammar]
    after = [word.name for word in words if "after" in word.grammar]
    return [*bent, ", ".join(after)] if after else bent


def _names(words: Iterable[Word | None], glue: str) -> str:
    return glue.join(word.name for word in words if word)


def _noun_with_motif(said: Said, glue: str) -> str:
    """Fox pendant: the motif stands before the form."""
    if said.shape is None or said.motif is None:
        return _names((said.motif, said.shape), glue)
    return f"{said.motif.name}{glue}{said.shape.form('with_motif')}"


def _english(said: Said) -> str:
    """Dyed blue agate fox pendant. Korean stands in the same order."""
    words = _names((*said.adjectives(), said.mineral), " ")
    return _joined(words, _noun_with_motif(said, " "))


def _chinese(said: Said) -> str:
    mineral, colour = said.mineral, said.colour
    full = mineral is not None and "full_colours" in mineral.grammar
    shade = "" if colour is None else colour.name if full else colour.form("short")
    return (
        _names((said.treatment,), "")
        + shade
        + _names((mineral,), "")
        + _noun_with_motif(said, "")
    )


def _japanese(said: Said) -> str:
    material = _names((said.treatment, said.colour, said.mineral), "")
    noun = _noun_with_motif(said, "の")
    link = "製" if "の" in noun else "の"
    return f"{material}{link}{noun}" if material and noun else material or noun


def _after_noun(said: Said) -> str:
    """Ágata azul teñida: adjectives follow the mineral and agree with it."""
    mineral = said.mineral
    if mineral is None:
        return ""
    forms = ("feminine",) if mineral.grammar.get("gender") == "f" else ()
    return _joined(mineral.name, *_bent(said.adjectives()[::-1], *forms))


CARVED_FORMS = {
    "m": ("carved",),
    "f": ("carved_feminine",),
    "mp": ("carved_plural",),
    "fp": ("carved_feminine_plural",),
}


def _carved(said: Said) -> str:
    """Zorro tallado: of a carving, the motif is the noun; empty when it isn't one."""
    if said.shape is None or said.motif is None or "carved" not in said.shape.grammar:
        return ""
    gender = said.motif.grammar.get("gender", "m")
    return f"{said.motif.name} {said.shape.form(*CARVED_FORMS[gender], 'carved')}"


def _linked(of: str, carved_in: str) -> Title:
    """Spanish and Portuguese: Colgante de zorro de cuarzo rosa."""

    def title(said: Said) -> str:
        material = _after_noun(said)
        carved = _carved(said)
        if carved:
            return _joined(carved, material and carved_in, material)
        noun = f" {of} ".join(word.name for word in (said.shape, said.motif) if word)
        return _joined(noun, noun and material and of, material)

    return title


def _french(said: Said) -> str:
    """Pendentif renard en agate bleue; géode d'améthyste."""
    material = _after_noun(said)
    noun = _carved(said) or _names((said.shape, said.motif), " ")
    if not noun or not material:
        return noun or material
    if said.shape is None or said.shape.grammar.get("link") != "de" or said.motif:
        return f"{noun} en {material}"
    assert said.mineral is not None
    return f"{noun} d'{material}" if _elides(said.mineral) else f"{noun} de {material}"


def _elides(mineral: Word) -> bool:
    known = mineral.grammar.get("elides")
    return known == "yes" if known else mineral.name[0].lower() in "aâeéèêiîoœuy"


GERMAN_ENDINGS = {
    "nominative": {"m": "er", "f": "e", "n": "es", "p": "e"},
    "dative": {"m": "em", "f": "er", "n": "em", "p": "en"},
}


def _german(said: Said) -> str:
    """Fuchs-Anhänger aus gefärbtem blauem Achat."""
    noun, motif = _names((said.shape or said.motif,), ""), said.motif
    if said.shape and motif:
        if "carved" in said.shape.grammar:
            ending = GERMAN_ENDINGS["nominative"][motif.grammar.get("gender", "m")]
            noun = f"{said.shape.grammar['carved']}{ending} {motif.name}"
        else:
            noun = f"{motif.form('compound')}-{said.shape.form('with_motif')}"
    if said.mineral is None:
        return noun
    case = "dative" if noun else "nominative"
    ending = GERMAN_ENDINGS[case][said.mineral.grammar.get("gender", "m")]
    return _joined(
        noun,
        noun and "aus",
        *(f"{word.name}{ending}" for word in said.adjectives()),
        said.mineral.form(case),
    )


RUSSIAN_FORMS = {
    ("nominative", "m"): (),
    ("nominative", "f"): ("feminine",),
    ("nominative", "n"): ("neuter",),
    ("genitive", "m"): ("genitive",),
    ("genitive", "f"): ("genitive_feminine",),
    ("genitive", "n"): ("genitive",),
}


def _russian(said: Said) -> str:
    """Кулон «Лиса» из окрашенного голубого агата; друза аметиста."""
    noun = _russian_noun(said)
    if said.mineral is None:
        return noun
    case = "genitive" if noun else "nominative"
    forms = RUSSIAN_FORMS[case, said.mineral.grammar.get("gender", "m")]
    of_form = said.shape and said.shape.grammar.get("link") == "of" and not said.motif
    adjectives = said.adjectives()
    before = [word for word in adjectives if "after" not in word.grammar]
    return _joined(
        noun,
        "из" if noun and not of_form else "",
        *_bent(before, *forms),
        said.mineral.form(case),
        *_bent([word for word in adjectives if word not in before]),
    )


def _russian_noun(said: Said) -> str:
    shape, motif = said.shape, said.motif
    if shape is None or motif is None:
        return _names((shape, motif), "")
    if shape.grammar.get("motif") == "of":
        return f"{shape.form('with_motif')} {motif.form('genitive')}"
    return f"{shape.name} «{_capitalised(motif.name)}»"


def _arabic(said: Said) -> str:
    """سوار من العقيق الأزرق المصبوغ: after "of" the material is definite."""
    noun, mineral = _arabic_noun(said), said.mineral
    if mineral is None:
        return noun
    feminine = "_feminine" if mineral.grammar.get("gender") == "f" else ""
    adjectives, definite = said.adjectives()[::-1], mineral.form("definite")
    if noun or definite == mineral.name:
        return _joined(
            *(noun, noun and "من", definite),
            *_bent(adjectives, f"definite{feminine}"),
        )
    return _joined(mineral.name, *_bent(adjectives, feminine.removeprefix("_")))


def _arabic_noun(said: Said) -> str:
    shape, motif = said.shape, said.motif
    if shape is None or motif is None:
        return _names((shape, motif), "")
    if shape.grammar.get("motif") == "of":
        return f"{shape.form('with_motif')} {motif.name}"
    return f"{shape.name} بتصميم {motif.name}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


UNITS = {"mm": "mm", "cm": "cm", "g": "g", "kg": "kg"}


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language's way to compose, and its signs between parts and around numbers."""

    noun_phrase: Title
    decimal: str = "."
    before_sizes: str = ", "
    comma: str = ", "
    colon: str = ": "
    semicolon: str = "; "
    stop: str = "."
    before_unit: str = " "
    times: str = " × "
    units: dict[str, str] = field(default_factory=UNITS.copy)
    count: str = "{number} {label}"

    def title(self, said: Said) -> str:
        return _capitalised(self.noun_phrase(said))

    def sentence(self, text: str) -> str:
        return _capitalised(text.removesuffix(self.stop)) + self.stop


TONGUES = {
    "zh-hans": Tongue(
        _chinese,
        before_sizes=" ",
        comma="，",
        colon="：",
        semicolon="；",
        stop="。",
        before_unit="",
        times="×",
        units={"mm": "毫米", "cm": "厘米", "g": "克", "kg": "千克"},
        count="{number}{label}",
    ),
    "en": Tongue(_english),
    "es": Tongue(_linked("de", "en"), decimal=","),
    "fr": Tongue(_french, decimal=",", colon=" : ", semicolon=" ; "),
    "de": Tongue(_german, decimal=","),
    "pt-br": Tongue(_linked("de", "em"), decimal=","),
    "ru": Tongue(
        _russian,
        decimal=",",
        units={"mm": "мм", "cm": "см", "g": "г", "kg": "кг"},
    ),
    "ar": Tongue(
        _arabic,
        before_sizes="، ",
        comma="، ",
        semicolon="؛ ",
        units={"mm": "مم", "cm": "سم", "g": "غ", "kg": "كغ"},
        count="{label}: {number}",
    ),
    "ja": Tongue(
        _japanese,
        before_sizes=" ",
        comma="、",
        colon="：",
        semicolon="、",
        stop="。",
        before_unit="",
        times="×",
        count="{number}{label}",
    ),
    "ko": Tongue(
        _english, before_sizes=" ", before_unit="", times="×", count="{number}{label}"
    ),
}

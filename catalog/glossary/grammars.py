"""What may be said of a word in each language, for its titles to be put together."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.glossary.models import Language, Term

# Keys, each with the only values it may have; none where any words will do
Uses = Mapping[str, tuple[str, ...]]

Kind = Term.Kind
WORDS: tuple[str, ...] = ()
YES = ("yes",)
TWO = {"gender": ("m", "f")}
OF_CARVED = {"gender": ("m", "f", "mp", "fp")}
GERMAN = {"gender": ("m", "f", "n", "p")}


def _worded(keys: str) -> Uses:
    return dict.fromkeys(keys.split(), WORDS)


NOUNS: dict[str, Uses] = {
    "zh-hans": {"full_colours": YES},
    "es": TWO,
    "fr": TWO | {"elides": ("yes", "no")},
    "de": {**GERMAN, **_worded("nominative dative")},
    "pt-br": TWO,
    "ru": {"gender": ("m", "f", "n"), "genitive": WORDS},
    "ar": {**TWO, "definite": WORDS},
}
BENT: dict[str, Uses] = {
    "es": _worded("feminine"),
    "fr": _worded("feminine"),
    "pt-br": _worded("feminine"),
    "ru": _worded("feminine neuter genitive genitive_feminine"),
    "ar": _worded("feminine definite definite_feminine"),
}
CARVED = _worded("carved carved_feminine carved_plural carved_feminine_plural")
FORMS: dict[str, Uses] = {
    "zh-hans": _worded("with_motif"),
    "en": _worded("with_motif adjective"),
    "es": CARVED,
    "fr": {**CARVED, "link": ("de",)},
    "de": _worded("with_motif adjective carved"),
    "pt-br": CARVED,
    "ru": {"with_motif": WORDS, "link": ("of",), "motif": ("of",)},
    "ar": {"with_motif": WORDS, "motif": ("of",)},
    "ja": _worded("with_motif"),
    "ko": _worded("with_motif adjective"),
}
MOTIFS: dict[str, Uses] = {
    "es": OF_CARVED,
    "fr": OF_CARVED,
    "de": {**GERMAN, "compound": WORDS},
    "pt-br": OF_CARVED,
    "ru": _worded("genitive"),
}
# Without these a title reads wrong, whatever the word
NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    Kind.MINERAL: {
        **dict.fromkeys(("es", "fr", "de", "pt-br"), ("gender",)),
        "ru": ("gender", "genitive"),
        "ar": ("gender", "definite"),
    },
    Kind.MOTIF: {
        **dict.fromkeys(("es", "fr", "de", "pt-br"), ("gender",)),
        "ru": ("genitive",),
    },
}


def uses(language: str, kind: str) -> Uses:
    """What can be said of a word of a kind. Of treatments, glass is also a noun."""
    bent = {**BENT.get(language, {})}
    said: dict[str, Uses] = {
        Kind.MINERAL: NOUNS.get(language, {}),
        Kind.MOTIF: MOTIFS.get(language, {}),
        Kind.FORM: {**FORMS.get(language, {})},
        Kind.COLOUR: {"short": WORDS} if language == Language.ZH_HANS else bent,
    }
    if bent:
        as_adjective = dict.fromkeys(
            ("adjective", *(f"adjective_{form}" for form in bent)), WORDS
        )
        said[Kind.FORM] = {**said[Kind.FORM], **as_adjective}
        said[Kind.COLOUR] = {**bent, "after": YES}
    said[Kind.TREATMENT] = {
        **{"sentence": WORDS, **(said[Kind.COLOUR] if bent else {})},
        **NOUNS.get(language, {}),
    }
    return said.get(kind, {})


def understood(language: str, kind: str, written: object) -> dict[str, str]:
    """The part of what was written that titles can be made with."""
    if not isinstance(written, dict):
        return {}
    can = uses(language, kind)
    return {
        key: form
        for key, form in written.items()
        if key in can and isinstance(form, str) and form in (can[key] or (form,))
    }


def fault(language: str, kind: str, written: Mapping[str, str]) -> str:
    """Why this cannot be said of a word, and what can; "" if it can."""
    fine = understood(language, kind, written)
    wrong = [f"{key}={form}" for key, form in written.items() if key not in fine]
    needed = NEEDED.get(kind, {}).get(language, ())
    missing = [key for key in needed if key not in fine]
    if wrong:
        words: Promise = _("“%(said)s” cannot be said in %(language)s of this kind.")
    elif missing:
        words = _("In %(language)s, a word of this kind needs “%(said)s”.")
    else:
        return ""
    said = {"said": ", ".join(wrong or missing), "language": Language(language).label}
    return f"{str(words) % said} {hint(language, kind)}"


def hint(language: str, kind: str) -> str:
    """What can be said, with the values that are known."""
    if language not in Language.values:
        return ""
    if not kind:
        kinds = (Kind.MINERAL, Kind.FORM, Kind.TREATMENT, Kind.COLOUR, Kind.MOTIF)
        told = [f"{each.label}: {_listed(language, each)}" for each in kinds]
        return "; ".join(line for line in told if not line.endswith(": "))
    listed = _listed(language, kind)
    if not listed:
        return str(_("Leave this empty: nothing is said of such words here."))
    return str(_("What can be said: %(listed)s.")) % {"listed": listed}


def _listed(language: str, kind: str) -> str:
    can = uses(language, kind)
    return ", ".join(f"{key}={'|'.join(can[key]) or '…'}" for key in can)

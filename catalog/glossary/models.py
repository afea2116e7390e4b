"""The trade's words in every selling language, and those that may not be used."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """What buyers are sold to in, each by its own name."""

    ZH_HANS = "zh-hans", "简体中文"
    EN = "en", "English"
    ES = "es", "Español"
    FR = "fr", "Français"
    DE = "de", "Deutsch"
    PT_BR = "pt-br", "Português do Brasil"
    RU = "ru", "Русский"
    AR = "ar", "العربية"
    JA = "ja", "日本語"
    KO = "ko", "한국어"


class Measure(models.TextChoices):
    """The sizes that a form may ask for, all in millimetres."""

    BEAD = "bead_mm", _("bead")
    WRIST = "wrist_mm", _("wrist")
    LENGTH = "length_mm", _("length")
    WIDTH = "width_mm", _("width")
    HEIGHT = "height_mm", _("height")
    DIAMETER = "diameter_mm", _("diameter")


class Term(models.Model):
    """One notion of the trade, whatever it is called. Products keep its code."""

    class Kind(models.TextChoices):
        MINERAL = "MINERAL", _("mineral")
        FORM = "FORM", _("form")
        TREATMENT = "TREATMENT", _("treatment")
        COLOUR = "COLOUR", _("colour")
        MOTIF = "MOTIF", _("motif")
        LABEL = "LABEL", _("label")

    class Family(models.TextChoices):
        """What customs tells apart: of minerals, then of forms."""

        QUARTZ = "QUARTZ", _("quartz (rock crystal to customs)")
        CHALCEDONY = "CHALCEDONY", _("chalcedony, agate, jasper")
        JADEITE = "JADEITE", _("jadeite")
        NEPHRITE = "NEPHRITE", _("nephrite")
        TOURMALINE = "TOURMALINE", _("tourmaline")
        CORUNDUM_BERYL = "CORUNDUM_BERYL", _("ruby, sapphire, emerald")
        OTHER = "OTHER", _("another stone")
        JEWELLERY = "JEWELLERY", _("jewellery")
        LOOSE = "LOOSE", _("worked, loose")
        FIGURINE = "FIGURINE", _("figurine")
        OBJECT = "OBJECT", _("object")
        ROUGH = "ROUGH", _("unworked or simply sawn")

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Z][A-Z0-9_]*$", _("Use capital letters, digits and underscores.")
            )
        ],
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    family = models.CharField(
        _("family"), max_length=14, choices=Family.choices, blank=True, default=""
    )
    measures = models.JSONField(_("sizes it asks for"), default=list, blank=True)
    implied = models.JSONField(
        _("colours or motifs that its name already says"), default=list, blank=True
    )
    position = models.PositiveIntegerField(_("place in lists"), default=1000)
    is_active = models.BooleanField(_("offered for new products"), default=True)
    changed_by_hand = models.BooleanField(
        _("changed by hand"), default=False, editable=False
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.CheckConstraint(
                name="term_code_is_in_capitals",
                condition=models.Q(code__regex=r"^[A-Z][A-Z0-9_]*$"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


def validate_grammar(value: object) -> None:
    """Words by what they are for: {"gender": "f", "genitive": "яшмы"}."""
    if not isinstance(value, dict) or not all(
        isinstance(part, str) and part for pair in value.items() for part in pair
    ):
        raise ValidationError(_("Write one “name=form” on each line."))


class TermName(models.Model):
    """What a term is called in one language, and the forms that sentences need."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=7, choices=Language.choices)
    name = models.CharField(_("name"), max_length=80)
    grammar = models.JSONField(
        _("grammar"), default=dict, blank=True, validators=[validate_grammar]
    )
    synonyms = models.JSONField(_("also called"), default=list, blank=True)
    changed_by_hand = models.BooleanField(
        _("changed by hand"), default=False, editable=False
    )

    class Meta:
        verbose_name = _("term's name")
        verbose_name_plural = _("terms' names")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "language"],
                name="a_term_has_one_name_a_language",
                violation_error_message=_(
                    "This term has a name in that language already. Change that row."
                ),
            ),
            models.CheckConstraint(
                name="a_name_says_something", condition=~models.Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ForbiddenWord(models.Model):
    """What nobody may write about goods, in one language or in all of them."""

    class Match(models.TextChoices):
        WORD = "WORD", _("the whole word")
        STEM = "STEM", _("words that begin so")
        ANYWHERE = "ANYWHERE", _("anywhere")

    class Kind(models.TextChoices):
        HEALING = "HEALING", _("promises a cure")
        CLAIM = "CLAIM", _("promises luck or powers")
        NATURAL = "NATURAL", _("“natural” on treated stone")
        VAGUE = "VAGUE", _("too vague for customs")

    ALL = "*"

    language = models.CharField(
        _("language"),
        max_length=7,
        choices=[(ALL, _("every language")), *Language.choices],
    )
    kind = models.CharField(_("why"), max_length=7, choices=Kind.choices)
    match = models.CharField(_("found as"), max_length=8, choices=Match.choices)
    pattern = models.CharField(_("word"), max_length=80)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("in force"), default=True)
    changed_by_hand = models.BooleanField(
        _("changed by hand"), default=False, editable=False
    )

    class Meta:
        verbose_name = _("forbidden word")
        verbose_name_plural = _("forbidden words")
        constraints = [
            models.UniqueConstraint(
                fields=["language", "pattern"],
                name="a_word_is_forbidden_once_a_language",
                violation_error_message=_(
                    "This word is on that language's list already. Change it there."
                ),
            ),
            models.CheckConstraint(
                name="a_forbidden_word_has_letters", condition=~models.Q(pattern="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} ({self.language})"


def reader_language() -> str:
    """The language this page is read in."""
    return translation.get_language() or Language.EN

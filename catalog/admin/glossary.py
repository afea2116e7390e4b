"""The glossary in the admin: terms with their names, and words that may not be used."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.glossary import book, forbidding, grammars, services
from catalog.glossary.models import (
    ForbiddenWord,
    Language,
    Measure,
    Term,
    TermName,
    reader_language,
)
from catalog.products.recomposing import using
from catalog.search.words import fold
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page, Part, WholeRow
from donghai.backoffice.site import Group

# What a term of a kind isn't asked for
NEITHER = ("family", "measures", "implied")
UNASKED: dict[str, tuple[str, ...]] = {
    Term.Kind.MINERAL: ("measures",),
    Term.Kind.FORM: (),
}
MOST_COUNTED = 10_000
NO_ANGLES = _("Leave out “<” and “>”.")


class HintedArea(forms.Textarea):
    """A box with what may be written in it right below."""

    hint = ""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        box = super().render(*args, **kwargs)
        return format_html('{}<div class="help">{}</div>', box, self.hint)


class Lines(forms.CharField):
    """A mapping, written as "name=form" on lines."""

    widget = HintedArea(attrs={"rows": 2, "cols": 26})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{key}={form}" for key, form in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        pairs = {}
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            key, _equals, form = (part.strip() for part in line.partition("="))
            if not key or not form:
                raise ValidationError(_("Write one “name=form” on each line."))
            pairs[key] = form
        return pairs

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


class Bars(forms.CharField):
    """A list, written with a bar between its parts: names may have commas."""

    widget = forms.Textarea(attrs={"rows": 2, "cols": 26})

    def prepare_value(self, value: Any) -> Any:
        return " | ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(filter(None, map(str.strip, (value or "").split("|"))))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class NameForm(WholeRow):
    grammar = Lines(label=_("Grammar"), required=False)
    synonyms = Bars(
        label=_("Also called"),
        required=False,
        help_text=_("What traders and buyers say, with | between."),
    )

    class Meta:
        model = TermName
        fields = ("language", "name", "grammar", "synonyms")
        widgets = {"name": forms.TextInput(attrs={"size": 22})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.initial.get("language", "")
        kind = self.instance.term.kind if self.instance.term_id else ""
        box: Any = self.fields["grammar"].widget
        box.hint = grammars.hint(language, kind)
        if kind:
            box.hint = f"{box.hint} {_an_example(language, kind)}"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        language, term = said.get("language"), said.get("term")
        if language and term and "grammar" in said:
            fault = grammars.fault(language, term.kind, said["grammar"])
            if fault:
                self.add_error("grammar", fault)
        phrases = {"name": [said.get("name", "")], "synonyms": said.get("synonyms", [])}
        for field, written in phrases.items():
            for phrase in filter(None, written):
                fault = _fault_of(phrase) or _taken(phrase, language, term)
                if fault:
                    self.add_error(field, fault)
        if any(_fault_of(form) for form in said.get("grammar", {}).values()):
            self.add_error("grammar", NO_ANGLES)
        return said


def _fault_of(phrase: str) -> Any:
    return NO_ANGLES if "<" in phrase or ">" in phrase else ""


def _taken(phrase: str, language: Any, term: Any) -> str:
    """Which other term of the kind is called so; "" if this one was already, too."""
    if not language or not term:
        return ""
    wanted = fold(phrase)
    own = TermName.objects.filter(language=language, term__kind=term.kind)
    rows = own.select_related("term").order_by("pk")
    others = []
    for row in rows:
        if wanted in map(fold, (row.name, *row.synonyms)):
            if row.term_id == term.pk:
                return ""
            others.append(row)
    if not others:
        return ""
    words = _("“%(phrase)s” is %(name)s (%(code)s) already. Call this one otherwise.")
    facts = {"phrase": phrase, "name": others[0].name, "code": others[0].term.code}
    return str(words) % facts


def _an_example(language: str, kind: str) -> str:
    """How another term of the kind is written in the language."""
    words = book.book().words.get(language, {})
    told = [words[term.code] for term in book.terms(kind) if term.code in words]
    word = next((word for word in told if word.grammar), None)
    if word is None:
        return ""
    lines = ", ".join(f"{key}={form}" for key, form in word.grammar.items())
    said = _("For instance “%(name)s”: %(lines)s")
    return str(said) % {"name": word.name, "lines": lines}


class TermForm(forms.ModelForm):
    measures = forms.MultipleChoiceField(
        label=_("Sizes it asks for"),
        choices=Measure.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    implied = forms.MultipleChoiceField(
        label=_("Colours or motifs that its name already says"), required=False
    )

    class Meta:
        model = Term
        fields = (
            *("code", "kind", "family", "measures", "implied"),
            *("position", "is_active"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "implied" in self.fields:
            language = reader_language()
            self.fields["implied"].choices = [  # type: ignore[attr-defined]
                *book.choices(Term.Kind.COLOUR, language),
                *book.choices(Term.Kind.MOTIF, language),
            ]


class Names(Part):
    model = TermName
    form = NameForm
    added_by = kept_by = CLERKS
    fields = ("language", "name", "grammar", "synonyms")
    ordering = ("pk",)
    max_num = len(Language.values)

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else len(Language.values)


class HandedPage(Page):
    """Rows that come with the program, and stay as a clerk leaves them."""

    group = Group.RULES
    added_by = kept_by = CLERKS
    list_per_page = 100

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        obj.changed_by_hand = obj.changed_by_hand or form.has_changed()
        super().save_model(request, obj, form, change)


@admin.register(Term)
class TermPage(HandedPage):
    """What titles are made of. A name that is changed here is kept for good."""

    place = 8
    form = TermForm
    fields = TermForm.Meta.fields
    fixed_once_made = ("code", "kind")
    inlines = (Names,)
    list_display = (
        *("code", "called", "kind", "family"),
        *("position", "is_active", "changed_by_hand"),
    )
    list_filter = ("kind", "family", "is_active", "changed_by_hand")
    search_fields = ("code__icontains", "names__name__icontains")
    search_help_text = _("code, or a name in any language")
    ordering = ("kind", "position")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only forms ask for sizes; only minerals and forms have families."""
        shown = super().get_fields(request, obj)
        unasked = UNASKED.get(obj.kind, NEITHER) if obj else ()
        return tuple(field for field in shown if field not in unasked)

    @admin.display(description=_("name"))
    def called(self, row: Term) -> str:
        return book.name(row.code, reader_language())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Term], search_term: str
    ) -> Any:
        found, _many = super().get_search_results(request, queryset, search_term)
        return found.distinct(), False

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """A new term is asked for its name in each language."""
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj is None or obj.pk is None:
            given["initial"] = [{"language": code} for code in Language.values]
        return given

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        for named in formset.forms:
            named.instance.changed_by_hand |= named.has_changed()
        super().save_formset(request, form, formset, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        services.renamed(form.instance)
        self.message_user(request, _what_follows(form.instance))


def _what_follows(term: Term) -> str:
    """How many products' titles are composed anew, soon."""
    number = using(term).order_by()[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED:
        words = _("Titles of more than %(number)s products follow in some minutes.")
        return str(words) % {"number": MOST_COUNTED}
    return ngettext(
        "The titles of %(number)s product follow in some minutes.",
        "The titles of %(number)s products follow in some minutes.",
        number,
    ) % {"number": number}


class ForbiddenWordForm(WholeRow):
    """A word in force can be told from those that goods are called by."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        names = ("language", "kind", "match", "pattern")
        facts = {name: said[name] for name in names if said.get(name)}
        if said.get("is_active") and len(facts) == len(names):
            fault = forbidding.fault(ForbiddenWord(**facts))
            if fault:
                self.add_error("pattern", fault)
        return said


@admin.register(ForbiddenWord)
class ForbiddenWordPage(HandedPage):
    """Words caught in what merchants and hosts write, each with its reason."""

    place = 9
    form = ForbiddenWordForm
    fields = ("language", "kind", "match", "pattern", "note", "is_active")
    list_display = (
        *("pattern", "language", "kind", "match"),
        *("note", "is_active", "changed_by_hand"),
    )
    list_filter = ("language", "kind", "is_active", "changed_by_hand")
    search_fields = ("pattern__icontains",)
    ordering = ("language", "kind", "pattern")

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        services.reworded()

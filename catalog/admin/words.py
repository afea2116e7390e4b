"""Codes of the glossary and of countries, in the admin by their names."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.utils import translation

from catalog.glossary import book, forbidden
from catalog.glossary.forbidden import UNTREATED
from catalog.glossary.models import Term
from donghai import countries
from donghai.backoffice.columns import Column, Words

PROMISES = (forbidden.Kind.HEALING, forbidden.Kind.CLAIM)
NO_CHOICE = ("", "---------")


def term(code: str) -> str:
    """A term as the reader calls it: AMETHYST is Amethyst."""
    said = book.name(code, translation.get_language() or "en")
    return f"{said[:1].upper()}{said[1:]}"


def country(code: str) -> str:
    return countries.names(translation.get_language() or "en").get(code, code)


def named(field: str, title: Words) -> Column:
    """A code of the glossary by its name, or a country's where it is an origin."""
    say = country if field == "origin" else term

    @admin.display(description=title, ordering=field)
    def show(row: Any) -> str:
        return say(getattr(row, field)) or "-"

    show.__name__ = f"{field}_named"
    return show


class NamedFilter(admin.AllValuesFieldListFilter):
    """By the codes there are, each called by its name."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for one in super().choices(changelist):
            yield {**one, "display": term(str(one["display"]))}


def promise_nothing(*texts: str) -> None:
    """A validator of what is said of people and proofs: no cure and no luck."""
    found = (x for text in texts for x in forbidden.find_forbidden(text, "", UNTREATED))
    promises = [x.reason for x in found if x.kind in PROMISES]
    if promises:
        raise forms.ValidationError(promises)


def box(field: str, code: str, **options: Any) -> forms.ChoiceField:
    """A select for a mineral or a country; the code a row has stays on offer."""
    language = translation.get_language() or "en"
    if field == "origin":
        offered = countries.choices(language)
    else:
        minerals = book.choices(Term.Kind.MINERAL, language)
        offered = [(one, term(one)) for one, _name in minerals]
    if code and code not in dict(offered):
        offered.append((code, term(code)))
    return forms.ChoiceField(choices=[NO_CHOICE, *offered], **options)

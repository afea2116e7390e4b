"""The trade's words in the reader's language."""

from django import template

from catalog.glossary import book
from catalog.glossary.models import reader_language

register = template.Library()


@register.filter
def term(code: str) -> str:
    """What a mineral, form, treatment, colour or motif is called."""
    return book.name(code, reader_language())

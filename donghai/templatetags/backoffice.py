"""What the admin's own templates need: rows as links, states as pills."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from donghai.admin.steps import words_of
from donghai.backoffice import columns
from donghai.backoffice.duties import duty_of

register = template.Library()
register.filter("pill", columns.pill)
register.filter("words_of", words_of)
register.filter("at_clock", columns.at_clock)


@register.filter
def to_page(row: Any, text: object = None) -> SafeString:
    """A row as a link to its page in the admin."""
    return columns.link_to(row, text)


@register.filter
def duty(user: Any) -> str:
    """Somebody's duty at the centre, in words."""
    found = duty_of(user)
    return str(found.label) if found else ""

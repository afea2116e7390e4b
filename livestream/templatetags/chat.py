"""How pages write a line of chat."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from livestream.chat import reading
from livestream.models import ChatLine

register = template.Library()


@register.filter
def words(line: ChatLine) -> SafeString:
    """What was written; the staff's addresses are links."""
    return reading.shown(line)


@register.filter
def in_other_words(line: ChatLine) -> str:
    """Its translation into the page's language, else into the session's; or nothing."""
    texts = line.translations
    return texts.get(get_language() or "") or next(iter(texts.values()), "")

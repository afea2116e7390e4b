"""How pages write a line of chat."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from livestream.chat import reading
from livestream.models import ChatLine

register = template.Library()

ACTS = {
    "answered": _("question answered"),
    "change-price": _("change a price"),
    "ban": _("ban"),
    "ban-house": _("ban from all rooms"),
    "delete": _("delete"),
    "drop": _("drop"),
    "drop-word": _("watch a word no more"),
    "end": _("end the session"),
    "end-deal": _("end a deal"),
    "go-live": _("go live"),
    "hand-over": _("hand the viewers on"),
    "invite": _("make a link"),
    "join": _("join by link"),
    "let-through": _("let through"),
    "listings": _("link a piece"),
    "move": _("move a piece in the order"),
    "mute": _("mute"),
    "pin": _("show a piece"),
    "pin-next": _("show the next piece"),
    "remove": _("remove from the crew"),
    "restore": _("bring back"),
    "seat": _("add to the crew"),
    "slow": _("slow mode"),
    "start": _("go live"),
    "start-deal": _("begin a deal"),
    "unban": _("lift the ban"),
    "unmute": _("unmute"),
    "unpin": _("put a piece down"),
    "watch-word": _("watch a word"),
    "withdraw-links": _("make links worthless"),
}


@register.filter
def words(line: ChatLine) -> SafeString:
    """What was written; the staff's addresses are links."""
    return reading.shown(line)


@register.filter
def in_other_words(line: ChatLine) -> str:
    """Its translation into the page's language, else into the session's; or nothing."""
    texts = line.translations
    return texts.get(get_language() or "") or next(iter(texts.values()), "")


@register.filter
def act_name(act: str) -> object:
    """What somebody of the crew did; a door nobody named here says its own name."""
    return ACTS.get(act, act)

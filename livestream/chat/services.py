"""What is said in a room."""

import unicodedata

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.sessions import events
from livestream.sessions.models import LiveSession
from livestream.sessions.services import require

LONGEST_CHAT = 200


class NotYourName(Refused):
    code = "not_your_name"
    title = _("That is the host's name. Please take another.")
    status = 422


class NothingToSay(Refused):
    code = "empty_message"
    title = _("Write something first, at most %(longest)s characters.")
    status = 422


@transaction.atomic
def say(*, session_id: int, name: str, text: str) -> int:
    """A line of chat, seen by everybody in the room. Returns its number."""
    said, by = plain_text(text), plain_text(name)
    if not said or not by or len(said) > LONGEST_CHAT:
        raise NothingToSay(longest=LONGEST_CHAT)
    session = LiveSession.objects.select_related("host").get(pk=session_id)
    require(session, LiveSession.State.ON_AIR)
    if by.casefold() == session.host.name.casefold():
        raise NotYourName()
    return events.append(session_id, "chat", {"name": by, "text": said})


def plain_text(text: str) -> str:
    """One line without control or direction marks, which could dress up as others."""
    kept = "".join(x if unicodedata.category(x)[0] != "C" else " " for x in text)
    return " ".join(kept.split())

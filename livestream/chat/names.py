"""Names in chat that nobody else may take: the host's, her crew's, the house's own."""

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.chat.folding import skeleton
from livestream.crew.models import CrewMember
from livestream.sessions.models import LiveSession

HOUSE = frozenset(
    map(skeleton, ("Donghai", "moderator", "host", "admin", "东海", "主播"))
)


class NotYourName(Refused):
    code = "not_your_name"
    title = _("That is the host's name, or looks like it. Please take another.")
    status = 422


def require_free(session: LiveSession, name: str) -> None:
    """Raise NotYourName where a viewer would pass for the host, her crew or the house.

    Compared as they look: letters of other alphabets, accents and spaces don't help.
    """
    looks = skeleton(name)
    crew = CrewMember.objects.standing().filter(session=session)
    taken = [session.host.name, *crew.values_list("name", flat=True)]
    if looks in HOUSE or looks in map(skeleton, taken):
        raise NotYourName()

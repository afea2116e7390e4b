"""The log of a session's claims: who came when, for everybody to read afterwards."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from hosts.models import Host
from livestream.models import Listing, LiveSession
from livestream.sessions.services import own, require
from orders.checkout.models import Claim, PublishedClaims


class TakenBack(Refused):
    code = "claims_taken_back"
    title = _("The trading centre took this log back. Ask there why.")


@transaction.atomic
def publish(*, host: Host, session_id: int) -> PublishedClaims:
    """Let everybody read the claims of a session that is over; once is enough.

    Refuses what staff has taken back. Locks the session.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.ENDED)
    published, _is_new = PublishedClaims.objects.get_or_create(session=session)
    if published.taken_back_at is not None:
        raise TakenBack()
    return published


def take_back(*, published_id: int, by: Any) -> bool:
    """Staff hides a log again. False when it was hidden already."""
    rows = PublishedClaims.objects.filter(pk=published_id, taken_back_at=None)
    return bool(rows.update(taken_back_at=timezone.now(), taken_back_by=by))


def is_public(session: LiveSession) -> bool:
    """Whether everybody may read a session's claims."""
    rows = PublishedClaims.objects.filter(session=session, taken_back_at=None)
    return rows.exists()


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim, and when it came by the clock of the session's market."""

    claim: Claim
    clock: str  # 22:04:31.482


def of_session(session: LiveSession) -> list[tuple[Listing, list[Entry]]]:
    """Each piece that was claimed, with its claims by place."""
    zone = ZoneInfo(session.zone)
    rows = Claim.objects.filter(listing__session=session).for_display()
    found: dict[int, tuple[Listing, list[Entry]]] = {}
    for claim in rows.order_by("listing__position", "listing_id", "place"):
        at = claim.claimed_at.astimezone(zone)
        clock = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"
        entries = found.setdefault(claim.listing_id, (claim.listing, []))[1]
        entries.append(Entry(claim, clock))
    return list(found.values())

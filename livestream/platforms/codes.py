"""Short codes that bring viewers of other platforms to a piece of ours."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from donghai import sql
from livestream.platforms.models import Code
from livestream.sessions.models import Listing, LiveSession

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0, 1, I, L and O
SHORTEST, LONGEST = 3, 6
TRIES = 4  # of one length, before a code gets longer
KEPT = timedelta(days=14)  # after its session a code still leads to its replay


def give(listings: Sequence[Listing]) -> None:
    """See that each has a code; those that have one keep it."""
    known = set(
        Code.objects.filter(listing__in=listings).values_list("listing", flat=True)
    )
    for listing in listings:
        if listing.pk not in known:
            _make(listing)


def _make(listing: Listing) -> None:
    for length in range(SHORTEST, LONGEST + 1):
        for _try in range(TRIES):
            text = "".join(secrets.choice(ALPHABET) for _ in range(length))
            if sql.insert(Code(listing=listing, code=text), unless_there=True):
                return


def find(text: str) -> Listing | None:
    """The piece that a code leads to now."""
    found = Code.objects.filter(code=text.upper(), retired_at=None)
    code = found.select_related("listing__session").first()
    return code.listing if code else None


def of(session: LiveSession) -> "QuerySet[Code]":
    return Code.objects.filter(listing__session=session)


def retire() -> int:
    """A round: codes of shows that are long over are free again."""
    over = LiveSession.State.ENDED, LiveSession.State.CANCELLED
    now = timezone.now()
    old = Code.objects.filter(
        retired_at=None, listing__session__state__in=over, made_at__lt=now - KEPT
    )
    return old.filter(listing__session__ends_at__lt=now - KEPT).update(retired_at=now)

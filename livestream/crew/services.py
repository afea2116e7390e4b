"""A session's crew: invited, seated, removed; and the log of what it does.

Locks the session's row, so that two who invite at once come one after the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.crew.models import CrewInvitation, CrewMember, ModerationAct, Role
from livestream.sessions.models import LiveSession
from livestream.sessions.services import require

MOST = 10  # people in a crew, and links that wait
OPEN = (LiveSession.State.SCHEDULED, LiveSession.State.ON_AIR)
DESK = (Role.HOST, Role.ASSISTANT)
CHAT = (*DESK, Role.MODERATOR)

Answer = TypeVar("Answer")
_signer = signing.Signer(salt="livestream.crew")


class NoSuchAccount(Refused):
    code = "no_such_account"
    title = _("Nobody has signed up with this address. Send them a link instead.")
    status = 422


class AlreadyInCrew(Refused):
    code = "already_in_crew"
    title = _("This person helps in this session already.")


class CrewIsFull(Refused):
    code = "crew_is_full"
    title = _("That is as many as can help in a session. Remove somebody first.")


class LinkIsOver(Refused):
    code = "crew_link_over"
    title = _("This link was used, or its session is over. Ask the host for another.")
    status = 410


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in one session, as it was found for this request."""

    session: LiveSession
    user_id: int
    role: Role
    name: str

    @property
    def runs_desk(self) -> bool:
        return self.role in DESK

    @property
    def is_host(self) -> bool:
        return self.role == Role.HOST


def seat_of(
    session_id: int, user_id: int | None, *, reads: bool = False
) -> Seat | None:
    """Where a person sits in a session; None for everybody who does not.

    Read at each request: who was removed is out at once. A crew's seats end with the
    session; with `reads`, a week later.
    """
    if user_id is None:
        return None
    session = LiveSession.objects.for_display().filter(pk=session_id).first()
    if session is None:
        return None
    if session.host.user_id == user_id:
        return Seat(session, user_id, Role.HOST, session.host.name)
    crew = CrewMember.objects.reading() if reads else CrewMember.objects.at_work()
    member = crew.filter(session=session, user=user_id).first()
    if member is None:
        return None
    return Seat(session, user_id, Role(member.role), member.name)


def note(seat: Seat, act: str, **facts: Any) -> ModerationAct:
    """Write down what somebody of the crew did, in the act's own transaction."""
    return ModerationAct.objects.create(
        session=seat.session, by_id=seat.user_id, role=seat.role, act=act[:24], **facts
    )


def noted(
    *, seat: Seat, act: str, details: Mapping[str, Any], do: Callable[[], Answer]
) -> Answer:
    """Do what an assistant does for the host, and write down who did it: both or none.

    Whatever `do` refuses is refused. The host's own acts need no such note.
    """
    if seat.is_host:
        return do()
    with transaction.atomic():
        answer = do()
        if getattr(answer, "status_code", 200) < 400:
            note(seat, act, details=dict(details))
    return answer


@transaction.atomic
def add(*, seat: Seat, email: str, role: str) -> CrewMember:
    """Seat a person by the address of their account. Locks the session.

    Refuses with NoSuchAccount, AlreadyInCrew and CrewIsFull.
    """
    session = _locked(seat)
    known = EmailAddress.objects.filter(email__iexact=email.strip(), verified=True)
    found = known.select_related("user").first()
    if found is None:
        raise NoSuchAccount()
    return _sit(session, found.user, role=role, by_id=seat.user_id, seat=seat)


@transaction.atomic
def make_link(*, seat: Seat, role: str) -> str:
    """A link's secret part. Whoever signs in with it first has the seat."""
    session = _locked(seat)
    waiting = session.crew_invitations.filter(used_at=None, withdrawn_at=None)
    if waiting.count() >= MOST:
        raise CrewIsFull()
    made = waiting.create(session=session, role=role, made_by_id=seat.user_id)
    note(seat, "invite", details={"role": role})
    return token(made)


def token(invitation: CrewInvitation) -> str:
    return _signer.sign(str(invitation.pk))


def read_link(text: str) -> CrewInvitation:
    """The invitation of a link, if it may still be used. Refuses with LinkIsOver."""
    try:
        number = int(_signer.unsign(text))
    except (signing.BadSignature, ValueError):
        raise LinkIsOver() from None
    asked = CrewInvitation.objects.select_related(
        "session__host__user", "session__market"
    )
    open_ones = asked.filter(used_at=None, withdrawn_at=None, session__state__in=OPEN)
    found = open_ones.filter(pk=number).first()
    if found is None:
        raise LinkIsOver()
    return found


@transaction.atomic
def join(*, link: str, user: Any) -> CrewMember:
    """Take the seat a link offers, once. Locks the session.

    The host herself, or who is in already, leaves the link unused: AlreadyInCrew.
    """
    asked = read_link(link)
    session = LiveSession.objects.select_for_update(no_key=True).get(
        pk=asked.session_id
    )
    now = timezone.now()
    unused = CrewInvitation.objects.filter(pk=asked.pk, used_at=None, withdrawn_at=None)
    if not unused.update(used_at=now) or session.state not in OPEN:
        raise LinkIsOver()
    return _sit(session, user, role=asked.role, by_id=asked.made_by_id)


@transaction.atomic
def remove(*, seat: Seat, member_id: int) -> bool:
    """Take somebody out of the crew, at their next request. False if not in it."""
    session = _locked(seat)
    member = session.crew.standing().filter(pk=member_id).first()
    if member is None:
        return False
    member.removed_at = timezone.now()
    member.save(update_fields=["removed_at"])
    note(seat, "remove", details={"member": member.pk, "role": member.role})
    return True


@transaction.atomic
def withdraw_links(*, seat: Seat) -> int:
    """Make every link that still waits worthless; how many there were."""
    session = _locked(seat)
    waiting = session.crew_invitations.filter(used_at=None, withdrawn_at=None)
    gone = waiting.update(withdrawn_at=timezone.now())
    if gone:
        note(seat, "withdraw-links", details={"links": gone})
    return gone


def _locked(seat: Seat) -> LiveSession:
    """The seat's session, still open, its row locked."""
    sessions = LiveSession.objects.select_for_update(no_key=True, of=("self",))
    session = sessions.select_related("host").get(pk=seat.session.pk)
    require(session, *OPEN)
    return session


def _sit(
    session: LiveSession,
    user: Any,
    *,
    role: str,
    by_id: int,
    seat: Seat | None = None,
) -> CrewMember:
    is_host = session.host.user_id == user.pk
    if is_host or session.crew.standing().filter(user=user).exists():
        raise AlreadyInCrew()
    if session.crew.standing().count() >= MOST:
        raise CrewIsFull()
    label = str(dict(Role.choices)[Role(role)])
    member = CrewMember.objects.create(
        session=session,
        user=user,
        role=role,
        name=(user.name or label)[:40],
        invited_by_id=by_id,
    )
    who = seat or Seat(session, user.pk, Role(role), member.name)
    act = "seat" if seat else "join"
    note(who, act, details={"member": member.pk, "role": role})
    return member

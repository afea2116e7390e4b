"""What the video worker asks about pushes, and what it tells."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from donghai import sealing
from livestream.platforms import services
from livestream.platforms.models import Push
from livestream.sessions.models import LiveSession
from livestream.video import folders
from livestream.video.models import Stream

State = Push.State


def wanted() -> list[Push]:
    """Pushes of shows on air; those of shows that are over stop."""
    open_ = Push.objects.filter(stopped_at=None)
    over = open_.exclude(session__state=LiveSession.State.ON_AIR)
    over.update(state=State.STOPPED, stopped_at=timezone.now())
    return list(open_.select_related("destination").order_by("pk"))


def task(push: Push) -> dict[str, Any] | None:
    """All a child needs to know, the key among it; None while it can't begin."""
    stream = Stream.objects.filter(
        session=push.session_id,
        kind=Stream.Kind.LIVE,
        ended_at=None,
        epochs_begun__gt=0,
    ).first()
    if stream is None:
        return None
    try:
        key = sealing.unseal(push.destination.key, services.PURPOSE)
    except InvalidToken:
        note(push.pk, {"state": State.RETRYING, "why": Push.Reason.UNREADABLE})
        return None
    return {
        "folder": str(folders.folder(stream.secret)),
        "server": services.read_server(push.destination.server)._asdict(),
        "key": key,
        "to_loopback": settings.PUSH_TO_LOOPBACK,
        "trusts": settings.PUSH_TRUSTS,
    }


def note(push_id: int, told: dict[str, Any]) -> None:
    """Write down what a child told: that it sends, or why it doesn't."""
    state, why = State(told["state"]), told.get("why", "")
    reason = Push.Reason(why) if why else ""
    Push.objects.filter(pk=push_id, stopped_at=None).exclude(
        state=state, reason=reason
    ).update(
        state=state,
        reason=reason,
        told_at=timezone.now(),
        losses=F("losses") + int(state == State.RETRYING),
    )

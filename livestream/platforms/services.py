"""A host's channels elsewhere, and which of them her show goes to."""

import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donghai import sealing
from donghai.errors import Refused
from hosts.models import Host
from livestream.platforms.models import Destination, Platform, Push
from livestream.sessions.models import LiveSession
from livestream.sessions.services import own, require

log = logging.getLogger(__name__)

PURPOSE = "livestream.platforms"  # what keys are sealed for
PORTS = {"rtmp": 1935, "rtmps": 443}
MOST = 10  # channels of a host
LONGEST_KEY = 300


class NotAServer(Refused):
    code = "not_a_server"
    title = _(
        "Give the server as the platform shows it: it begins with rtmp:// or rtmps://."
    )
    status = 422


class NotAKey(Refused):
    code = "not_a_key"
    title = _("Give the stream key as the platform shows it, without spaces.")
    status = 422


class TooManyChannels(Refused):
    code = "too_many_channels"
    title = _("%(most)s channels are enough. Remove one that you don't need.")


class PlatformForbids(Refused):
    code = "platform_forbids"
    title = _("%(platform)s forbids sending the same show elsewhere.")
    status = 403


class NeedsApproval(Refused):
    code = "needs_approval"
    title = _(
        "%(platform)s wants to be asked first. Confirm that you have its approval."
    )


class IsBeingSent(Refused):
    code = "is_being_sent"
    title = _("Your show goes there now. Stop that first.")


class Server(NamedTuple):
    """An RTMP server's address, taken apart."""

    scheme: str
    host: str
    port: int
    app: str


def read_server(address: str) -> Server:
    """Take an address apart. Refuses what is none, or has a name or key in it."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        raise NotAServer() from None
    app = parts.path.strip("/")
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    fits = parts.scheme in PORTS and parts.hostname and app and is_plain
    if not fits or not app.isascii() or any(c.isspace() for c in address.strip()):
        raise NotAServer()
    assert parts.hostname
    return Server(parts.scheme, parts.hostname, port or PORTS[parts.scheme], app)


@transaction.atomic
def add_destination(
    *, host: Host, platform: Platform, key: str, server: str = ""
) -> Destination:
    """Keep a channel with its key, sealed. Locks the host.

    Refuses NotAServer, NotAKey and TooManyChannels.
    """
    Host.objects.select_for_update(no_key=True).get(pk=host.pk)
    key, server = key.strip(), (server or platform.server).strip()
    read_server(server)
    is_key = 4 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    if not is_key or " " in key:
        raise NotAKey()
    if host.destinations.filter(removed_at=None).count() >= MOST:
        raise TooManyChannels(most=MOST)
    return Destination.objects.create(
        host=host,
        platform=platform,
        server=server,
        key=sealing.seal(key, PURPOSE),
        key_ends=key[-4:] if len(key) >= 12 else "",
    )


@transaction.atomic
def remove_destination(*, host: Host, destination_id: int) -> None:
    """Forget a channel's key; what was sent there stays known. Locks the channel.

    Refuses IsBeingSent.
    """
    mine = Destination.objects.select_for_update(no_key=True)
    found = mine.get(pk=destination_id, host=host)
    if found.pushes.filter(stopped_at=None).exists():
        raise IsBeingSent()
    found.key, found.removed_at = "", timezone.now()
    found.save(update_fields=["key", "removed_at"])


@transaction.atomic
def start_push(
    *, host: Host, session_id: int, destination_id: int, is_approved: bool = False
) -> Push:
    """Send a show to a channel from now on; one that is sent goes on.

    Locks the session. Refuses PlatformForbids, and NeedsApproval until the host says
    that she has it.
    """
    session = own(host, session_id)
    require(session, LiveSession.State.ON_AIR)
    destination = Destination.objects.select_related("platform").get(
        pk=destination_id, host=host, removed_at=None
    )
    platform = destination.platform
    if platform.policy == Platform.Policy.FORBIDDEN:
        raise PlatformForbids(platform=platform)
    needs = platform.policy == Platform.Policy.NEEDS_APPROVAL
    if needs and not is_approved:
        raise NeedsApproval(platform=platform)
    now = timezone.now()
    push, is_new = Push.objects.get_or_create(
        session=session,
        destination=destination,
        stopped_at=None,
        defaults={"approved_at": now if needs else None},
    )
    if is_new:
        facts = {"push": push.pk, "session": session.pk, "platform": platform.slug}
        log.info("push begun", extra=facts | {"approval_confirmed": needs})
    return push


def stop_push(*, host: Host, push_id: int) -> None:
    """Send nothing more there; a repeat changes nothing."""
    mine = Push.objects.filter(pk=push_id, session__host=host, stopped_at=None)
    mine.update(state=Push.State.STOPPED, stopped_at=timezone.now())

"""Following a host, or one session, without an account.

A mailbox counts once its link is pressed; nobody can be mailed full: after five mails
that nobody pressed, the wait before the next one doubles. A device counts at once. From
one network address so many mailboxes and devices may be given in an hour.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.connections import addresses
from donghai import sql, steps
from donghai.errors import Refused
from livestream.schedule import push
from livestream.schedule.models import Follow, Reminder, Subscriber
from livestream.sessions.models import LiveSession

CONFIRM = "livestream.confirm_follow"
FREE_ASKS = 5
MOST_FROM_ADDRESS = 30  # in an hour: a family, a café; not a list of strangers
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
LINK_LASTS = timedelta(days=3)

# Those who ask from one address come one after the other, so that the count is right
TURN_SQL = "SELECT pg_advisory_xact_lock(hashtext(%(address)s)) AS mine"

_links = TimestampSigner(salt="follow")
_stops = Signer(salt="stop reminders")


class LinkIsOver(Refused):
    code = "link_is_over"
    title = _("This link is too old or not whole. Ask for reminders once more.")
    status = 410


class TooManyFromHere(Refused):
    code = "too_many_from_here"
    title = _("Many reminders were asked for from your network. Try in an hour again.")
    status = 429


class NotADevice(Refused):
    code = "not_a_device"
    title = _("This browser gave no address that we can send to. Use e-mail instead.")
    status = 422


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be reminded of: one of the two."""

    host_id: int | None = None
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """How to speak to somebody: the language of the page, the zone of the browser.

    `address_hash` says where they are, without anybody being able to read it.
    """

    language: str
    zone: str
    address_hash: str = ""


@transaction.atomic
def ask(*, email: str, wish: Wish, reader: Reader) -> None:
    """Mail a link that confirms a wish, unless the mailbox was asked too often.

    Locks the network address, then the subscriber. Whether the mailbox was known makes
    no difference to see. Refuses with TooManyFromHere.
    """
    _require_few(reader.address_hash, _name(email))
    subscriber = _mailbox(email, reader)
    now = timezone.now()
    over = subscriber.asks - FREE_ASKS
    rest = HOUR * 2 ** min(over, 10) if over >= 0 else timedelta(0)
    if subscriber.asked_at and subscriber.asked_at + rest > now:
        return
    follow = _wished(subscriber, wish)
    subscriber.asks, subscriber.asked_at = min(subscriber.asks + 1, 999), now
    subscriber.asked_from = reader.address_hash
    subscriber.save(update_fields=["asks", "asked_at", "asked_from"])
    steps.schedule(CONFIRM, subject_id=follow.pk, key=f"{now:%Y%m%dT%H%M%S.%f}")


@transaction.atomic
def follow_by_mail(*, email: str, wish: Wish, reader: Reader) -> Subscriber:
    """Follow at once, by an address that is known to be theirs."""
    subscriber = _mailbox(email, reader)
    _confirm(_wished(subscriber, wish))
    return subscriber


@transaction.atomic
def follow_by_push(*, device: push.Device, wish: Wish, reader: Reader) -> Subscriber:
    """Follow at once, on a device. Locks the network address.

    Refuses an address we would never send to, and TooManyFromHere.
    """
    try:
        addresses.read(device.endpoint)
    except addresses.AddressNotAllowed:
        raise NotADevice() from None
    if not device.is_whole:
        raise NotADevice()
    known_as = f"push:{sha256(device.endpoint.encode()).hexdigest()}"
    _require_few(reader.address_hash, known_as)
    subscriber, _is_new = Subscriber.objects.update_or_create(
        known_as=known_as,
        defaults={
            "endpoint": device.endpoint,
            "public_key": device.public_key,
            "shared_secret": device.shared_secret,
            "language": reader.language,
            "zone": reader.zone,
            "asked_at": timezone.now(),
            "asked_from": reader.address_hash,
        },
    )
    _confirm(_wished(subscriber, wish))
    return subscriber


def link_of(follow: Follow) -> str:
    """What the address of the confirming link carries."""
    return _links.sign(str(follow.pk))


def behind(link: str) -> Follow:
    """The wish that a link confirms. Refuses a link that is old or made up."""
    try:
        number = int(_links.unsign(link, max_age=LINK_LASTS))
    except (BadSignature, ValueError):
        raise LinkIsOver() from None
    found = Follow.objects.select_related("subscriber", "host", "session__host")
    follow = found.filter(pk=number).first()
    if follow is None:
        raise LinkIsOver()
    return follow


@transaction.atomic
def confirm(link: str) -> Follow:
    """Count a wish from now on; a repeat changes nothing."""
    follow = behind(link)
    _confirm(follow)
    return follow


def stop_link(subscriber_id: int, host_id: int) -> str:
    """What the address carries that stops the reminders of a host."""
    return _stops.sign(f"{subscriber_id}.{host_id}")


def read_stop(link: str) -> tuple[int, int]:
    """Whose reminders of which host. Refuses what we did not sign."""
    try:
        subscriber, _dot, host = _stops.unsign(link).partition(".")
        return int(subscriber), int(host)
    except (BadSignature, ValueError):
        raise LinkIsOver() from None


def stop(*, subscriber_id: int, host_id: int) -> int:
    """Follow neither a host nor any session of hers any more; a repeat does nothing."""
    theirs = Follow.objects.filter(subscriber=subscriber_id)
    ended = theirs.filter(host=host_id).delete()[0]
    return ended + theirs.filter(session__host=host_id).delete()[0]


def forget(subscriber_id: int) -> None:
    """Forget somebody's address, with all they follow; a repeat does nothing."""
    Subscriber.objects.filter(pk=subscriber_id).delete()


def forget_old() -> None:
    """Wishes nobody confirmed, subscribers of nobody, last month's reminders.

    And from where somebody asked, a day later.
    """
    now = timezone.now()
    Follow.objects.filter(confirmed_at=None, made_at__lt=now - LINK_LASTS).delete()
    over = [LiveSession.State.ENDED, LiveSession.State.CANCELLED]
    Follow.objects.filter(
        session__state__in=over, session__ends_at__lt=now - MONTH
    ).delete()
    lonely = Subscriber.objects.filter(follows=None, made_at__lt=now - MONTH)
    lonely.exclude(asked_at__gt=now - MONTH).delete()
    Reminder.objects.filter(starts_at__lt=now - MONTH).delete()
    placed = Subscriber.objects.exclude(asked_from="")
    placed.filter(asked_at__lt=now - DAY).update(asked_from="")


def mine(subscriber_ids: Iterable[int], wish: Wish) -> list[Follow]:
    """Which of these subscribers follow what is wished, or the session's host."""
    found = Follow.objects.confirmed().filter(subscriber__in=list(subscriber_ids))
    found = found.select_related("subscriber", "host", "session")
    if wish.session_id is None:
        return list(found.filter(host=wish.host_id))
    session = LiveSession.objects.get(pk=wish.session_id)
    return list(found.of_session(session))


def _require_few(address_hash: str, known_as: str) -> None:
    """Raise TooManyFromHere unless few others were given from there in an hour."""
    if not address_hash:
        return
    sql.row(TURN_SQL, address=f"follow {address_hash}")
    lately = Subscriber.objects.filter(asked_at__gt=timezone.now() - HOUR)
    others = lately.filter(asked_from=address_hash).exclude(known_as=known_as)
    if others.count() >= MOST_FROM_ADDRESS:
        raise TooManyFromHere()


def _name(email: str) -> str:
    return email.strip().lower()


def _mailbox(email: str, reader: Reader) -> Subscriber:
    """The mailbox's row, locked."""
    name = _name(email)
    made = {"language": reader.language, "zone": reader.zone}
    Subscriber.objects.get_or_create(known_as=name, defaults=made)
    return Subscriber.objects.select_for_update().get(known_as=name)


def _wished(subscriber: Subscriber, wish: Wish) -> Follow:
    made = Follow.objects.get_or_create(subscriber=subscriber, **asdict(wish))
    return made[0]


def _confirm(follow: Follow) -> None:
    now = timezone.now()
    Follow.objects.filter(pk=follow.pk, confirmed_at=None).update(confirmed_at=now)
    Subscriber.objects.filter(pk=follow.subscriber_id).update(asks=0)

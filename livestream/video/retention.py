"""How long replays stay: by age, and by how much room there is, the oldest first.

Nothing that is on air is touched. Hosts are told by mail some days before age takes a
replay, and staff in the admin when nine tenths of the room are used.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from donghai import steps
from donghai.home import home_day
from donghai.steps.models import Step
from hosts.models import Host
from livestream.sessions.models import LiveSession
from livestream.video import folders, streams
from livestream.video.models import Stream

WARN = "livestream.warn_of_removal"
NEARLY_FULL = 0.9
GB = 10**9
SILENT = timedelta(days=1)  # a rehearsal that nobody went on with
ORPHANED = 86_400.0  # seconds since a folder without a row was last written to


def look() -> int:
    """The round: remove what is too old or too much, warn of what is next.

    Safe to run twice at once. Returns how many replays went.
    """
    _close_forgotten()
    gone = [_remove(pk) for pk in _too_old()]
    gone += [_remove(pk) for pk in _too_much()]
    _warn_hosts()
    _sweep()
    return sum(gone)


def replays() -> "QuerySet[Stream]":
    """Those whose files are here, the oldest first."""
    over = Stream.objects.filter(removed_at=None, ended_at__isnull=False)
    return over.filter(kind=Stream.Kind.LIVE).order_by("ended_at", "pk")


def used() -> int:
    """Bytes of all video: fragments, and replays as files."""
    here = Stream.objects.filter(removed_at=None)
    return int(here.aggregate(sum=Sum(F("bytes") + F("mp4_bytes"), default=0))["sum"])


def room() -> int:
    """Bytes that video may take; 0 when there is no limit."""
    return int(settings.VIDEO_DISK_GB * GB)


def is_nearly_full() -> bool:
    return bool(room()) and used() > room() * NEARLY_FULL


def _close_forgotten() -> None:
    """Rehearsals of sessions that never came to be."""
    over = LiveSession.State.ENDED, LiveSession.State.CANCELLED
    forgotten = Stream.objects.filter(
        ended_at=None,
        begun_at__lt=timezone.now() - SILENT,
        session__state__in=over,
    )
    for session_id in set(forgotten.values_list("session", flat=True)):
        with transaction.atomic():
            streams.close(session_id)


def _too_old() -> list[int]:
    oldest = timezone.now() - timedelta(days=settings.VIDEO_KEEP_DAYS)
    return list(replays().filter(ended_at__lt=oldest).values_list("pk", flat=True))


def _too_much() -> list[int]:
    """The oldest that must go until the rest has room."""
    over = used() - room() if room() else 0
    chosen = []
    for pk, size, mp4 in replays().values_list("pk", "bytes", "mp4_bytes"):
        if over <= 0:
            break
        over -= size + mp4
        chosen.append(pk)
    return chosen


def _remove(stream_id: int) -> bool:
    """Files first, row after: one that died between the two is removed again."""
    stream = Stream.objects.get(pk=stream_id)
    folders.remove(stream.secret)
    still = Stream.objects.filter(pk=stream_id, removed_at=None)
    return bool(still.update(removed_at=timezone.now()))


@transaction.atomic
def _warn_hosts() -> None:
    days = settings.VIDEO_KEEP_DAYS - settings.VIDEO_WARN_DAYS
    due = replays().filter(
        warned_at=None, ended_at__lt=timezone.now() - timedelta(days=days)
    )
    for host_id in sorted(set(due.values_list("session__host", flat=True))):
        steps.schedule(WARN, subject_id=host_id, key=str(home_day()))


def warn(step: Step) -> None:
    """The job: mail a host which of her replays go soon.

    A worker that dies before the step's end sends the mail again, with the same
    Message-ID: one mail to any mailbox.
    """
    host = Host.objects.select_related("user").get(pk=step.subject_id)
    days = settings.VIDEO_KEEP_DAYS - settings.VIDEO_WARN_DAYS
    due = replays().filter(
        session__host=host,
        warned_at=None,
        ended_at__lt=timezone.now() - timedelta(days=days),
    )
    going = list(due.select_related("session"))
    if going:
        _mail(step, host, going)
    with steps.finishing(step):
        ids = [stream.pk for stream in going]
        Stream.objects.filter(pk__in=ids).update(warned_at=timezone.now())


def _mail(step: Step, host: Host, going: list[Stream]) -> None:
    """In the house's language: nobody has told us the host's own."""
    with translation.override(settings.LANGUAGE_CODE):
        _written(step, host, going).send()


def _written(step: Step, host: Host, going: list[Stream]) -> EmailMessage:
    subject = ngettext(
        "%(n)s replay is removed soon", "%(n)s replays are removed soon", len(going)
    ) % {"n": len(going)}
    lines = [(stream.session, stream.kept_until) for stream in going]
    link = f"{settings.SITE_URL}{reverse('livestream:studio')}"
    words = render_to_string(
        "livestream/replays_go_mail.txt", {"host": host, "lines": lines, "link": link}
    )
    site = settings.SITE_URL.partition("//")[2].partition(":")[0]
    return EmailMessage(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
        words,
        to=[host.user.email],
        headers={"Message-ID": f"<{step.reference.replace('/', '.')}@{site}>"},
    )


def _sweep() -> None:
    """Folders that no row speaks of, or whose row says they are gone."""
    for root in (folders.folder("x").parent, folders.private("x").parent):
        if not root.is_dir():
            continue
        by_name = {place.name: place for place in root.iterdir() if _is_old(place)}
        known = Stream.objects.filter(secret__in=by_name, removed_at=None)
        for name in by_name.keys() - set(known.values_list("secret", flat=True)):
            folders.remove(name)


def _is_old(place: Path) -> bool:
    try:
        return time.time() - os.stat(place).st_mtime > ORPHANED
    except FileNotFoundError:
        return False

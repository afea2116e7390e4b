"""Video as the database knows it: streams, epochs, fragments; the bytes are files."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from livestream.sessions.models import LiveSession
from livestream.video import files, folders


def new_secret() -> str:
    """A folder's name nobody guesses: who doesn't have it can't watch."""
    return secrets.token_urlsafe(15)


class Stream(models.Model):
    """The video of a session: what viewers get, or a rehearsal only its host sees.

    `publisher` counts the devices that took it over: only the last one may send.
    `playing` is where it stands: the live playlist and the epoch that goes on (see
    `ingest.Playing`), in one place, as it's read and written with every fragment.
    `poster` names the file that shows how it looked last.
    """

    class Kind(models.TextChoices):
        LIVE = "LIVE", _("live")
        REHEARSAL = "REHEARSAL", _("rehearsal")

    session = models.ForeignKey(
        LiveSession, on_delete=models.PROTECT, related_name="streams"
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    secret = models.CharField(max_length=32, unique=True, default=new_secret)
    publisher = models.PositiveIntegerField(default=0)
    epochs_begun = models.PositiveIntegerField(default=0)
    playing = models.JSONField(default=dict)
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    heard_at = models.DateTimeField(_("last heard"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    removed_at = models.DateTimeField(_("files removed"), null=True, blank=True)
    wants_aac = models.BooleanField(_("somebody needs AAC"), default=False)
    poster = models.CharField(max_length=40, blank=True)
    poster_at = models.DateTimeField(null=True, blank=True)
    mp4_bytes = models.PositiveBigIntegerField(_("bytes as one file"), default=0)
    warned_at = models.DateTimeField(_("host warned"), null=True, blank=True)

    class Meta:
        verbose_name = _("video stream")
        verbose_name_plural = _("video streams")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind"], name="a_session_has_one_stream_of_a_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["begun_at"],
                name="streams_with_files",
                condition=models.Q(removed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.get_kind_display()}"

    @property
    def poster_url(self) -> str:
        """How it looked last, as a picture; "" before the first."""
        name = f"poster/{self.poster}"
        return folders.url(self.secret, name) if self.poster else ""

    @property
    def file_url(self) -> str:
        """The replay as one file, once it's made; players of Apple's show this one."""
        return folders.url(self.secret, files.MP4) if self.mp4_bytes else ""

    @property
    def kept_until(self) -> datetime | None:
        """When age takes the replay; None for one that hasn't ended."""
        if self.ended_at is None:
            return None
        return self.ended_at + timedelta(days=settings.VIDEO_KEEP_DAYS)

    @property
    def goes_soon(self) -> bool:
        """Whether its host should have what she wants of the replay by now."""
        until = self.kept_until
        warned = timedelta(days=settings.VIDEO_WARN_DAYS)
        return until is not None and timezone.now() > until - warned


class Epoch(models.Model):
    """One recorder's run: the same camera and settings from its first fragment on.

    `part` is the sender's own count; `began_at` the server's clock when its first
    fragment was filmed.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="epochs")
    number = models.PositiveIntegerField()
    publisher = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    video_codec = models.CharField(max_length=20)
    audio_codec = models.CharField(max_length=20, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    init_sha256 = models.CharField(max_length=64)
    opened_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("epoch of a stream")
        verbose_name_plural = _("epochs of streams")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "number"], name="a_streams_epochs_are_numbered"
            ),
            models.UniqueConstraint(
                fields=["stream", "publisher", "part"],
                name="a_sender_opens_an_epoch_once",
            ),
        ]


class Fragment(models.Model):
    """A piece of video that was stored: `filmed` in seconds since 1970, by our clock.

    `seconds` is the recorder's guess; the next one's begin is right where there is one.
    Rows are kept until the replay's playlist is written, which has all they say.
    """

    epoch = models.ForeignKey(Epoch, on_delete=models.CASCADE, related_name="fragments")
    number = models.PositiveIntegerField()
    filmed = models.FloatField()
    seconds = models.FloatField()
    size = models.PositiveIntegerField()
    arrived_at = models.DateTimeField()

    class Meta:
        verbose_name = _("fragment of video")
        verbose_name_plural = _("fragments of video")
        constraints = [
            models.UniqueConstraint(
                fields=["epoch", "number"], name="an_epochs_fragments_are_numbered"
            ),
        ]


class Recording(models.Model):
    """A recording that came as WebM, in chunks that end wherever they please.

    A child turns it into epochs. Chunks from `kept_from` on are files until it did:
    it reads from byte `kept_at` of that one, where a cluster begins.
    """

    stream = models.ForeignKey(
        Stream, on_delete=models.CASCADE, related_name="recordings"
    )
    publisher = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    next_number = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    kept_from = models.PositiveIntegerField(default=0)
    kept_at = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("WebM recording")
        verbose_name_plural = _("WebM recordings")
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "publisher", "part"],
                name="a_sender_begins_a_recording_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stream"],
                name="recordings_to_be_turned",
                condition=models.Q(done_at=None),
            ),
        ]


class Lease(models.Model):
    """Which of the video workers does a job now; it's renewed every second."""

    kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    worker = models.UUIDField()
    held_until = models.DateTimeField()

    class Meta:
        verbose_name = _("video job")
        verbose_name_plural = _("video jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], name="a_video_job_is_done_by_one"
            ),
        ]
